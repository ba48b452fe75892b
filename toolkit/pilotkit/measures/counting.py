"""Rows counted by DuckDB and NumPy together.

DuckDB says of each row, in small whole numbers, which group it is in and which conditions it meets; how often each
number occurs is counted here. So every row is looked at once, whatever is asked of it, and the memory needed does not
grow with the rows. What would take too many counters (groups of very many values, quantiles over a very wide range) is
left to SQL.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from pilotkit.measures.plan import Grouping, Plan, Quantile, Sum

TOGETHER = 8
"""Conditions that are counted together: two to this power is how many ways there are to meet them."""
COUNTERS = 16_000_000
"""Counters of one grouping, of eight bytes each, that are still worth it."""
BATCH = 500_000
"""Rows at a time."""
Numbers = NDArray[np.int64]
Cells = tuple[Any, ...]


@dataclass(frozen=True)
class Codes:
    """The values of a dimension, numbered; the last number is of rows that have none."""

    name: str
    sql: str
    """The number of a row, or what ``lookup`` has it of."""
    values: tuple[Any, ...]
    lookup: Numbers | None = None

    def of(self, column: NDArray[Any]) -> Numbers:
        """The numbers of rows."""
        numbers: Numbers = column.astype(np.int64) if self.lookup is None else np.take(self.lookup, column)
        return numbers


@dataclass(frozen=True)
class Tally:
    """How often each number from 0 to ``width`` occurs, in every group of every grouping."""

    sql: str
    """The number of a row."""
    width: int
    counts: dict[Grouping, Numbers]

    def add(self, first: Mapping[Grouping, Numbers], numbers: NDArray[Any]) -> None:
        """Count more rows: where the counters of each one's group begin in each grouping, and its number."""
        for grouping, group in first.items():
            counts = self.counts[grouping]
            counts += np.bincount(group + numbers, minlength=len(counts))

    def of(self, grouping: Grouping) -> Numbers:
        """One row a group; the total is that of any grouping."""
        if grouping in self.counts:
            return self.counts[grouping].reshape(-1, self.width)
        some = min(self.counts.values(), key=len).reshape(-1, self.width)
        total: Numbers = some.sum(axis=0, keepdims=True)
        return total


