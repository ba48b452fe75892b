"""Figures for boards and heads: values, how targets stand, and the cases behind each number."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any, Literal

from pilotkit.catalog.deployment import Deployment
from pilotkit.measures.columns import TABLES
from pilotkit.measures.engines import Engine, engine_of
from pilotkit.measures.facts import Facts, bring_up_to_date
from pilotkit.measures.outlook import Outlook, look_ahead
from pilotkit.measures.scan import Count, Dimension, Group, Window, matching, missing_attributes, scan, scan_all
from pilotkit.model.kpi import Kpi, KpiValue, Target, TargetStatus
from pilotkit.model.location import AdministrativeUnit
from pilotkit.model.people import Head
from pilotkit.model.source import Certainty
from pilotkit.model.text import LocalText
from pilotkit.storage.store import Store

By = Literal["unit", "procedure", "month", "channel"]
EVERY: tuple[By, ...] = ("unit", "procedure", "channel", "month")
"""What a whole board is grouped by."""
Part = Literal["numerator", "denominator", "rest"]
TREND_DAYS = 10


@dataclass(frozen=True)
class CasePage:
    """One page of the cases behind a figure."""

    total: int
    rows: tuple[dict[str, Any], ...]
    """Keys: code, procedure, unit, channel, received_at, due_at, finished_at (microseconds), is_late, whole_process."""


@dataclass(frozen=True)
class Standing:
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


class Measures:
    """The figures of one deployment. Bring them up to date by making a new one.

    Args:
        deployment: whose cases and KPI.
        store: its cases; opened by URL where none is handed in.
    """

    def __init__(self, deployment: Deployment, store: Store | None = None) -> None:
        self._deployment = deployment
        self._catalog = deployment.catalog
        self._store = store

    @cached_property
    def facts(self) -> Facts:
        """The facts, brought up to date once."""
        store = self._store or Store.of(self._deployment)
        try:
            return bring_up_to_date(self._deployment, store)
        finally:
            if self._store is None:
                store.close()

    @cached_property
    def _engine(self) -> Engine:
        return engine_of(self._catalog)

    @cached_property
    def simulated_until(self) -> datetime | None:
        """The end of the simulated days where all cases are simulated; None where they are real."""
        record = self._deployment.folder / "var" / "simulation.json"
        if not record.is_file():
            return None
        return datetime.fromisoformat(json.loads(record.read_text(encoding="utf-8"))["until"])

    def missing_attributes(self) -> dict[str, tuple[str, ...]]:
        """The KPI that name attributes which no case has, and so cannot be measured; with those names."""
        found = {kpi.id: missing_attributes(kpi, self.facts) for kpi in self._catalog.kpis.values()}
        return {kpi: names for kpi, names in found.items() if names}

    def present(self, now: datetime | None = None) -> datetime:
        """The as-of instant where none is asked: now, or the end of what was simulated."""
        now = now or datetime.now(UTC)
        return min(now, self.simulated_until) if self.simulated_until else now

    def end_of(self, day: date) -> datetime:
        """The last instant of a local day."""
        after = datetime.combine(day + timedelta(days=1), datetime.min.time(), self._catalog.working_time.zone)
        return after - timedelta(microseconds=1)

    def values(
        self,
        kpis: Sequence[str] | None = None,
        *,
        by: By | None = None,
        since: date | None = None,
        as_of: datetime | None = None,
    ) -> tuple[KpiValue, ...]:
        """Every KPI in every group and in total, in one scan. The total has no unit, procedure or month.

        Raises:
            UnknownError: no such KPI.
            DataError: a KPI's expression is refused.
        """
        groups = self.figures(kpis, by=(by,) if by else (), since=since, as_of=as_of)
        return tuple(value for group in groups for value in group)

    def figures(
        self,
        kpis: Sequence[str] | None = None,
        *,
        by: Sequence[By] = EVERY,
        since: date | None = None,
        as_of: datetime | None = None,
    ) -> tuple[tuple[KpiValue, ...], ...]:
        """Every KPI in total and in each group of each dimension: a whole board, in one scan of each fact table.

        A KPI of a table that does not have a dimension, such as procedures by unit, has its figures in total alone.

        Returns:
            One tuple of values a group, the total first.

        Raises:
            UnknownError: no such KPI.
            DataError: a KPI's expression is refused.
        """
        chosen = [self._catalog.kpi(name) for name in kpis] if kpis else list(self._catalog.kpis.values())
        window = Window(since, as_of or self.present())
        groups = scan_all(self.facts, chosen, window, [(), *((each,) for each in by)], self._engine)
        order: dict[tuple[str, ...], int] = {(): -1, **{(each,): place for place, each in enumerate(by)}}
        ordered = sorted(groups, key=lambda group: (order[group.grouping], *map(str, group.keys)))
        return tuple(
            tuple(
                self._value(kpi, count, window, *(group.grouping or (None,)), *(group.keys or (None,)))
                for kpi, count in zip(chosen, group.counts, strict=True)
                if set(group.grouping) <= set(TABLES[kpi.of].dimensions)
            )
            for group in ordered
        )

    def count(
        self,
        conditions: Mapping[str, str],
        *,
        by: Sequence[Dimension] = (),
        since: date | None = None,
        as_of: datetime | None = None,
    ) -> dict[tuple[Any, ...], dict[str, int]]:
        """How many cases meet each condition, in every group and in total: today's figures, and the like.

        Args:
            conditions: a SQL boolean expression over the columns of ``cases`` by what it is called.
            by: dimensions, together one grouping.
            since: cases received from that day on.
            as_of: what was known then; aware.

        Returns:
            By the group's keys, one a dimension; by an empty tuple for the total.

        Raises:
            DataError: a condition is refused.
        """
        kpis = [_counted(name, condition) for name, condition in conditions.items()]
        groupings: list[tuple[str, ...]] = [(), tuple(by)] if by else [()]
        groups = scan_all(self.facts, kpis, Window(since, as_of or self.present()), groupings, self._engine)
        return {
            group.keys: {name: numerator for name, (numerator, _) in zip(conditions, group.counts, strict=True)}
            for group in groups
        }

    def standings(self, as_of: datetime | None = None) -> tuple[Standing, ...]:
        """How every target stands; targets with the same dates share one scan. The province's is of all its units.

        Raises:
            UnknownError: a target names a KPI or unit that is not there.
        """
        moment = as_of or self.present()
        together: dict[tuple[date | None, date | None], list[Target]] = {}
        for target in self._catalog.targets:
            together.setdefault((target.assigned, target.due), []).append(target)
        return tuple(
            standing for dates, targets in together.items() for standing in self._stand(targets, dates, moment)
        )

    def cases(
        self,
        kpi: str,
        *,
        unit: str | None = None,
        procedure: str | None = None,
        month: str | None = None,
        channel: str | None = None,
        part: Part = "denominator",
        since: date | None = None,
        as_of: datetime | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> CasePage:
        """The cases behind a figure, newest first; of a KPI of another table, its rows."""
        window = Window(since, as_of or self.present())
        place = None if unit == self._catalog.settings.deployment.province else unit
        groups: dict[Dimension, str | None] = {
            "unit": place,
            "procedure": procedure,
            "month": month,
            "channel": channel,
        }
        only = {dimension: key for dimension, key in groups.items() if key is not None}
        total, rows = matching(
            self.facts, self._catalog.kpi(kpi), window, only=only, part=part, limit=limit, offset=offset
        )
        return CasePage(total, tuple(rows))

    def _stand(self, targets: list[Target], dates: tuple[date | None, date | None], moment: datetime) -> list[Standing]:
        since, due = dates
        window = Window(since, min(moment, self.end_of(due)) if due else moment)
        kpis = [self._catalog.kpi(name) for name in dict.fromkeys(target.kpi for target in targets)]
        groups = scan(self.facts, kpis, window, ("unit", "received_day"), self._engine)
        days = _Days(groups, [kpi.id for kpi in kpis])
        return [self._standing(target, days, window, moment) for target in targets]

    def _standing(self, target: Target, days: _Days, window: Window, moment: datetime) -> Standing:
        kpi, unit = self._catalog.kpi(target.kpi), self._catalog.unit(target.unit)
        zone = self._catalog.working_time.zone
        today = moment.astimezone(zone).date()
        series = days.of(kpi.id, None if unit.level == "province" else unit.code) if kpi.statistic == "share" else {}
        total = (sum(n for n, _ in series.values()), sum(d for _, d in series.values()))
        value = self._value(kpi, total, window, "unit", unit.code)
        days_left = (target.due - today).days if target.due else 0
        over = target.due is not None and moment >= self.end_of(target.due)
        outlook = look_ahead(
            series, value, last=window.as_of.astimezone(zone).date(), days_left=days_left, trend=TREND_DAYS
        )
        status = outlook.status(kpi, target.goal, value, over=over)
        return Standing(target, kpi, unit, self._head(target), value, status, outlook, days_left)

    def _head(self, target: Target) -> Head | None:
        return self._catalog.heads.get(target.head) if target.head else self._catalog.head_of(target.unit)

    def _value(self, kpi: Kpi, count: Count, window: Window, by: str | None, key: Any) -> KpiValue:
        return KpiValue(
            kpi=kpi.id,
            statistic=kpi.statistic,
            numerator=count[0],
            denominator=count[1],
            minimum=kpi.minimum,
            definition_hash=kpi.definition_hash,
            location_version=self._catalog.location_version,
            as_of=window.as_of,
            **({by: key} if by else {}),
        )


def _counted(name: str, condition: str) -> Kpi:
    words = LocalText.model_validate({"en": name})
    return Kpi(
        id="count", name=words, question=words, numerator_name=words, denominator_name=words, numerator=condition,
        reference="count", certainty=Certainty.HIGH,
    )  # fmt: skip


class _Days:
    """Counts by unit and local day, as one scan gave them."""

    def __init__(self, groups: list[Group], kpis: list[str]) -> None:
        self._kpis = kpis
        self._by_unit: dict[str | None, dict[date, list[list[int]]]] = {}
        for group in groups:
            unit, day = group.keys
            if day is None:
                continue
            for owner in (unit, None):
                row = self._by_unit.setdefault(owner, {}).setdefault(day, [[0, 0] for _ in kpis])
                for counts, (numerator, denominator) in zip(row, group.counts, strict=True):
                    counts[0] += numerator
                    counts[1] += denominator

    def of(self, kpi: str, unit: str | None) -> dict[date, Count]:
        """The daily counts of one KPI in one unit; None for all units together."""
        index = self._kpis.index(kpi)
        days = self._by_unit.get(unit, {})
        return {day: (row[index][0], row[index][1]) for day, row in sorted(days.items())}
