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

from pilotkit.measures.plan import Grouping, Plan, Quantile, Sum, known_rows

WIDTH = 8
"""Conditions that are counted together: two to this power is how many ways there are to meet them."""
COUNTERS = 16_000_000
"""Counters of one grouping, of eight bytes each, that are still worth it."""
BATCH = 250_000
"""Rows at a time."""
Numbers = NDArray[np.int64]


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
        numbers = column.astype(np.int64)
        return numbers if self.lookup is None else self.lookup[numbers]


class Counting:
    """Answers one plan on one connection.

    Args:
        connection: where the query runs.
        plan: what is asked.
        source: SQL of the rows with their stored columns.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, plan: Plan, source: str) -> None:
        self._connection, self._plan = connection, plan
        self._rows = known_rows(plan.table, source, plan.as_of, plan.since)
        self._codes = {name: _codes(connection, plan, source, name) for name in plan.dimensions}

    def sums(self, sums: Sequence[Sum]) -> list[tuple[Any, ...]] | None:
        """Rows of :attr:`Plan.columns` for these sums, which have no weights; None where that is left to SQL."""
        parts = [sums[first : first + WIDTH] for first in range(0, len(sums), WIDTH)]
        if not parts or self._widest << min(WIDTH, len(sums)) > COUNTERS:
            return None
        masks = [_mask([each.condition for each in part]) for part in parts]
        counted = [
            {each: np.zeros(self._size(each) << len(part), np.int64) for each in self._counted} for part in parts
        ]
        for groups, numbers in self._batches(masks, "TRUE"):
            for part, counts, met in zip(parts, counted, numbers, strict=True):
                for grouping, group in groups.items():
                    counts[grouping] += np.bincount((group << len(part)) | met, minlength=len(counts[grouping]))
        return list(self._rows_of([self._added(counts) for counts in counted], parts))

    def quantiles(self, quantiles: Sequence[Quantile]) -> list[tuple[Any, ...]] | None:
        """Rows of the grouping, the dimensions and these quantiles, which are of one value; None where left to SQL."""
        value = quantiles[0].value
        ends = f"SELECT min({value}), max({value}) FROM ({self._rows}) AS k"  # noqa: S608  # checked expressions only
        low, high = self._connection.sql(ends).fetchall()[0]
        if low is None:
            return []
        conditions, width = list(dict.fromkeys(each.condition for each in quantiles)), high - low + 1
        if len(conditions) > WIDTH or self._widest * width > COUNTERS:
            return None
        often = self._often(f"(({value}) - ({low}))::INTEGER", conditions, width)
        rows = []
        for grouping in self._plan.groupings:
            counts = [each[grouping].reshape(-1, width) for each in often]
            places = [_reached(counts[conditions.index(each.condition)], each).tolist() for each in quantiles]
            for group, found in enumerate(zip(*places, strict=True)):
                if any(place >= 0 for place in found):
                    rows.append(
                        (*self._keys(grouping, group), *(None if place < 0 else place + low for place in found))
                    )
        return rows

    def _often(self, above: str, conditions: Sequence[str], width: int) -> list[dict[Grouping, Numbers]]:
        """How often each value is among the rows that meet each condition."""
        often = [{each: np.zeros(self._size(each) * width, np.int64) for each in self._counted} for _ in conditions]
        for groups, (value, met) in self._batches([above, _mask(conditions)], f"{above} IS NOT NULL"):
            chosen = [np.flatnonzero(met >> place & 1) for place in range(len(conditions))]
            for grouping, group in groups.items():
                number = group * width + value
                for counts, rows in zip(often, chosen, strict=True):
                    counts[grouping] += np.bincount(number[rows], minlength=len(counts[grouping]))
        return [self._added(counts) for counts in often]

    def _keys(self, grouping: Grouping, group: int) -> tuple[Any, ...]:
        """The cells that name a group in an answer: which grouping, and the dimensions."""
        found: dict[str, Any] = {}
        for name in reversed(grouping):
            group, number = divmod(group, len(self._codes[name].values))
            found[name] = self._codes[name].values[number]
        last = len(self._plan.dimensions) - 1
        bits = sum(1 << last - place for place, name in enumerate(self._plan.dimensions) if name not in grouping)
        return (bits, *(found.get(name) for name in self._plan.dimensions))

    @property
    def _counted(self) -> tuple[Grouping, ...]:
        """The groupings that are counted; the total is that of any other."""
        return tuple(each for each in self._plan.groupings if each) or self._plan.groupings

    def _added(self, counts: Mapping[Grouping, Numbers]) -> dict[Grouping, Numbers]:
        if () in counts or () not in self._plan.groupings:
            return dict(counts)
        some = min(counts, key=self._size)
        return {**counts, (): counts[some].reshape(self._size(some), -1).sum(axis=0)}

    @property
    def _widest(self) -> int:
        return max(self._size(each) for each in self._plan.groupings)

    def _size(self, grouping: Grouping) -> int:
        return math.prod(len(self._codes[name].values) for name in grouping)

    def _batches(self, numbers: Sequence[str], where: str) -> Iterator[tuple[dict[Grouping, Numbers], list[Numbers]]]:
        """The group of each row in each grouping, and its numbers, some rows at a time."""
        codes = [f"{each.sql} AS d{place}" for place, each in enumerate(self._codes.values())]
        asked = [f"{each} AS n{place}" for place, each in enumerate(numbers)]
        query = f"SELECT {', '.join([*codes, *asked])} FROM ({self._rows}) AS k WHERE {where}"  # noqa: S608  # checked expressions only
        for batch in self._connection.sql(query).to_arrow_reader(BATCH):
            columns = [column.to_numpy(zero_copy_only=False) for column in batch.columns]
            known = {name: each.of(columns[at]) for at, (name, each) in enumerate(self._codes.items())}
            groups = {each: self._group(known, each, batch.num_rows) for each in self._counted}
            yield groups, [column.astype(np.int64) for column in columns[len(codes) :]]

    def _group(self, known: Mapping[str, Numbers], grouping: Grouping, rows: int) -> Numbers:
        if not grouping:
            return np.zeros(rows, np.int64)
        group = known[grouping[0]]
        for name in grouping[1:]:
            group = group * len(self._codes[name].values) + known[name]
        return group

    def _rows_of(
        self, counted: Sequence[Mapping[Grouping, Numbers]], parts: Sequence[Sequence[Sum]]
    ) -> Iterator[tuple[Any, ...]]:
        for grouping in self._plan.groupings:
            by_group = [
                counts[grouping].reshape(-1, 1 << len(part)) for counts, part in zip(counted, parts, strict=True)
            ]
            found = np.concatenate(
                [ways @ _bits(len(part)) for ways, part in zip(by_group, parts, strict=True)], axis=1
            )
            there = by_group[0].sum(axis=1) > 0
            for group in range(len(there)) if grouping else [0]:
                if there[group] or not grouping:
                    yield (*self._keys(grouping, group), *found[group].tolist())


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
    connection.execute(f"CREATE TYPE {kind} AS ENUM ({listed})")
    return Codes(name, f"COALESCE(enum_code({name}::{kind}), {len(values)})::INTEGER", (*values, None))


def _mask(conditions: Sequence[str]) -> str:
    """SQL of which conditions a row meets: a bit for each."""
    met = " + ".join(f"CASE WHEN {each} THEN {1 << place} ELSE 0 END" for place, each in enumerate(conditions))
    return f"({met})::INTEGER"


def _bits(width: int) -> Numbers:
    """Which conditions each mask says are met, one row a mask."""
    return np.arange(1 << width)[:, None] >> np.arange(width) & 1


def _reached(often: Numbers, quantile: Quantile) -> Numbers:
    """Of each row of counts by value, the place at which enough of them are reached; -1 where there are none."""
    numerator, denominator = quantile.fraction.as_integer_ratio()
    up_to = often.cumsum(axis=1)
    total = up_to[:, -1]
    enough = -(-total * numerator // denominator)
    return np.where(total > 0, (up_to < enough[:, None]).sum(axis=1), -1)