class Counting:
    """Answers one plan on one connection.

    Args:
        connection: where the query runs.
        plan: what is asked.
        source: SQL of the rows with their stored columns.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, plan: Plan, source: str) -> None:
        self._connection, self._plan = connection, plan
        self._rows = plan.known_rows(source)
        self._codes = {name: _codes(connection, plan, source, name) for name in plan.dimensions}
        self._grouped = tuple(each for each in plan.groupings if each) or plan.groupings
        self._widest = max(map(self._size, self._grouped))

    def answer(
        self, sums: Sequence[Sum], values: Sequence[Sequence[Quantile]]
    ) -> tuple[list[Cells] | None, list[list[Cells] | None]]:
        """Rows of the grouping, the dimensions and what was asked; None where it is left to SQL.

        Args:
            sums: without weights.
            values: quantiles, those of one value together.
        """
        masks, ranked = self._masks(sums), [self._ranked(each) for each in values]
        self._count([*(masks or []), *(tally for each in ranked if each for tally in each[1].values())])
        return (
            None if masks is None else list(self._sums(masks, len(sums))),
            [each and list(self._quantiles(quantiles, *each)) for quantiles, each in zip(values, ranked, strict=True)],
        )

    def _masks(self, sums: Sequence[Sum]) -> list[Tally] | None:
        if not sums or self._widest << min(TOGETHER, len(sums)) > COUNTERS:
            return None
        parts = [sums[first : first + TOGETHER] for first in range(0, len(sums), TOGETHER)]
        return [self._tally(_mask([each.condition for each in part]), 1 << len(part)) for part in parts]

    def _ranked(self, quantiles: Sequence[Quantile]) -> tuple[int, dict[str, Tally]] | None:
        """The lowest value, and by condition how far above it rows are; the last number is of no value."""
        value = quantiles[0].value
        ends = f"SELECT min({value}), max({value}) FROM ({self._rows}) AS k"  # noqa: S608  # checked expressions only
        low, high = self._connection.sql(ends).fetchall()[0]
        none = 0 if low is None else high - low + 1
        if self._widest * (none + 1) > COUNTERS:
            return None
        return low or 0, {
            condition: self._tally(
                f"COALESCE(CASE WHEN {condition} THEN ({value}) - ({low or 0}) END, {none})", none + 1
            )
            for condition in dict.fromkeys(each.condition for each in quantiles)
        }

    def _tally(self, sql: str, width: int) -> Tally:
        counts = {each: np.zeros(self._size(each) * width, np.int64) for each in self._grouped}
        return Tally(f"({sql})::INTEGER", width, counts)

    def _count(self, tallies: Sequence[Tally]) -> None:
        """In one look at each row."""
        if not tallies:
            return
        codes = [f"{each.sql} AS d{place}" for place, each in enumerate(self._codes.values())]
        numbers = [f"{each.sql} AS n{place}" for place, each in enumerate(tallies)]
        query = f"SELECT {', '.join([*codes, *numbers])} FROM ({self._rows}) AS k"  # noqa: S608  # checked expressions only
        for batch in self._connection.sql(query).to_arrow_reader(BATCH):
            columns = [column.to_numpy(zero_copy_only=False) for column in batch.columns]
            known = {name: each.of(columns[at]) for at, (name, each) in enumerate(self._codes.items())}
            groups = {each: self._group(known, each, batch.num_rows) for each in self._grouped}
            first = {
                width: {each: group * width for each, group in groups.items()}
                for width in {tally.width for tally in tallies}
            }
            for tally, column in zip(tallies, columns[len(codes) :], strict=True):
                tally.add(first[tally.width], column)

    def _sums(self, masks: Sequence[Tally], sums: int) -> Iterator[Cells]:
        for grouping in self._plan.groupings:
            found = np.concatenate([each.of(grouping) @ _bits(each.width) for each in masks], axis=1)
            there = masks[0].of(grouping).sum(axis=1) > 0
            for group in np.flatnonzero(there) if grouping else [0]:
                yield (*self._keys(grouping, int(group)), *found[group, :sums].tolist())

    def _quantiles(self, quantiles: Sequence[Quantile], low: int, tallies: Mapping[str, Tally]) -> Iterator[Cells]:
        for grouping in self._plan.groupings:
            counts = {condition: each.of(grouping)[:, :-1] for condition, each in tallies.items()}
            places = [_reached(counts[each.condition], each).tolist() for each in quantiles]
            for group, found in enumerate(zip(*places, strict=True)):
                if any(place >= 0 for place in found):
                    values = (None if place < 0 else place + low for place in found)
                    yield (*self._keys(grouping, group), *values)

    def _keys(self, grouping: Grouping, group: int) -> Cells:
        """The cells that name a group in an answer: which grouping, and the dimensions."""
        found: dict[str, Any] = {}
        for name in reversed(grouping):
            group, number = divmod(group, len(self._codes[name].values))
            found[name] = self._codes[name].values[number]
        last = len(self._plan.dimensions) - 1
        bits = sum(1 << last - place for place, name in enumerate(self._plan.dimensions) if name not in grouping)
        return (bits, *(found.get(name) for name in self._plan.dimensions))

    def _group(self, known: Mapping[str, Numbers], grouping: Grouping, rows: int) -> Numbers:
        if not grouping:
            return np.zeros(rows, np.int64)
        group = known[grouping[0]]
        for name in grouping[1:]:
            group = group * len(self._codes[name].values) + known[name]
        return group

    def _size(self, grouping: Grouping) -> int:
        return math.prod(len(self._codes[name].values) for name in grouping)


def _codes(connection: duckdb.DuckDBPyConnection, plan: Plan, source: str, name: str) -> Codes:
    found = connection.sql(f"SELECT DISTINCT {name} FROM ({source}) AS f WHERE {name} IS NOT NULL").fetchall()  # noqa: S608  # our own columns
    values = tuple(sorted(value for (value,) in found))
    if not values:
        return Codes(name, "0", (None,))
    if plan.table.columns[name].type == "DATE":
        days = (values[-1] - values[0]).days + 1
        lookup = np.full(days + 1, len(values), np.int64)
        lookup[[(value - values[0]).days for value in values]] = np.arange(len(values))
        return Codes(name, f"COALESCE({name} - DATE '{values[0]}', {days})::INTEGER", (*values, None), lookup)
    kind = f"{name}_values"
    listed = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
    connection.execute(f"CREATE TEMP TYPE {kind} AS ENUM ({listed})")
    return Codes(name, f"COALESCE(enum_code({name}::{kind}), {len(values)})::INTEGER", (*values, None))


def _mask(conditions: Sequence[str]) -> str:
    """SQL of which conditions a row meets: a bit for each."""
    return " + ".join(f"CASE WHEN {each} THEN {1 << place} ELSE 0 END" for place, each in enumerate(conditions))


def _bits(masks: int) -> Numbers:
    """Which conditions each mask says are met, one row a mask."""
    return np.arange(masks)[:, None] >> np.arange(masks.bit_length() - 1) & 1


def _reached(often: Numbers, quantile: Quantile) -> Numbers:
    """Of each row of counts by value, the place at which enough of them are reached; -1 where there are none."""
    numerator, denominator = quantile.fraction.as_integer_ratio()
    up_to, total = often.cumsum(axis=1), often.sum(axis=1)
    enough = -(-total * numerator // denominator)
    return np.where(total > 0, (up_to < enough[:, None]).sum(axis=1), -1)
