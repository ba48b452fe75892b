"""One scan: any number of KPI, grouped any way, in a single pass over the facts of each table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from pilotkit.errors import DataError
from pilotkit.facts.columns import TABLES, Table
from pilotkit.facts.fact_files import Facts
from pilotkit.measures.engines import DuckEngine, Engine, run, source_of
from pilotkit.measures.expressions import attributes_of, compiled
from pilotkit.measures.plan import Grouping, Plan, Quantile, Sum, known_rows
from pilotkit.measures.result_cache import Key, ResultCache, files_of
from pilotkit.model.kpi import Kpi
from pilotkit.model.location import UnitKey
from pilotkit.storage.tables import microseconds

Dimension = Literal["unit", "unit_from", "province", "procedure", "domain", "channel", "month", "received_day", "point"]
Count = tuple[int, int]
"""Numerator and denominator."""


@dataclass(frozen=True)
class Window:
    """Which rows count: cases received (or people helped) from ``since`` on, and what was known at ``as_of``."""

    since: date | None
    as_of: datetime
    """Aware."""


@dataclass(frozen=True)
class Group:
    """The counts of one group: for each KPI its numerator and denominator, in the order they were asked."""

    keys: tuple[Any, ...]
    """One value a dimension of the grouping; None in all of them for the total."""
    counts: tuple[Count, ...]
    grouping: Grouping = ()
    """The dimensions that ``keys`` are of; empty for the total."""


def scan(
    facts: Facts, kpis: Sequence[Kpi], window: Window, by: Sequence[Dimension] = (), engine: Engine | None = None
) -> list[Group]:
    """Count every KPI in every group and in total.

    Raises:
        DataError: an expression is refused, or compares what cannot be compared.
    """
    groups = scan_all(facts, kpis, window, [tuple(by), ()] if by else [()], engine)
    return [replace(group, keys=group.keys if group.grouping else (None,) * len(by)) for group in groups]


def scan_all(
    facts: Facts, kpis: Sequence[Kpi], window: Window, groupings: Sequence[Grouping], engine: Engine | None = None
) -> list[Group]:
    """Count every KPI in every group of several groupings, reading each fact table once.

    A grouping by what a KPI's table does not have has no counts of it: numerator and denominator are 0 there.

    Raises:
        DataError: an expression is refused, or compares what cannot be compared.
    """
    found: dict[tuple[Grouping, tuple[Any, ...]], dict[int, Count]] = {((), ()): {}} if () in groupings else {}
    for table in dict.fromkeys(kpi.of for kpi in kpis):
        numbers = [number for number, kpi in enumerate(kpis) if kpi.of == table]
        there = [each for each in groupings if set(each) <= set(TABLES[table].dimensions)]
        if not there:
            continue
        try:
            asked = _Asked(facts, TABLES[table], [kpis[number] for number in numbers], window, there)
            answers = asked.answer(engine or DuckEngine())
        except RecursionError:
            raise DataError("a KPI nests too deep to be computed.", remedy="Write its expressions flatter.") from None
        for group, counts in answers.items():
            found.setdefault(group, {}).update(zip(numbers, counts, strict=True))
    nothing = (0, 0)
    return [
        Group(keys, tuple(counts.get(number, nothing) for number in range(len(kpis))), grouping)
        for (grouping, keys), counts in found.items()
    ] if kpis else []  # fmt: skip


class _Asked:
    """What is asked of one table."""

    def __init__(
        self, facts: Facts, table: Table, kpis: Sequence[Kpi], window: Window, groupings: Sequence[Grouping]
    ) -> None:
        self._facts, self._table = facts, table
        self._shares: list[tuple[Sum, Sum] | Quantile] = [_asked_of(kpi, facts) for kpi in kpis]
        quantiles = [each for each in self._shares if isinstance(each, Quantile)]
        pairs = [(each.rows,) if isinstance(each, Quantile) else each for each in self._shares]
        self._plan = Plan(
            table=table,
            as_of=microseconds(window.as_of),
            since=window.since.isoformat() if window.since else None,
            groupings=tuple(groupings),
            sums=tuple(dict.fromkeys(each for pair in pairs for each in pair)),
            quantiles=tuple(dict.fromkeys(quantiles)),
        )

    def answer(self, engine: Engine) -> dict[tuple[Grouping, tuple[Any, ...]], list[Count]]:
        """Return the counts of each KPI in each group."""
        sums, values = ResultCache(self._facts, engine).of(self._plan)
        place = {each: number for number, each in enumerate(self._plan.sums)}
        value = {each: number for number, each in enumerate(self._plan.quantiles)}

        def count(group: Key, each: tuple[Sum, Sum] | Quantile) -> Count:
            if isinstance(each, Quantile):
                found = values.get(group, (None,) * len(value))[value[each]]
                return (found or 0, sums[group][place[each.rows]])
            numerator, denominator = each
            return sums[group][place[numerator]], sums[group][place[denominator]]

        return {group: [count(group, each) for each in self._shares] for group in sums}


def matching(
    facts: Facts,
    kpi: Kpi,
    window: Window,
    *,
    only: Mapping[Dimension, str],
    part: str,
    limit: int,
    offset: int,
    owners: Sequence[UnitKey] = (),
) -> tuple[int, list[dict[str, Any]]]:
    """Return the rows behind a figure: how many there are, and one page of them, newest first.

    Args:
        facts: where to look.
        kpi: whose figure.
        window: the same that the figure was made with.
        only: the group it is of, such as one unit or one month; empty for all.
        owners: the units that its rows name; none for all.
        part: ``numerator``, ``denominator``, or ``rest``: in the denominator but not in the numerator. A quantile has
            no parts: all its rows are meant.
        limit: rows a page.
        offset: rows before it.

    Raises:
        DataError: an expression is refused.
    """
    table = TABLES[kpi.of]
    if without := sorted(set(only) - set(table.dimensions)):
        raise DataError(
            f"'{kpi.id}' is not counted by {', '.join(without)}.",
            remedy=f"Narrow it by one of: {', '.join(table.dimensions)}.",
        )
    asked, since = _asked_of(kpi, facts), window.since.isoformat() if window.since else None
    plan = Plan(table, microseconds(window.as_of), since, (), ())
    files = files_of(facts, plan)
    if files.is_empty:
        return 0, []
    counted = f"FROM ({known_rows(table, source_of(table, files), plan.as_of, since)}) AS k WHERE {_part(asked, part)}"
    narrowed = "".join(f" AND CAST({dimension} AS VARCHAR) = ?" for dimension in only)
    if owners:
        narrowed += f" AND concat(unit, '@', unit_from) IN ({', '.join('?' * len(owners))})"
    given = [*only.values(), *(f"{owner.code}@{owner.valid_from}" for owner in owners)]
    total = run(f"SELECT count(*) {counted}{narrowed}", given)[0][0]  # checked expressions only
    names = _SHOWN.get(table.name) or tuple(table.columns)
    order = f"{table.instant} DESC, {names[0]}" if table.instant else names[0]
    page = f"SELECT {', '.join(names)} {counted}{narrowed} ORDER BY {order} LIMIT {int(limit)} OFFSET {int(offset)}"
    return total, [dict(zip(names, row, strict=True)) for row in run(page, given)]


_SHOWN = {
    "cases": (
        "code", "procedure", "unit", "unit_from", "channel", "received_at", "due_at", "finished_at", "is_late",
        "whole_process",
    ),
}  # fmt: skip


def missing_attributes(kpi: Kpi, facts: Facts) -> tuple[str, ...]:
    """Return what a KPI names as an attribute although no case has it."""
    return tuple(sorted(attributes_of(kpi) - facts.attributes))


def _asked_of(kpi: Kpi, facts: Facts) -> tuple[Sum, Sum] | Quantile:
    """Return what a KPI counts; no row counts, and no figure is made up, where an attribute is nobody's."""
    numerator, denominator, weight, value = compiled(kpi)
    if missing_attributes(kpi, facts):
        return Sum("FALSE"), Sum("FALSE")
    if value is not None and kpi.fraction is not None:
        return Quantile(value, denominator, kpi.fraction)
    both = numerator if denominator == "TRUE" else f"({denominator}) AND ({numerator})"
    return Sum(str(both), weight), Sum(denominator, weight)


def _part(asked: tuple[Sum, Sum] | Quantile, part: str) -> str:
    if isinstance(asked, Quantile):
        return asked.rows.condition
    numerator, denominator = (each.condition for each in asked)
    return {
        "numerator": f"({numerator})",
        "denominator": f"({denominator})",
        "rest": f"({denominator}) AND ({numerator}) IS NOT TRUE",
    }[part]
