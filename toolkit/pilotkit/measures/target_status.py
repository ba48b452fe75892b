"""How targets stand: what is asked of whom, what is there, and where it leads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pilotkit.catalog.catalog import Catalog
from pilotkit.facts.columns import BY_DAY
from pilotkit.facts.fact_files import Facts
from pilotkit.measures.boundary_attribution import UnitSeries, series_of
from pilotkit.measures.engines import engine_of
from pilotkit.measures.forecast import Outlook, look_ahead
from pilotkit.measures.kpi_values import KpiQuery
from pilotkit.measures.scan import Count, Group, Window, scan_all
from pilotkit.model.kpi import Kpi, KpiValue, Target, TargetStatus
from pilotkit.model.lineage import Lineage
from pilotkit.model.location import AdministrativeUnit, UnitKey
from pilotkit.model.people import Head

TREND_DAYS = 10
Dates = tuple[date | None, date | None]


@dataclass(frozen=True)
class TargetReport:
    """How one target stands: what is asked of whom, what is there, and where it leads."""

    target: Target
    kpi: Kpi
    unit: AdministrativeUnit
    head: Head | None
    value: KpiValue
    status: TargetStatus
    outlook: Outlook
    days_left: int
    """Days until the due date; negative once it has passed."""

    @property
    def gap(self) -> float:
        """Points short of the goal; negative when beyond it, 0 when not measurable."""
        if self.value.percent is None:
            return 0.0
        short = float(self.target.goal - self.value.percent)
        return short if self.kpi.direction == "up" else -short


def end_of(catalog: Catalog, day: date) -> datetime:
    """Return the last instant of a local day."""
    after = datetime.combine(day + timedelta(days=1), datetime.min.time(), catalog.working_time.zone)
    return after - timedelta(microseconds=1)


def targets_that_hold(catalog: Catalog) -> tuple[Target, ...]:
    """Every target but those that ended with their unit before they were due: its successors have their own.

    Raises:
        UnknownError: a target names a unit that is not there.
    """
    return tuple(each for each in catalog.targets if not has_ended_with_its_unit(each, catalog.unit_of(each)))


def has_ended_with_its_unit(target: Target, unit: AdministrativeUnit) -> bool:
    """Whether the unit was succeeded before the target was due."""
    return (
        target.unit_from is not None
        and unit.valid_to is not None
        and (target.due is None or target.due > unit.valid_to)
    )


def stand(catalog: Catalog, facts: Facts, targets: Iterable[Target], moment: datetime) -> tuple[TargetReport, ...]:
    """How targets stand at a moment; those with the same dates share one scan. The province's is of all its units.

    A target that is over stands as it did when it was due, and one of a former unit under the boundaries of its days.

    Raises:
        UnknownError: a target names a KPI or unit that is not there.
        DataError: a KPI's expression is refused, or a merged unit would have to be divided and nothing says how.
    """
    together: dict[Dates, list[Target]] = {}
    for target in targets:
        together.setdefault((target.assigned, target.due), []).append(target)
    return tuple(
        standing for dates, group in together.items() for standing in _stand(catalog, facts, group, dates, moment)
    )


def _stand(
    catalog: Catalog, facts: Facts, targets: list[Target], dates: Dates, moment: datetime
) -> Iterator[TargetReport]:
    since, due = dates
    window = Window(since, min(moment, end_of(catalog, due)) if due else moment)
    asked = [(catalog.kpi(target.kpi), catalog.unit_of(target)) for target in targets]
    for target, figure in zip(targets, figures(catalog, facts, window, asked), strict=True):
        yield _standing(catalog, target, figure, moment)


@dataclass(frozen=True)
class Figure:
    """One KPI of one unit in a window, with what it was day by day."""

    kpi: Kpi
    unit: AdministrativeUnit
    value: KpiValue
    series: UnitSeries


def figures(
    catalog: Catalog, facts: Facts, window: Window, asked: Sequence[tuple[Kpi, AdministrativeUnit]]
) -> list[Figure]:
    """Each KPI of each unit, in one scan: under the boundaries of the window's end, or of a former unit's last day.

    Raises:
        DataError: a KPI's expression is refused, or a merged unit would have to be divided and nothing says how.
    """
    kpis = list({kpi.id: kpi for kpi, _ in asked}.values())
    question = KpiQuery(tuple(kpis), window, facts)
    groups = scan_all(facts, question.asked, window, [BY_DAY], engine_of(catalog))
    days = _Days(groups, question.asked, catalog.settings.deployment.scheme)
    last = window.as_of.astimezone(catalog.working_time.zone).date()
    return [_figure(catalog, kpi, unit, days, question, last) for kpi, unit in asked]


def _figure(
    catalog: Catalog, kpi: Kpi, unit: AdministrativeUnit, days: _Days, question: KpiQuery, last: date
) -> Figure:
    on = max(unit.valid_from, min(last, unit.valid_to or last))
    place = question.kpis.index(kpi)
    found = {
        each: days.of_all(each) if unit.level == "province" else days.of_unit(each, unit.key, catalog.lineage, on)
        for each in question.places(place)
    }
    series, totals = found[place], {each: of.total for each, of in found.items()}
    value = question.value(
        place, totals, catalog.lineage.version(on), unit=unit.code, unit_from=unit.valid_from,
        apportioned=series.apportioned,
    )  # fmt: skip
    return Figure(kpi, unit, value, series)


def _standing(catalog: Catalog, target: Target, figure: Figure, moment: datetime) -> TargetReport:
    zone, value = catalog.working_time.zone, figure.value
    last = value.as_of.astimezone(zone).date()
    days_left = (target.due - moment.astimezone(zone).date()).days if target.due else 0
    outlook = look_ahead(figure.series.days, value, last=last, days_left=days_left, trend=TREND_DAYS)
    over = target.due is not None and moment >= end_of(catalog, target.due)
    status = outlook.status(figure.kpi, target.goal, value, over=over)
    return TargetReport(target, figure.kpi, figure.unit, head_of(catalog, target), value, status, outlook, days_left)


def head_of(catalog: Catalog, target: Target) -> Head | None:
    """Return the office that answers for a target; the unit's own where it names none."""
    return catalog.heads.get(target.head) if target.head else catalog.head_of(target.unit)


