"""A plan: everything that is asked of one fact table, as data that any engine can run in one scan.

Rows are counted first in the finest groups, each condition once however many KPI name it, and the few groups that come
of it are added up into the grouping sets. All sums are of whole numbers, and nothing is divided, so that every engine
gives the same bits. Quantiles cannot be added up; they have a query of their own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import sqlglot

from pilotkit.measures.columns import AS_OF, Column, Table

Grouping = tuple[str, ...]
"""The dimensions of one grouping; empty for the total."""
Cell = int | str | None
DIALECT = "duckdb"


@dataclass(frozen=True)
class Sum:
    """How many rows meet a condition, or what their weights come to. Both are canonical expressions."""

    condition: str
    weight: str | None = None


@dataclass(frozen=True)
class Quantile:
    """The smallest value that at least ``fraction`` of the rows that meet the condition do not exceed."""

    value: str
    condition: str
    fraction: Decimal

    @property
    def rows(self) -> Sum:
        """How many rows it is of."""
        return Sum(f"({self.condition}) AND ({self.value}) IS NOT NULL")


@dataclass(frozen=True)
class Plan:
    """One scan of one fact table. Expressions in it are canonical: checked, in DuckDB's dialect."""

    table: Table
    as_of: int
    """Microseconds since 1970."""
    since: str | None
    """The first local day whose rows count, like ``2025-07-21``."""
    groupings: tuple[Grouping, ...]
    sums: tuple[Sum, ...]
    quantiles: tuple[Quantile, ...] = ()
    rows: Literal["all", "settled", "open"] = "all"
    """Which segments of the table are read."""

    @property
    def key(self) -> str:
        """What tells this plan from all others."""
        said = (self.table.name, self.as_of, self.since, self.groupings, self.sums, self.quantiles, self.rows)
        return hashlib.sha256(repr(said).encode()).hexdigest()[:32]

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Every dimension of some grouping."""
        return tuple(dict.fromkeys(name for grouping in self.groupings for name in grouping))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of an answer: which grouping (:meth:`grouping_of`), the dimensions, the sums."""
        return ("grouping", *self.dimensions, *(f"s{number}" for number in range(len(self.sums))))

    def grouping_of(self, bits: int) -> Grouping:
        """The grouping that a row of an answer is of: SQL sets a bit for each dimension that is not in it."""
        last = len(self.dimensions) - 1
        return tuple(name for place, name in enumerate(self.dimensions) if not bits >> (last - place) & 1)

    def known_rows(self, source: str) -> str:
        """SQL of the rows that count, with all columns, from ``source``: SQL of rows with the stored columns."""
        return known_rows(self.table, source, self.as_of, self.since)

    def sums_query(self, source: str, dialect: str = DIALECT) -> str:
        """SQL whose rows are :attr:`columns`."""
        sums = ", ".join(f"{_sum(each)} AS s{number}" for number, each in enumerate(self.sums))
        rows = self.known_rows(source)
        names = ", ".join(self.dimensions)
        if not names:
            sums = ", ".join(f"COALESCE({_sum(each)}, 0)::BIGINT AS s{number}" for number, each in enumerate(self.sums))
            return _in(f"SELECT 0 AS {_BITS}, {sums} FROM ({rows}) AS k", dialect)  # noqa: S608  # checked expressions only
        again = ", ".join(f"COALESCE(SUM(s{number}), 0)::BIGINT AS s{number}" for number in range(len(self.sums)))
        fine = f"SELECT {names}, {sums} FROM ({rows}) AS k GROUP BY {names}"  # noqa: S608  # the same
        query = f"SELECT GROUPING({names}) AS {_BITS}, {names}, {again} FROM ({fine}) AS f GROUP BY {self._sets()}"  # noqa: S608  # the same
        return _in(query, dialect)

    def quantiles_query(self, source: str) -> str:
        """SQL of DuckDB whose rows are the grouping, the dimensions, and each quantile in its order.

        ``quantile_disc`` of a decimal fraction counts in whole numbers, and so is exact.
        """
        found = ", ".join(
            f"quantile_disc({each.value}, {each.fraction}) FILTER (WHERE {each.condition}) AS q{number}"
            for number, each in enumerate(self.quantiles)
        )
        names = ", ".join(self.dimensions)
        rows = self.known_rows(source)
        if not names:
            return f"SELECT 0 AS {_BITS}, {found} FROM ({rows}) AS k"  # noqa: S608  # checked expressions only
        return f"SELECT GROUPING({names}) AS {_BITS}, {names}, {found} FROM ({rows}) AS k GROUP BY {self._sets()}"  # noqa: S608  # the same

    def quantile_query(self, number: int, source: str, dialect: str = DIALECT) -> str:
        """Portable SQL of one quantile: the grouping, the dimensions, the value. It counts how often each value is."""
        each = self.quantiles[number]
        names = [*self.dimensions]
        listed = "".join(f"{name}, " for name in names)
        numerator, denominator = each.fraction.as_integer_ratio()
        sets = ", ".join(f"({', '.join([*grouping, 'v'])})" for grouping in self.groupings)
        valued = f"SELECT {listed}{each.value} AS v FROM ({self.known_rows(source)}) AS k WHERE {each.rows.condition}"  # noqa: S608  # checked expressions only
        bits = f"GROUPING({', '.join([*names, 'v'])})"
        histogram = (
            f"SELECT {bits} AS {_BITS}, {listed}v, COUNT(*) AS c FROM ({valued}) AS r GROUP BY GROUPING SETS ({sets})"  # noqa: S608  # the same
        )
        over = f"PARTITION BY {', '.join([_BITS, *names])}"
        ranked = (
            f"SELECT *, SUM(c) OVER ({over} ORDER BY v) AS below, SUM(c) OVER ({over}) AS total FROM ({histogram}) AS h"  # noqa: S608  # the same
        )
        reached = f"below * {denominator} >= total * {numerator}"
        grouped = ", ".join([_BITS, *names])
        query = f"SELECT {grouped}, MIN(CASE WHEN {reached} THEN v END) AS q FROM ({ranked}) AS w GROUP BY {grouped}"  # noqa: S608  # the same
        return _in(query, dialect)

    def _sets(self) -> str:
        return "GROUPING SETS (" + ", ".join("(" + ", ".join(each) + ")" for each in self.groupings) + ")"


