"""A plan: everything that is asked of one fact table, as data that any engine can run in one scan.

As SQL, rows are counted first in the finest groups, each condition once however many KPI name it, and the few groups
that come of it are added up into the grouping sets. All sums are of whole numbers, and nothing is divided, so that
every engine gives the same bits. Quantiles cannot be added up; they have a query of their own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import sqlglot
from sqlglot import exp

from pilotkit.facts.columns import Column, Table

Grouping = tuple[str, ...]
"""The dimensions of one grouping; empty for the total."""
Cell = int | str | None
DIALECT = "duckdb"


@dataclass(frozen=True)
class Sum:
    """How many rows meet a condition, or what their weights come to. Both are canonical expressions."""

    condition: str
    """Which rows count."""
    weight: str | None = None
    """What is added up; None: the rows are counted."""


@dataclass(frozen=True)
class Quantile:
    """The smallest value that at least ``fraction`` of the rows that meet the condition do not exceed."""

    value: str
    """Of each row; rows where it is null do not count."""
    condition: str
    """Which rows count."""
    fraction: Decimal
    """Above 0 and at most 1; 0.5 is the median."""

    @property
    def rows(self) -> Sum:
        """How many rows it is of."""
        return Sum(f"({self.condition}) AND ({self.value}) IS NOT NULL")


@dataclass(frozen=True)
class Plan:
    """One scan of one fact table. Expressions in it are canonical: checked, in DuckDB's dialect."""

    table: Table
    """Which fact table."""
    as_of: int
    """Microseconds since 1970."""
    since: str | None
    """The first local day whose rows count, like ``2025-07-21``."""
    groupings: tuple[Grouping, ...]
    """What the answer is grouped by, each by itself."""
    sums: tuple[Sum, ...]
    """What is counted, each once."""
    quantiles: tuple[Quantile, ...] = ()
    """What is ranked."""
    rows: Literal["all", "settled", "open"] = "all"
    """Which segments of the table are read."""
    turned: tuple[int, int] | None = None
    """Only rows that the clock changes between two instants, though nobody touches them; None: all."""

    @property
    def key(self) -> str:
        """What tells this plan from all others."""
        said = (
            self.table,
            self.as_of,
            self.since,
            self.groupings,
            self.sums,
            self.quantiles,
            self.rows,
            self.turned,
        )
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
        """Return the grouping that a row of an answer is of: SQL sets a bit for each dimension that is not in it."""
        last = len(self.dimensions) - 1
        return tuple(name for place, name in enumerate(self.dimensions) if not bits >> (last - place) & 1)

    @property
    def conditions_made(self) -> dict[str, str]:
        """The columns that are conditions, and made from others: how."""
        return {each.name: each.sql_at(self.as_of) for each in self.table.derived if each.type == "BOOLEAN"}

    def known_rows(self, source: str) -> str:
        """Return SQL of the rows that count, with all columns, from ``source``: SQL of rows with stored columns."""
        return known_rows(self.table, source, self.as_of, self.since, self.turned, is_settled=self.rows == "settled")

    def sums_query(self, source: str, dialect: str = DIALECT) -> str:
        """Return SQL whose rows are :attr:`columns`."""
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

    def quantile_queries(self, source: str, dialect: str = DIALECT) -> list[tuple[tuple[int, ...], str]]:
        """Return SQL of the quantiles: one query for all of the same value, with their places in the plan.

        How often each value is, is counted first; so memory does not grow with the rows. The rows of a query are the
        grouping, the dimensions and each of its quantiles.
        """
        places: dict[str, list[int]] = {}
        for number, each in enumerate(self.quantiles):
            places.setdefault(each.value, []).append(number)
        return [(tuple(of), _in(self._quantiles_of(value, of, source), dialect)) for value, of in places.items()]

    def _quantiles_of(self, value: str, places: Sequence[int], source: str) -> str:
        names = list(self.dimensions)
        listed, grouped = ", ".join(["v", *names]), ", ".join([_BITS, *names])
        counted = ", ".join(f"COUNT_IF({self.quantiles[place].condition}) AS c{place}" for place in places)
        over = f"OVER (PARTITION BY {grouped}"
        ranked = ", ".join(
            f"SUM(c{place}) {over} ORDER BY v) AS b{place}, SUM(c{place}) {over}) AS t{place}" for place in places
        )
        found = ", ".join(f"{self._reached(place)} AS q{place}" for place in places)
        sets = "GROUPING SETS (" + ", ".join(f"({', '.join(['v', *each])})" for each in self.groupings) + ")"
        valued = f"SELECT k.*, {value} AS v FROM ({self.known_rows(source)}) AS k"  # noqa: S608  # checked expressions only
        often = f"SELECT GROUPING({listed}) AS {_BITS}, {listed}, {counted} FROM ({valued}) AS r WHERE v IS NOT NULL "  # noqa: S608  # the same
        histogram = f"{often}GROUP BY {sets}"
        ranks = f"SELECT {grouped}, v, {ranked} FROM ({histogram}) AS h"  # noqa: S608  # the same
        return f"SELECT {grouped}, {found} FROM ({ranks}) AS w GROUP BY {grouped}"  # noqa: S608  # the same

    def _reached(self, place: int) -> str:
        numerator, denominator = self.quantiles[place].fraction.as_integer_ratio()
        enough = f"t{place} > 0 AND b{place} * {denominator} >= t{place} * {numerator}"
        return f"MIN(CASE WHEN {enough} THEN v END)"

    def _sets(self) -> str:
        return "GROUPING SETS (" + ", ".join("(" + ", ".join(each) + ")" for each in self.groupings) + ")"


_BITS = "grouping_bits"


def known_rows(
    table: Table,
    source: str,
    as_of: int,
    since: str | None,
    turned: tuple[int, int] | None = None,
    *,
    is_settled: bool = False,
) -> str:
    """Return SQL of the rows that count at an instant, with every column that expressions may name."""

    def made(columns: Sequence[Column]) -> str:
        return "".join(f", {each.sql_at(as_of, is_settled=is_settled)} AS {each.name}" for each in columns)

    conditions = [f"{table.instant} <= {int(as_of)}"] if table.instant and not is_settled else []
    if since is not None and table.day:
        conditions.append(f"{table.day} >= CAST('{since}' AS DATE)")
    if turned is not None:
        first, last = map(int, turned)
        passed = " OR ".join(f"({clock} >= {first} AND {clock} < {last})" for clock in table.clocks)
        conditions.append(f"({passed or 'FALSE'})")
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
    if dialect == DIALECT:
        return query
    tree = sqlglot.parse_one(query, read=DIALECT)
    if (
        dialect == "spark"
    ):  # there GROUPING is of one column; all of them, in the order they are named, have another name
        for node in list(tree.find_all(exp.Grouping)):
            node.replace(exp.Anonymous(this="GROUPING_ID", expressions=node.expressions))
    return tree.sql(dialect)
