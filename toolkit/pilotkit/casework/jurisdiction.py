"""Whose a case is today: its unit's, or whoever's has taken over from it. A code alone does not say."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING

from pilotkit.catalog.catalog import Catalog
from pilotkit.model.application import Tracked
from pilotkit.model.case import Case
from pilotkit.model.location import AdministrativeUnit

if TYPE_CHECKING:
    from pilotkit.storage.case_queries import UnitCases


def unit_of(catalog: Catalog, case: Case | Tracked) -> AdministrativeUnit | None:
    """Return the unit of a case: as it says, else what its code named on the day of receipt; None for nobody."""
    if case.unit_from is not None:
        return catalog.lineage.named(case.unit, case.unit_from)
    return catalog.lineage.holder(case.unit, case.received_at.astimezone(catalog.working_time.zone).date())


def owners_of(catalog: Catalog, case: Case) -> frozenset[str]:
    """Return the codes of today's units that answer for a case."""
    unit = unit_of(catalog, case) if catalog.lineage.has_changes else None
    return frozenset({case.unit}) if unit is None else _today(catalog, unit)


def reach(catalog: Catalog, units: frozenset[str]) -> tuple[frozenset[str], tuple[UnitCases, ...]]:
    """Return the codes that cases of today's units may name, and whose cases under these codes are others'."""
    if not catalog.lineage.has_changes:
        return units, ()
    own = [unit for unit in catalog.lineage.units.values() if units & _today(catalog, unit)]
    codes = frozenset(unit.code for unit in own)
    others = (unit for unit in catalog.lineage.units.values() if unit.code in codes and unit not in own)
    return codes | units, tuple(cases_of(catalog, unit) for unit in others)


def _today(catalog: Catalog, unit: AdministrativeUnit) -> frozenset[str]:
    return frozenset(key.code for key, _ in catalog.lineage.shares(unit.key, date.max))


def cases_of(catalog: Catalog, unit: AdministrativeUnit) -> UnitCases:
    """Return which cases are a unit's."""
    from pilotkit.storage.case_queries import UnitCases  # noqa: PLC0415  # a database that printing never needs

    zone, is_first = catalog.working_time.zone, catalog.lineage.holder(unit.code, date.min) == unit
    later = [each.valid_from for each in catalog.lineage.units.values() if each.code == unit.code]
    following = min((day for day in later if day > unit.valid_from), default=None)
    return UnitCases(
        code=unit.code,
        unit_from=unit.valid_from,
        received_from=None if is_first else datetime.combine(unit.valid_from, time(), zone),
        received_before=None if following is None else datetime.combine(following, time(), zone),
    )