_BITS = "grouping_bits"


def known_rows(table: Table, source: str, as_of: int, since: str | None) -> str:
    """SQL of the rows of a table that count at an instant, with every column that expressions may name."""

    def made(columns: Sequence[Column]) -> str:
        return "".join(f", {each.sql.replace(AS_OF, str(int(as_of)))} AS {each.name}" for each in columns)

    conditions = [f"{table.instant} <= {int(as_of)}"] if table.instant else []
    if since is not None and table.day:
        conditions.append(f"{table.day} >= CAST('{since}' AS DATE)")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    stored = [each.name for each in table.stored]
    extra = [each.name for each in table.kept if each.name == "attributes"]
    inner = f"SELECT {', '.join([*stored, *extra])}{made(table.known)} FROM ({source}) AS f{where}"  # noqa: S608  # our own columns
    named = ", ".join([*stored, *extra, *(each.name for each in table.known)])
    return f"SELECT {named}{made(table.derived)} FROM ({inner}) AS s"  # noqa: S608  # the same


def _sum(each: Sum) -> str:
    if each.weight is None:
        return f"COUNT_IF({each.condition})"
    return f"COALESCE(SUM(CASE WHEN {each.condition} THEN {each.weight} END), 0)::BIGINT"


def _in(query: str, dialect: str) -> str:
    return query if dialect == DIALECT else sqlglot.transpile(query, read=DIALECT, write=dialect)[0]
