"""Figures by unit, under the boundaries of any day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pilotkit.catalog.catalog import Catalog
from pilotkit.measures.attribution import Attributed, attributed
from pilotkit.measures.facts import Facts
from pilotkit.measures.scan import Count, Window, scan
from pilotkit.model.kpi import Kpi, KpiValue
from pilotkit.model.location import UnitKey


def values_by_unit(
    catalog: Catalog, facts: Facts, kpis: Sequence[Kpi], window: Window, day: date
) -> tuple[KpiValue, ...]:
    """Every KPI in total and in every unit of a day, in one scan.

    Cases of units that passed on whole are counted whole; where a unit was divided, its counts are, and the figures of
    its successors are marked as apportioned. Units of which there are no cases have no values.

    Raises:
        DataError: a KPI's expression is refused, or figures cannot be divided among the units of that day.
    """
    version = catalog.lineage.version(day)
    found = counts_by_unit(catalog, facts, kpis, window, day)
    return tuple(
        KpiValue(
            kpi=kpi.id, unit=key.code if key else None,
            unit_from=key.valid_from if key and key.valid_from != date.min else None,
            numerator=count[0], denominator=count[1], minimum=kpi.minimum, definition_hash=kpi.definition_hash,
            location_version=version, as_of=window.as_of, apportioned=each.apportioned,
        )
        for key, each in found.items()
        for kpi, count in zip(kpis, each.counts, strict=True)
    )  # fmt: skip


def counts_by_unit(
    catalog: Catalog, facts: Facts, kpis: Sequence[Kpi], window: Window, day: date
) -> dict[UnitKey | None, Attributed]:
    """The counts of each KPI in total (None) and in every unit of a day.

    Raises:
        DataError: a KPI's expression is refused, or figures cannot be divided among the units of that day.
    """
    scheme = catalog.settings.deployment.scheme
    total: tuple[Count, ...] = ()
    counts: dict[UnitKey, tuple[Count, ...]] = {}
    for group in scan(facts, kpis, window, ("unit", "unit_from")):
        unit, valid_from = group.keys
        if unit is None:
            total = group.counts
        else:
            counts[UnitKey(scheme, unit, valid_from or date.min)] = group.counts
    pairs: list[tuple[UnitKey | None, Attributed]] = [
        (None, Attributed(total, apportioned=False)),
        *attributed(counts, catalog.lineage, day).items(),
    ]
    return dict(pairs)


def owners_of(catalog: Catalog, code: str, window: Window) -> tuple[UnitKey, ...]:
    """Every unit whose cases count, wholly or in part, for the one that has a code today."""
    key = catalog.unit(code).key
    day = window.as_of.astimezone(catalog.working_time.zone).date()
    lineage = catalog.lineage
    return tuple(each for each in lineage.units if key in (owner for owner, _ in lineage.shares(each, day)))
