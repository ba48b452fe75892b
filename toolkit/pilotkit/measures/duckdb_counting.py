"""Rows counted by DuckDB and NumPy together.

DuckDB says of each row, in small whole numbers, which group it is in, of which kind it is (``kinds``) and what its
values are; how often each number occurs is counted here. So every row is looked at once, whatever is asked of it, and
the memory needed does not grow with the rows. What would take too many counters (groups of very many values, quantiles
over a very wide range) is left to SQL.
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
from pilotkit.measures.row_predicates import Numbers, RowPredicates, Truths, group_predicates

TOGETHER = 16
"""Comparisons that make a kind, at most."""
COUNTERS = 16_000_000
"""Counters for kinds, and as many for each value that is ranked, of eight bytes each, that are still worth it."""
BATCH = 500_000
"""Rows at a time."""
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
        """Return the numbers of rows."""
        numbers: Numbers = column.astype(np.int64) if self.lookup is None else np.take(self.lookup, column)
        return numbers


class Tally:
    """How often each number from 0 to below ``width`` occurs, in every group of every grouping.

    Args:
        groups: how many there are in each grouping.
        width: how many numbers there are.
    """

    def __init__(self, groups: Mapping[Grouping, int], width: int) -> None:
        self.width = width
        self._counts = {grouping: np.zeros((size, width), np.int64) for grouping, size in groups.items()}

    def widen(self, width: int) -> None:
        """Make room for more numbers."""
        for grouping, counts in self._counts.items() if width > self.width else ():
            self._counts[grouping] = np.pad(counts, ((0, 0), (0, width - self.width)))
        self.width = width

    def add(self, first: Mapping[Grouping, Numbers], numbers: Numbers) -> None:
        """Count more rows: where the counters of each one's group begin in each grouping, and its number."""
        for grouping, group in first.items():
            counts = self._counts[grouping]
            counts += np.bincount(group + numbers, minlength=counts.size).reshape(counts.shape)

    def of(self, grouping: Grouping) -> Numbers:
        """One row a group; the total is that of any grouping."""
        if grouping in self._counts:
            return self._counts[grouping]
        total: Numbers = min(self._counts.values(), key=len).sum(axis=0, keepdims=True)
        return total


