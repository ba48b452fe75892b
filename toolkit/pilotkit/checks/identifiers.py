"""Codes follow the patterns the deployment chose, and the lists they come from are sound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pilotkit.catalog.deployment import Deployment
from pilotkit.checks.grouping import gather
from pilotkit.checks.homes import home_of
from pilotkit.errors import Place
from pilotkit.model.surface import Check, Finding, Severity


def run(deployment: Deployment) -> Iterator[Finding]:
    """Procedure codes against their pattern, patterns of the wrong kind, and codes that stand twice in a list."""
    yield from gather(_odd_procedures(deployment), "{count} procedures have codes that do not follow it: {names}.")
    yield from _wrong_kinds(deployment)
    for codes in deployment.catalog.code_lists.values():
        for code, times in Counter(each.code for each in codes.codes).items():
            if times > 1:
                yield Finding(
                    Severity.ERROR,
                    CHECK.id,
                    Place("pilot.toml", "plugins.enabled"),
                    f"Code '{code}' stands {times} times in the code list '{codes.id}'.",
                    "Ask the plugin's authors to mend the list.",
                )


def _odd_procedures(deployment: Deployment) -> Iterator[Finding]:
    catalog = deployment.catalog
    pattern = catalog.patterns.get(catalog.settings.identifiers.procedure or "")
    if pattern is None:
        return
    for procedure in catalog.procedures.values():
        if not pattern.matches(procedure.code):
            yield Finding(
                Severity.ERROR,
                CHECK.id,
                Place(home_of(procedure), "code"),
                f"'{procedure.code}' does not follow the pattern '{pattern.id}'.",
                f"Correct the code; one that follows it is {pattern.example}.",
            )


def _wrong_kinds(deployment: Deployment) -> Iterator[Finding]:
    catalog = deployment.catalog
    chosen = {"procedure": catalog.settings.identifiers.procedure, "case": catalog.settings.identifiers.case}
    for kind, id_ in chosen.items():
        pattern = catalog.patterns.get(id_ or "")
        if pattern is not None and pattern.kind != kind:
            fitting = sorted(each.id for each in catalog.patterns.values() if each.kind == kind)
            yield Finding(
                Severity.ERROR,
                CHECK.id,
                Place("pilot.toml", f"identifiers.{kind}"),
                f"'{pattern.id}' is a pattern of {pattern.kind} identifiers.",
                f"Choose one for {kind}s: {', '.join(fitting) or 'none is installed'}.",
            )


CHECK = Check("codes", "Do codes follow the patterns that hold here?", run)
