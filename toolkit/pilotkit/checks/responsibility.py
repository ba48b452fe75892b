"""Every target has a head who answers for it and a day it is due; every head has somebody above."""

from __future__ import annotations

from collections.abc import Iterator

from pilotkit.catalog.catalog import Catalog
from pilotkit.catalog.deployment import Deployment
from pilotkit.checks.grouping import few, gather
from pilotkit.checks.homes import ROWS
from pilotkit.errors import Place
from pilotkit.model.people import Head
from pilotkit.model.surface import Check, Finding, Severity

TARGETS = "local/targets.csv"
HEADS = "local/heads.csv"


def run(deployment: Deployment) -> Iterator[Finding]:
    """Warnings for what nobody answers for, errors for heads that are above themselves."""
    catalog = deployment.catalog
    yield from gather(_without_head(catalog), "{count} targets have no head who answers for them: {names}.")
    yield from gather(_without_due_date(catalog), "{count} targets have no due date: {names}.")
    yield from gather(_with_strange_head(catalog), "{count} targets are assigned to the head of another unit: {names}.")
    yield from _goals_not_assigned(catalog)
    yield from gather(_units_without_head(catalog), "{count} units have no head: {names}.")
    yield from gather(_without_superior(catalog), "{count} heads have no superior: {names}.")
    yield from _circles(catalog)


def _without_head(catalog: Catalog) -> Iterator[Finding]:
    for line, target in enumerate(catalog.targets, start=ROWS):
        if target.head is None:
            yield _warning(
                Place(TARGETS, f"{target.kpi} of {target.unit}", line),
                "The target has no head who answers for it.",
                f"Write the id of an office of {HEADS} in column head.",
            )


def _without_due_date(catalog: Catalog) -> Iterator[Finding]:
    for line, target in enumerate(catalog.targets, start=ROWS):
        if target.due is None:
            yield _warning(
                Place(TARGETS, f"{target.kpi} of {target.unit}", line),
                "The target has no due date.",
                "Write the day in column due, as 2025-07-30.",
            )


def _with_strange_head(catalog: Catalog) -> Iterator[Finding]:
    for line, target in enumerate(catalog.targets, start=ROWS):
        head = catalog.heads.get(target.head or "")
        if (
            target.unit_from is None
            and head is not None
            and head.unit != target.unit
            and not _is_above(catalog, head, target.unit)
        ):
            yield _warning(
                Place(TARGETS, f"{target.kpi} of {target.unit}", line),
                f"The target is assigned to '{head.office}', which answers for unit {head.unit}.",
                "Assign it to the unit's own head, or to an office above.",
            )


def _is_above(catalog: Catalog, head: Head, unit: str) -> bool:
    own = catalog.head_of(unit)
    return own is not None and head.id in _superiors(catalog, own)


def _goals_not_assigned(catalog: Catalog) -> Iterator[Finding]:
    assigned = {(target.kpi, target.unit) for target in catalog.targets if target.unit_from is None}
    for goal in catalog.goals.values():
        units = [unit.code for unit in catalog.units.values() if unit.level in goal.levels]
        missing = [code for code in units if (goal.kpi, code) not in assigned]
        if missing:
            yield _warning(
                Place(TARGETS, goal.kpi),
                f"The package's goal '{goal.id}' is assigned to nobody in {len(missing)} of {len(units)} units "
                f"({few(missing)}).",
                "Add a target for each unit, with its head and due date.",
            )


def _units_without_head(catalog: Catalog) -> Iterator[Finding]:
    for unit in catalog.units.values():
        if catalog.head_of(unit.code) is None:
            yield _warning(
                Place(HEADS, unit.code), f"{unit.name} has no head.", "Add the office that answers for the unit."
            )


def _without_superior(catalog: Catalog) -> Iterator[Finding]:
    communes = {unit.code for unit in catalog.communes}
    for head in catalog.heads.values():
        if head.superior is None and head.valid_to is None and head.unit in communes:
            yield _warning(
                Place(HEADS, head.id),
                f"'{head.office}' has no superior, so its targets cannot be escalated.",
                "Write the id of the office above in column superior.",
            )


def _circles(catalog: Catalog) -> Iterator[Finding]:
    for head in catalog.heads.values():
        if head.id in _superiors(catalog, head):
            yield Finding(
                Severity.ERROR,
                CHECK.id,
                Place(HEADS, head.id),
                f"'{head.office}' is its own superior, directly or through others.",
                "Correct column superior.",
            )


def _superiors(catalog: Catalog, head: Head) -> set[str]:
    """Return the ids of all offices above ``head``; ends where they turn in a circle."""
    above: set[str] = set()
    here: Head | None = head
    while here is not None and here.superior is not None and here.superior not in above:
        above.add(here.superior)
        here = catalog.heads.get(here.superior)
    return above


def _warning(where: Place, message: str, remedy: str) -> Finding:
    return Finding(Severity.WARNING, CHECK.id, where, message, remedy)


CHECK = Check("responsibility", "Does somebody answer for every target, until a day?", run)
