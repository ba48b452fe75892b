"""Figures by unit, under the boundaries of any day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from pilotkit.catalog.catalog import Catalog
from pilotkit.facts.fact_files import Facts
from pilotkit.measures.boundary_attribution import Attributed, attributed
from pilotkit.measures.engines import engine_of
from pilotkit.measures.kpi_values import KpiQuery
from pilotkit.measures.plan import Grouping
from pilotkit.measures.scan import Count, Group, Window, scan, scan_all
from pilotkit.model.kpi import Kpi, KpiValue
from pilotkit.model.location import UnitKey

BY_UNIT: Grouping = ("unit", "unit_from")
"""Codes are reused: only together they say which unit."""
_NOTHING = (0, 0)


def values_by_unit(
    catalog: Catalog, question: KpiQuery, day: date, groups: Sequence[Group]
) -> dict[UnitKey, tuple[KpiValue, ...]]:
    """Every KPI in every unit of a day, from one scan.

    Cases of units that passed on whole are counted whole; where a unit was divided, its counts are, and the figures of
    its successors are marked as apportioned. A quantile cannot be divided: there it is not measurable. Units of which
    there are no cases have no values, and neither have KPI of a table without units.

    Args:
        catalog: whose units.
        question: what was scanned.
        day: whose boundaries.
        groups: of :data:`BY_UNIT`; others are left aside.

    Raises:
        DataError: a KPI's expression is refused, or figures cannot be divided among the units of that day.
    """
    version = catalog.lineage.version(day)
    found = attributed_groups(catalog, question.facts, question.asked, question.window, day, groups)
    return {
        key: question.values(
            each.counts, version, by=BY_UNIT, unit=key.code, apportioned=each.apportioned,
            unit_from=key.valid_from if key.valid_from != date.min else None,
        )
        for key, each in found.items()
    }  # fmt: skip


def counts_by_unit(
    catalog: Catalog, facts: Facts, kpis: Sequence[Kpi], window: Window, day: date
) -> dict[UnitKey | None, Attributed]:
    """Return the counts of each KPI in total (None) and in every unit of a day.

    Raises:
        DataError: a KPI's expression is refused, or figures cannot be divided among the units of that day.
    """
    groups = scan_all(facts, kpis, window, [(), BY_UNIT], engine_of(catalog))
    total = next((group.counts for group in groups if not group.grouping), ())
    found = attributed_groups(catalog, facts, kpis, window, day, groups)
    return {None: Attributed(total, apportioned=False)} | found


def attributed_groups(
    catalog: Catalog, facts: Facts, kpis: Sequence[Kpi], window: Window, day: date, groups: Sequence[Group]
) -> dict[UnitKey, Attributed]:
    """Return the counts of groups by unit, in every unit of a day. Rows that name no unit are in none.

    Raises:
        DataError: a KPI's expression is refused, or figures cannot be divided among the units of that day.
    """
    scheme = catalog.settings.deployment.scheme
    counts: dict[UnitKey, tuple[Count, ...]] = {
        UnitKey(scheme, group.keys[0], group.keys[1] or date.min): group.counts
        for group in groups
        if group.grouping == BY_UNIT and group.keys[0] is not None
    }
    places = [place for place, kpi in enumerate(kpis) if kpi.statistic == "quantile"]
    whole = {
        key: [_NOTHING if place in places else each for place, each in enumerate(of)] for key, of in counts.items()
    }
    found = attributed(whole, catalog.lineage, day)
    if not places:
        return found
    asked = {place: kpis[place] for place in places}
    return _with_quantiles(catalog, facts, asked, window, _sources(catalog, counts, day), counts, found)


def owners_of(catalog: Catalog, code: str, window: Window) -> tuple[UnitKey, ...]:
    """Every unit whose cases count, wholly or in part, for the one that has a code today."""
    key = catalog.unit(code).key
    day = window.as_of.astimezone(catalog.working_time.zone).date()
    lineage = catalog.lineage
    return tuple(each for each in lineage.units if key in (owner for owner, _ in lineage.shares(each, day)))


def _sources(catalog: Catalog, counts: Mapping[UnitKey, object], day: date) -> dict[UnitKey, list[UnitKey]]:
    """Whose cases count for each unit."""
    found: dict[UnitKey, list[UnitKey]] = {}
    for key in counts:
        for owner, _ in catalog.lineage.shares(key, day):
            found.setdefault(owner, []).append(key)
    return found


def _with_quantiles(
    catalog: Catalog,
    facts: Facts,
    quantiles: Mapping[int, Kpi],
    window: Window,
    sources: Mapping[UnitKey, list[UnitKey]],
    counts: Mapping[UnitKey, Sequence[Count]],
    found: Mapping[UnitKey, Attributed],
) -> dict[UnitKey, Attributed]:
    """Rank anew the quantiles of units that took over from several, all cases together: they cannot be added up.

    Of whom only a part came, nobody knows whose cases they were, and there is no quantile.
    """
    merged = [key for key, each in found.items() if len(sources[key]) > 1 and not each.apportioned]
    asked = {(key, place): _of_units(kpi, sources[key]) for key in merged for place, kpi in quantiles.items()}
    groups = scan(facts, list(asked.values()), window, (), engine_of(catalog))
    ranked = dict(zip(asked, groups[0].counts, strict=True)) if groups else {}

    def count(key: UnitKey, place: int, share: Count) -> Count:
        if place not in quantiles or found[key].apportioned:
            return share
        return ranked[key, place] if (key, place) in ranked else counts[sources[key][0]][place]

    return {
        key: replace(each, counts=tuple(count(key, place, share) for place, share in enumerate(each.counts)))
        for key, each in found.items()
    }


def _of_units(kpi: Kpi, units: Sequence[UnitKey]) -> Kpi:
    """Return the KPI of these units' rows alone."""
    codes: dict[date, list[str]] = {}
    for each in units:
        codes.setdefault(each.valid_from, []).append("'" + each.code.replace("'", "''") + "'")
    chosen = " OR ".join(f"(unit_from = '{day}' AND unit IN ({', '.join(named)}))" for day, named in codes.items())
    return kpi.model_copy(update={"denominator": f"({kpi.denominator}) AND ({chosen})"})
