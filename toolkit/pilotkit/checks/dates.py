"""Dates that cannot be, and what has run out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from pilotkit.catalog.catalog import Catalog
from pilotkit.catalog.deployment import Deployment
from pilotkit.checks.grouping import gather
from pilotkit.checks.homes import ROWS, home_of
from pilotkit.errors import Place
from pilotkit.model.surface import Check, Finding, Severity


def run(deployment: Deployment) -> Iterator[Finding]:
    """Errors for dates that contradict each other, notices for what is no longer valid today."""
    catalog = deployment.catalog
    today = datetime.now(ZoneInfo(catalog.settings.deployment.timezone)).date()
    yield from gather(_due_before_assigned(catalog), "{count} targets are due before they were assigned: {names}.")
    yield from _days_twice(catalog)
    yield from gather(_over_before_begun(catalog), "{count} units end before they begin: {names}.")
    yield from gather(_abolished(catalog, today), "{count} units are no longer valid: {names}.")
    yield from gather(_expired(catalog, today), "{count} procedures are no longer valid: {names}.")


def _due_before_assigned(catalog: Catalog) -> Iterator[Finding]:
    for line, target in enumerate(catalog.targets, start=ROWS):
        if target.due and target.assigned and target.due < target.assigned:
            yield Finding(
                Severity.ERROR,
                CHECK.id,
                Place("local/targets.csv", f"{target.kpi} of {target.unit}", line),
                f"The target is due on {target.due}, before it was assigned on {target.assigned}.",
                "Correct one of the two dates.",
            )


def _days_twice(catalog: Catalog) -> Iterator[Finding]:
    for day, times in Counter(each.day for each in catalog.exceptions).items():
        if times > 1:
            yield Finding(
                Severity.ERROR,
                CHECK.id,
                Place("local/calendar.csv", day.isoformat()),
                f"The day stands {times} times.",
                "Keep one row for each day.",
            )


def _over_before_begun(catalog: Catalog) -> Iterator[Finding]:
    for unit in catalog.units.values():
        if unit.valid_to and unit.valid_to < unit.valid_from:
            yield Finding(
                Severity.ERROR,
                CHECK.id,
                Place("local/units.csv", unit.code),
                f"{unit.name} ends on {unit.valid_to}, before it begins on {unit.valid_from}.",
                "Correct one of the two dates.",
            )


def _abolished(catalog: Catalog, today: date) -> Iterator[Finding]:
    for unit in catalog.units.values():
        if unit.valid_to and unit.valid_from <= unit.valid_to < today:
            yield Finding(
                Severity.WARNING,
                CHECK.id,
                Place("local/units.csv", unit.code),
                f"{unit.name} has not existed since {unit.valid_to}.",
                "Replace it by the units that took over.",
            )


def _expired(catalog: Catalog, today: date) -> Iterator[Finding]:
    for procedure in catalog.procedures.values():
        if procedure.valid_to and procedure.valid_to < today:
            yield Finding(
                Severity.NOTICE,
                CHECK.id,
                Place(home_of(procedure), "valid_to"),
                f"The procedure has not been valid since {procedure.valid_to}.",
                "Remove it when its last case is finished, or give it a new version.",
            )


CHECK = Check("dates", "Can all dates be, and is everything still valid?", run)