@dataclass(frozen=True)
class Ranked:
    """One value whose quantiles are asked for, and how often it is how far above its lowest, by condition."""

    value: str
    low: int
    none: int
    """The number of rows that have no value, or do not count."""
    tallies: dict[str, Tally]

    @property
    def sql(self) -> str:
        """The number of a row."""
        return f"COALESCE(({self.value}) - ({self.low}), {self.none})::INTEGER"


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
        grouped = tuple(each for each in plan.groupings if each) or plan.groupings
        self._groups = {each: self._size(each) for each in grouped}
        self._all = sum(self._groups.values())

    def answer(
        self, sums: Sequence[Sum], values: Sequence[Sequence[Quantile]]
    ) -> tuple[list[Cells] | None, list[list[Cells] | None]]:
        """Rows of the grouping, the dimensions and what was asked; None where it is left to SQL.

        Args:
            sums: without weights.
            values: quantiles, those of one value together.
        """
        most = min(TOGETHER, (COUNTERS // self._all).bit_length() - 1)
        if most < 1:
            return (None if sums else []), [None] * len(values)
        ranked = [self._ranked(each) for each in values]
        conditions = [*(each.condition for each in sums), *(each for one in ranked if one for each in one.tallies)]
        bundles = group_predicates(list(dict.fromkeys(conditions)), self._plan.conditions_made, most)
        tallies = self._count(bundles, [each for each in ranked if each])
        found = {
            condition: (tally, kinds.meeting(condition))
            for kinds, tally in zip(bundles, tallies, strict=True)
            for condition in kinds.conditions
        }
        return (
            list(self._sums([found[each.condition] for each in sums])),
            [
                None if one is None else list(self._quantiles(quantiles, one))
                for quantiles, one in zip(values, ranked, strict=True)
            ],
        )

    def _ranked(self, quantiles: Sequence[Quantile]) -> Ranked | None:
        value = quantiles[0].value
        ends = f"SELECT min({value}), max({value}) FROM ({self._rows}) AS k"  # noqa: S608  # checked expressions only
        low, high = self._connection.sql(ends).fetchall()[0]
        none = 0 if low is None else high - low + 1
        conditions = dict.fromkeys(each.condition for each in quantiles)
        if self._all * (none + 1) * len(conditions) > COUNTERS:
            return None
        return Ranked(value, low or 0, none, {each: Tally(self._groups, none + 1) for each in conditions})

    def _count(self, bundles: Sequence[RowPredicates], ranked: Sequence[Ranked]) -> list[Tally]:
        """In one look at each row: how often each kind is, bundle by bundle; and what is ranked, in its own tallies."""
        tallies = [Tally(self._groups, each.width) for each in bundles]
        if not bundles:
            return tallies
        codes, kinds, values = ([each.sql for each in part] for part in (self._codes.values(), bundles, ranked))
        asked = [f"{each} AS n{place}" for place, each in enumerate([*codes, *kinds, *values])]
        query = f"SELECT {', '.join(asked)} FROM ({self._rows}) AS k"  # noqa: S608  # checked expressions only
        places = {condition: place for place, each in enumerate(bundles) for condition in each.conditions}
        for batch in self._connection.sql(query).to_arrow_reader(BATCH):
            columns = iter([column.to_numpy(zero_copy_only=False) for column in batch.columns])
            known = {name: each.of(next(columns)) for name, each in self._codes.items()}
            groups = _Groups({each: self._group(known, each, batch.num_rows) for each in self._groups})
            found = [each.of(next(columns)) for each in bundles]
            for each, tally, numbers in zip(bundles, tallies, found, strict=True):
                tally.widen(each.width)
                tally.add(groups.times(tally.width), numbers)
            for one in ranked:
                value = next(columns).astype(np.int64)
                for condition, tally in one.tallies.items():
                    place = places[condition]
                    beyond = np.where(bundles[place].meeting(condition), 0, one.none)[found[place]]
                    tally.add(groups.times(tally.width), np.minimum(value + beyond, one.none))
        return tallies

    def _sums(self, found: Sequence[tuple[Tally, Truths]]) -> Iterator[Cells]:
        for grouping in self._plan.groupings if found else ():
            counts = np.stack([tally.of(grouping) @ meets for tally, meets in found], axis=1)
            there = found[0][0].of(grouping).sum(axis=1) > 0
            for group in np.flatnonzero(there) if grouping else [0]:
                yield (*self._keys(grouping, int(group)), *counts[group].tolist())

    def _quantiles(self, quantiles: Sequence[Quantile], ranked: Ranked) -> Iterator[Cells]:
        for grouping in self._plan.groupings:
            counts = {condition: each.of(grouping)[:, :-1] for condition, each in ranked.tallies.items()}
            places = [_reached(counts[each.condition], each).tolist() for each in quantiles]
            for group, found in enumerate(zip(*places, strict=True)):
                if any(place >= 0 for place in found):
                    values = (None if place < 0 else place + ranked.low for place in found)
                    yield (*self._keys(grouping, group), *values)

    def _keys(self, grouping: Grouping, group: int) -> Cells:
        """Return the cells that name a group in an answer: which grouping, and the dimensions."""
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


class _Groups:
    """The group of each of some rows, in every grouping.

    Args:
        groups: by grouping.
    """

    def __init__(self, groups: Mapping[Grouping, Numbers]) -> None:
        self._groups, self._times = groups, dict[int, dict[Grouping, Numbers]]()

    def times(self, width: int) -> Mapping[Grouping, Numbers]:
        """Where the counters of each one begin, if each group has so many."""
        if width not in self._times:
            self._times[width] = {grouping: group * width for grouping, group in self._groups.items()}
        return self._times[width]


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
    listed = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
    return Codes(name, f"COALESCE(list_position([{listed}], {name}) - 1, {len(values)})::INTEGER", (*values, None))


def _reached(often: Numbers, quantile: Quantile) -> Numbers:
    """Of each row of counts by value, the place at which enough of them are reached; -1 where there are none."""
    numerator, denominator = quantile.fraction.as_integer_ratio()
    up_to, total = often.cumsum(axis=1), often.sum(axis=1)
    enough = -(-total * numerator // denominator)
    return np.where(total > 0, (up_to < enough[:, None]).sum(axis=1), -1)
