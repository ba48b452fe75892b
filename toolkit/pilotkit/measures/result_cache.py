"""Answers of plans: from the engine, or from what was kept and what the clock has changed since.

Most cases have ended, and what has ended no longer depends on the as-of instant. Of those that have not, only the few
change whose deadline passes while nobody touches them. So once everything known is before that instant, the answer is
the kept one of the settled rows, plus the kept one of the open rows as they were at the newest instant, less what the
rows whose deadline has passed since came to then, plus what they come to now: whole numbers, added up.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from operator import add, sub
from threading import Lock
from typing import Any

from pilotkit.facts.columns import Table
from pilotkit.facts.fact_files import Facts
from pilotkit.measures.engines import Engine, FactFiles, run, source_of
from pilotkit.measures.plan import Grouping, Plan

KEPT_ANSWERS = 256
"""Answers that a process keeps in memory."""
KEPT_TURNS = 4
"""States of facts whose deadlines a process keeps in memory."""
LAST_INSTANT = 2**62
"""Microseconds since 1970, later than any case: what has ended is then as it will always be."""
Key = tuple[Grouping, tuple[Any, ...]]
"""A grouping, and the group's value of each of its dimensions."""
Sums = dict[Key, tuple[int, ...]]
Values = dict[Key, tuple[int | None, ...]]
_Rows = tuple[list[list[Any]], list[list[Any]]]
"""Of sums and of quantiles."""
_MEMORY: OrderedDict[tuple[str, str, str], tuple[Sums, Values]] = OrderedDict()
_TURNS: OrderedDict[tuple[str, str], list[int]] = OrderedDict()
_LOCK = Lock()


def forget() -> None:
    """Let go of the answers that this process keeps in memory."""
    with _LOCK:
        _MEMORY.clear()
        _TURNS.clear()


class ResultCache:
    """Answers of plans about one state of the facts.

    Args:
        facts: what is asked.
        engine: who counts what nobody has kept.
    """

    def __init__(self, facts: Facts, engine: Engine) -> None:
        self._facts, self._engine = facts, engine

    def of(self, plan: Plan) -> tuple[Sums, Values]:
        """Return the sums and quantiles of every group that has rows.

        Raises:
            DataError: an expression compares or computes what the engine cannot.
        """
        table, newest = plan.table, self._facts.state.newest
        if table.instant and plan.as_of < newest:
            return self._ask(plan)
        at_rest = replace(plan, as_of=LAST_INSTANT)
        if not table.clocks:
            return self._ask(at_rest)
        opened = replace(plan, as_of=max(newest, self._turn(plan)), rows="open", quantiles=())
        sums, values = self._ask(replace(at_rest, rows="settled"))
        still, _ = self._ask(replace(opened, as_of=newest))
        before, now = self._turned(opened, newest)
        places = [plan.sums.index(each.rows) for each in plan.quantiles]
        if any(counts[place] for found in (still, now) for counts in found.values() for place in places):
            _, values = self._ask(replace(plan, as_of=opened.as_of, sums=()))  # they cannot be added up
        return _together(add, [sums, _together(sub, [still, before]), now]), values

    def _turned(self, plan: Plan, newest: int) -> tuple[Sums, Sums]:
        """Return what the rows come to that the clock has changed since the newest instant: at that, and now."""
        if plan.as_of == newest:
            return {}, {}
        only = replace(plan, turned=(newest, plan.as_of))
        return self._ask(replace(only, as_of=newest))[0], self._ask(only)[0]

    def _turn(self, plan: Plan) -> int:
        """Return the first instant from which on the clock has changed no row up to the plan's; 0 for none.

        Whatever instant is asked for between two deadlines, the answer is one and the same.
        """
        turns = self._turns(plan.table)
        passed = bisect_left(turns, plan.as_of)
        return turns[passed - 1] + 1 if passed else 0

    def _turns(self, table: Table) -> list[int]:
        """When the clock will change some open row, in order."""
        where, newest = (str(self._facts.home.folder), self._facts.version), self._facts.state.newest
        with _LOCK:
            if where in _TURNS:
                return _TURNS[where]
        files = files_of(self._facts, Plan(table, newest, None, (), (), rows="open"))
        parts = (
            f"SELECT {clock} AS turn FROM ({source_of(table, files)}) AS f WHERE {clock} >= {newest}"  # noqa: S608  # our own columns
            for clock in table.clocks
        )
        turns = [] if files.is_empty else [turn for (turn,) in run(f"{' UNION '.join(parts)} ORDER BY turn")]
        with _LOCK:
            _TURNS[where] = turns
            while len(_TURNS) > KEPT_TURNS:
                _TURNS.popitem(last=False)
        return turns

    def _ask(self, plan: Plan) -> tuple[Sums, Values]:
        files = files_of(self._facts, plan)
        if files.is_empty:
            return {}, {}
        where = (str(self._facts.home.folder), self._facts.version, plan.key)
        with _LOCK:
            if where in _MEMORY:
                _MEMORY.move_to_end(where)
                return _MEMORY[where]
        width, (sums, quantiles) = 1 + len(plan.dimensions), self._kept(plan, files)
        found = (
            {_key(plan, row): tuple(row[width:]) for row in sums},
            {_key(plan, row): tuple(row[width:]) for row in quantiles},
        )
        with _LOCK:
            _MEMORY[where] = found
            while len(_MEMORY) > KEPT_ANSWERS:
                _MEMORY.popitem(last=False)
        return found

    def _kept(self, plan: Plan, files: FactFiles) -> _Rows:
        """Answers of settled rows are kept on disk, for every process and until the facts change."""
        name = f"{self._facts.version}-{plan.key}"
        kept = self._facts.home.answer(name) if plan.rows == "settled" else None
        if kept is not None:
            return kept[0], kept[1]
        sums, quantiles = (
            [[_plain(cell) for cell in row] for row in rows] for rows in self._engine.answer(plan, files)
        )
        if plan.rows == "settled":
            self._facts.home.keep_answer(name, [sums, quantiles])
        return sums, quantiles


