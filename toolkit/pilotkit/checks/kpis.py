"""KPI whose expressions cannot be computed, and targets on those that have no days."""

from __future__ import annotations

from collections.abc import Iterator

from pilotkit.catalog.deployment import Deployment
from pilotkit.checks.homes import ROWS
from pilotkit.errors import DataError, Place
from pilotkit.facts.columns import BY_DAY, TABLES
from pilotkit.measures.expressions import FILE, compiled
from pilotkit.model.surface import Check, Finding, Severity


def run(deployment: Deployment) -> Iterator[Finding]:
    """Yield an error for each KPI whose expressions are refused, and for each target that can never be measured."""
    for kpi in deployment.catalog.kpis.values():
        try:
            compiled(kpi)
        except DataError as problem:
            yield Finding(Severity.ERROR, CHECK.id, problem.where or Place(FILE, kpi.id), problem.what, problem.remedy)
    for line, target in enumerate(deployment.catalog.targets, start=ROWS):
        named = deployment.catalog.kpis.get(target.kpi)
        if named is not None and not set(BY_DAY) <= set(TABLES[named.of].dimensions):
            what = f"'{named.id}' counts {named.of}, which have no days: a target on it can never be measured."
            remedy = "Give a target on a KPI of cases or support."
            yield Finding(Severity.ERROR, CHECK.id, Place("local/targets.csv", "kpi", line), what, remedy)


CHECK = Check("kpis", "Can every KPI be computed?", run)
