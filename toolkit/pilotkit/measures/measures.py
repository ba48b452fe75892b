"""Figures for boards and heads: values, how targets stand, and the cases behind each number."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, Literal

from pilotkit.catalog.deployment import Deployment
from pilotkit.facts.fact_files import Facts, bring_up_to_date
from pilotkit.measures.engines import Engine, engine_of
from pilotkit.measures.kpi_values import KpiQuery
from pilotkit.measures.plan import Grouping
from pilotkit.measures.scan import Dimension, Group, Window, matching, missing_attributes, scan_all
from pilotkit.measures.target_status import TargetReport, end_of, stand, targets_that_hold
from pilotkit.measures.unit_values import BY_UNIT, owners_of, values_by_unit
from pilotkit.model.kpi import Kpi, KpiValue
from pilotkit.model.source import Certainty
from pilotkit.model.text import LocalText
from pilotkit.storage.store import Store

By = Literal["unit", "procedure", "month", "channel"]
EVERY: tuple[By, ...] = ("unit", "procedure", "channel", "month")
"""What a whole board is grouped by."""
Part = Literal["numerator", "denominator", "rest"]


@dataclass(frozen=True)
class CasePage:
    """One page of the cases behind a figure."""

    total: int
    rows: tuple[dict[str, Any], ...]
    """Keys: code, procedure, unit, unit_from (a day), channel, received_at, due_at, finished_at (microseconds),
    is_late, whole_process."""


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
        """Return the KPI that name attributes which no case has, and so cannot be measured; with those names."""
        found = {kpi.id: missing_attributes(kpi, self.facts) for kpi in self._catalog.kpis.values()}
        return {kpi: names for kpi, names in found.items() if names}

    def present(self, now: datetime | None = None) -> datetime:
        """Return the as-of instant where none is asked: now, or the end of what was simulated."""
        now = now or datetime.now(UTC)
        return min(now, self.simulated_until) if self.simulated_until else now

    def end_of(self, day: date) -> datetime:
        """Return the last instant of a local day."""
        return end_of(self._catalog, day)

    def make_ready(self) -> None:
        """Ask what the pages of a board ask, so that what has ended is counted before anybody opens one.

        The answers are kept on disk, for every process, until the facts change.
        """
        self.figures()
        self.standings()
        self.values(by="unit")

    def values(
        self,
        kpis: Sequence[str] | None = None,
        *,
        by: By | None = None,
        since: date | None = None,
        as_of: datetime | None = None,
        boundaries: date | None = None,
    ) -> tuple[KpiValue, ...]:
        """Every KPI in every group and in total, in one scan. The total has no unit, procedure or month.

        Args:
            kpis: ids; all where none are named.
            by: one value a unit, procedure or month.
            since: cases received from that day on.
            as_of: what was known then.
            boundaries: by unit: the units of that day, whenever the cases were; absent: of the as-of instant.

        Raises:
            UnknownError: no such KPI.
            DataError: a KPI's expression is refused, or figures cannot be divided among the units of that day.
        """
        groups = self.figures(kpis, by=(by,) if by else (), since=since, as_of=as_of, boundaries=boundaries)
        return tuple(value for group in groups for value in group)

    def figures(
        self,
        kpis: Sequence[str] | None = None,
        *,
        by: Sequence[By] = EVERY,
        since: date | None = None,
        as_of: datetime | None = None,
        boundaries: date | None = None,
    ) -> tuple[tuple[KpiValue, ...], ...]:
        """Every KPI in total and in each group of each dimension: a whole board, in one scan of each fact table.

        A KPI of a table that does not have a dimension, such as procedures by unit, has its figures in total alone.

        Args:
            kpis: ids; all where none are named.
            by: what the groups are of.
            since: cases received from that day on.
            as_of: what was known then.
            boundaries: by unit: the units of that day, whenever the cases were; absent: of the as-of instant.

        Returns:
            One tuple of values a group, the total first.

        Raises:
            UnknownError: no such KPI.
            DataError: a KPI's expression is refused, or figures cannot be divided among the units of that day.
        """
        chosen = [self._catalog.kpi(name) for name in kpis] if kpis else list(self._catalog.kpis.values())
        window = Window(since, as_of or self.present())
        day = boundaries or window.as_of.astimezone(self._catalog.working_time.zone).date()
        version = self._catalog.lineage.version(day) if "unit" in by else self._catalog.location_version
        groupings: list[Grouping] = [(), *(BY_UNIT if each == "unit" else (each,) for each in by)]
        question = KpiQuery(tuple(chosen), window, self.facts)
        groups = scan_all(self.facts, question.asked, window, groupings, self._engine)
        found = {
            grouping: [*values_by_unit(self._catalog, question, day, groups).values()]
            if grouping == BY_UNIT
            else _values(question, groups, grouping, version)
            for grouping in groupings
        }
        return tuple(values for grouping in groupings for values in found[grouping])

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

    def standings(self, as_of: datetime | None = None) -> tuple[TargetReport, ...]:
        """How every target stands; targets with the same dates share one scan. The province's is of all its units.

        Raises:
            UnknownError: a target names a KPI or unit that is not there.
        """
        return stand(self._catalog, self.facts, targets_that_hold(self._catalog), as_of or self.present())

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
        """Return the cases behind a figure, newest first; of a KPI of another table, its rows."""
        window = Window(since, as_of or self.present())
        place = None if unit == self._catalog.settings.deployment.province else unit
        owners = owners_of(self._catalog, place, window) if place and place in self._catalog.units else ()
        groups: dict[Dimension, str | None] = {
            "unit": None if owners else place,
            "procedure": procedure,
            "month": month,
            "channel": channel,
        }
        only = {dimension: key for dimension, key in groups.items() if key is not None}
        total, rows = matching(
            self.facts,
            self._catalog.kpi(kpi),
            window,
            only=only,
            part=part,
            limit=limit,
            offset=offset,
            owners=owners,
        )
        return CasePage(total, tuple(rows))


def _values(
    question: KpiQuery, groups: Sequence[Group], grouping: Grouping, version: str
) -> list[tuple[KpiValue, ...]]:
    """Return the values of each group of one grouping, in the order of their keys."""
    chosen = sorted((each for each in groups if each.grouping == grouping), key=lambda each: [*map(str, each.keys)])
    by = grouping[0] if grouping else None
    return [
        question.values(group.counts, version, by=grouping, **({by: group.keys[0]} if by else {})) for group in chosen
    ]


def _counted(name: str, condition: str) -> Kpi:
    words = LocalText.model_validate({"en": name})
    return Kpi(
        id="count", name=words, question=words, numerator_name=words, denominator_name=words, numerator=condition,
        reference="count", certainty=Certainty.HIGH,
    )  # fmt: skip