class _Days:
    """Counts by unit and local day, as one scan gave them."""

    def __init__(self, groups: list[Group], kpis: Sequence[Kpi], scheme: str) -> None:
        self._kpis = kpis
        self._by_unit: dict[UnitKey, dict[date, tuple[Count, ...]]] = {}
        self._known: dict[int, Mapping[UnitKey, Mapping[date, Count]]] = {}
        self._sources: dict[date, dict[UnitKey, list[UnitKey]]] = {}
        for group in groups:
            unit, valid_from, day = group.keys
            self._by_unit.setdefault(UnitKey(scheme, unit or "", valid_from or date.min), {})[day] = group.counts

    def of(self, place: int) -> Mapping[UnitKey, Mapping[date, Count]]:
        """Return the daily counts of the KPI at one place, by the unit that cases name; none of a quantile."""
        if self._kpis[place].statistic == "quantile":
            return {}
        if place not in self._known:
            units = self._by_unit.items()
            self._known[place] = {unit: {day: each[place] for day, each in days.items()} for unit, days in units}
        return self._known[place]

    def of_unit(self, place: int, key: UnitKey, lineage: Lineage, on: date) -> UnitSeries:
        """Return the daily counts of one KPI in a unit under the boundaries of a day."""
        if on not in self._sources:
            sources = self._sources.setdefault(on, {})
            for source in self._by_unit:
                for owner, _ in lineage.shares(source, on):
                    sources.setdefault(owner, []).append(source)
        found = self.of(place)
        mine = {each: found[each] for each in self._sources[on].get(key, ()) if each in found}
        return series_of(key, mine, lineage, on)

    def of_all(self, place: int) -> UnitSeries:
        """Return the daily counts of one KPI in all units together."""
        summed: dict[date, Count] = {}
        for days in self.of(place).values():
            for day, (numerator, denominator) in days.items():
                before = summed.get(day, (0, 0))
                summed[day] = (before[0] + numerator, before[1] + denominator)
        total = (sum(count[0] for count in summed.values()), sum(count[1] for count in summed.values()))
        return UnitSeries(dict(sorted(summed.items())), total, apportioned=False)