def files_of(facts: Facts, plan: Plan) -> FactFiles:
    """Return the files that a plan reads."""
    segments = facts.segments(plan.table.name)
    wanted = [each for each in segments if plan.rows == "all" or each.is_settled is (plan.rows == "settled")]
    first = plan.since[:7] if plan.since and plan.table.day else ""
    wanted = [each for each in wanted if each.month >= first or each.month == "all"]
    path, overlaid = facts.home.path, {each.month for each in segments if each.layer == "delta"}
    months = {each.month for each in wanted}
    base = [each for each in wanted if each.layer == "base"]
    return FactFiles(
        base=tuple(path(each) for each in base if each.month not in overlaid),
        overlaid=tuple(path(each) for each in base if each.month in overlaid),
        delta=tuple(path(each) for each in wanted if each.layer == "delta"),
        replacing=tuple(path(each) for each in segments if each.layer == "delta" and each.month in months),
    )


def _key(plan: Plan, row: Sequence[Any]) -> Key:
    grouping = plan.grouping_of(row[0])
    cells = dict(zip(plan.dimensions, row[1:], strict=False))
    return grouping, tuple(_typed(name, cells[name]) for name in grouping)


_DAYS = {"received_day", "unit_from"}


def _typed(dimension: str, cell: Any) -> Any:
    return date.fromisoformat(cell) if cell is not None and dimension in _DAYS else cell


def _plain(cell: Any) -> Any:
    return cell.isoformat() if isinstance(cell, date) else cell


def _together(how: Callable[[int, int], int], parts: Iterable[Sums]) -> Sums:
    """Return the counts of groups, added up or taken away."""
    together: Sums = {}
    for part in parts:
        for group, counts in part.items():
            there = together.get(group)
            together[group] = counts if there is None else tuple(map(how, there, counts))
    return together
