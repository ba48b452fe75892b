"""KPI whose expressions cannot be computed."""

from __future__ import annotations

from collections.abc import Iterator

from pilotkit.catalog.deployment import Deployment
from pilotkit.errors import DataError, Place
from pilotkit.measures.expressions import FILE, compiled
from pilotkit.model.surface import Check, Finding, Severity


def run(deployment: Deployment) -> Iterator[Finding]:
    """An error for each KPI whose numerator or denominator is refused."""
    for kpi in deployment.catalog.kpis.values():
        try:
            compiled(kpi)
        except DataError as problem:
            yield Finding(Severity.ERROR, CHECK.id, problem.where or Place(FILE, kpi.id), problem.what, problem.remedy)


CHECK = Check("kpis", "Can every KPI be computed?", run)
