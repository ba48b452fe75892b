"""Engines run plans. DuckDB inside the process is the default; plugins offer others as connectors of kind ``engine``.

An engine gets a plan and where the rows stand, and answers with plain rows. What it may not do is round: sums are whole
numbers, and a quantile is one of the values.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, Protocol, runtime_checkable

import duckdb

from pilotkit.catalog.catalog import Catalog
from pilotkit.errors import DataError, Place, UnknownError
from pilotkit.facts.columns import Table
from pilotkit.measures.duckdb_counting import Counting
from pilotkit.measures.plan import Plan, Sum

KIND = "engine"
"""The kind of connector that this room uses."""
DEFAULT = "duckdb"
THREADS = 2
MEMORY = "1GB"
"""What DuckDB may use before it goes to disk."""


@dataclass(frozen=True)
class FactFiles:
    """Where the rows of one table stand: Parquet files."""

    base: tuple[Path, ...] = ()
    """Of months that have no delta, or of the part of them that is asked for."""
    overlaid: tuple[Path, ...] = ()
    """Of months with a delta: a row whose key stands in ``replacing`` is not to be read."""
    delta: tuple[Path, ...] = ()
    """Rows that hold beside those."""
    replacing: tuple[Path, ...] = ()
    """Every delta of those months, whichever part is asked for."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to read."""
        return not (self.base or self.overlaid or self.delta)


Row = tuple[Any, ...]


class Answer(NamedTuple):
    """What an engine answers to a plan."""

    sums: Sequence[Row]
    """Rows of :attr:`Plan.columns`; none where no sum is asked."""
    quantiles: Sequence[Row]
    """Rows of the grouping, the dimensions, and each quantile in its order; null where it has no rows."""


@runtime_checkable
class Engine(Protocol):
    """What a connector of kind ``engine`` promises."""

    def answer(self, plan: Plan, files: FactFiles) -> Answer:
        """Return what a plan asks of the rows in these files."""


class DuckEngine:
    """DuckDB inside the process, one cursor a question, so that threads do not wait for each other."""

    def answer(self, plan: Plan, files: FactFiles) -> Answer:
        """In one scan; weights, and what has too many groups or values to be counted, have one more."""
        source = source_of(plan.table, files)
        counted = [each for each in plan.sums if each.weight is None]
        asked = plan.quantile_queries(source)
        with _asking() as connection:
            values = [[plan.quantiles[place] for place in places] for places, _ in asked]
            sums, ranked = Counting(connection, plan, source).answer(counted, values)
            quantiles = [
                (places, connection.execute(query).fetchall() if rows is None else rows)
                for (places, query), rows in zip(asked, ranked, strict=True)
            ]
        left = [each for each in plan.sums if each.weight is not None or sums is None]
        more = run(replace(plan, sums=tuple(left)).sums_query(source)) if left else []
        return Answer(_side_by_side(plan, (counted, sums or []), (left, more)), merge_answers(plan, quantiles))


def _side_by_side(plan: Plan, *answers: tuple[Sequence[Sum], Sequence[Row]]) -> list[Row]:
    """Answers to parts of a plan's sums as one, in the plan's order."""
    width, cells = 1 + len(plan.dimensions), dict[Row, dict[Sum, int]]()
    for sums, rows in answers:
        for row in rows:
            cells.setdefault(row[:width], {}).update(zip(sums, row[width:], strict=True))
    return [(*group, *(found[each] for each in plan.sums)) for group, found in cells.items()]


def merge_answers(plan: Plan, answers: Sequence[tuple[tuple[int, ...], Sequence[Row]]]) -> list[Row]:
    """Return the answers to :meth:`Plan.quantile_queries` as an engine gives them: each quantile in its order."""
    width, found = 1 + len(plan.dimensions), dict[Row, list[Any]]()
    for places, rows in answers:
        for row in rows:
            values = found.setdefault(row[:width], [None] * len(plan.quantiles))
            for place, value in zip(places, row[width:], strict=True):
                values[place] = value
    return [(*group, *values) for group, values in found.items()]


def engine_of(catalog: Catalog) -> Engine:
    """Return the engine of ``[measures] engine``.

    Raises:
        UnknownError: no plugin offers it.
    """
    settings = catalog.settings.measures
    if settings.engine == DEFAULT:
        return DuckEngine()
    offered = {id_: each for id_, each in catalog.connectors.items() if each.kind == KIND}
    if settings.engine not in offered:
        raise UnknownError(
            f"no plugin offers the engine '{settings.engine}'.",
            where=Place("pilot.toml", "measures.engine"),
            remedy=f"Enable the plugin that does, or use one of: {', '.join([DEFAULT, *offered])}.",
        )
    engine: Engine = offered[settings.engine].make(dict(settings.settings))
    return engine


def source_of(table: Table, files: FactFiles) -> str:
    """DuckDB's SQL of the rows in these files, with all stored columns."""
    names = ", ".join(each.name for each in (*table.stored, *table.kept))
    plain = [*files.base, *files.delta]
    parts = [f"SELECT {names} FROM {_read(plain)}"] if plain else []  # noqa: S608  # our own files and columns
    if files.overlaid:
        replaced = f"SELECT {table.key} FROM {_read(files.replacing)}"  # noqa: S608  # the same
        kept = f"{_read(files.overlaid)} AS b ANTI JOIN ({replaced}) AS d USING ({table.key})"
        parts.append(f"SELECT {names} FROM {kept}")  # noqa: S608  # the same
    return " UNION ALL ".join(parts)


def run(query: str, given: Sequence[Any] = ()) -> list[Row]:
    """Return the rows of a query on DuckDB, which can reach nothing but the files.

    Raises:
        DataError: an expression compares or computes what the engine cannot.
    """
    with _asking() as connection:
        return connection.execute(query, list(given)).fetchall()


@contextmanager
def _asking() -> Iterator[duckdb.DuckDBPyConnection]:
    with _connection() as connection:
        try:
            yield connection
        except duckdb.Error as problem:
            raise DataError(
                f"a KPI cannot be computed: {str(problem).splitlines()[0]}.",
                remedy="Check its numbers in docs/reference/kpi-expressions.md.",
            ) from None


def _read(paths: Sequence[Path]) -> str:
    listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    return f"read_parquet([{listed}])"


@contextmanager
def _connection() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = _database(os.getpid()).cursor()
    try:
        yield connection
    finally:
        connection.close()


@lru_cache(maxsize=1)
def _database(process: int) -> duckdb.DuckDBPyConnection:  # noqa: ARG001  # a forked process has none of its threads
    settings: dict[str, str | bool | int | float | list[str]] = {
        "threads": THREADS,
        "memory_limit": MEMORY,
        "autoinstall_known_extensions": False,
        "enable_external_file_cache": False,
    }
    return duckdb.connect(":memory:", config=settings)
