"""One scan: any number of KPI, grouped any way, in a single pass over the facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import duckdb

from pilotkit.errors import DataError
from pilotkit.measures.columns import STORED
from pilotkit.measures.expressions import attributes_of, compiled
from pilotkit.measures.facts import Facts
from pilotkit.model.kpi import Kpi
from pilotkit.model.location import UnitKey
from pilotkit.storage.tables import microseconds

Dimension = Literal["unit", "unit_from", "procedure", "month", "received_day"]
Count = tuple[int, int]
"""Numerator and denominator."""


@dataclass(frozen=True)
class Window:
    """Which cases count: received from ``since`` on, and what was known at ``as_of``."""

    since: date | None
    as_of: datetime
    """Aware."""


@dataclass(frozen=True)
class Group:
    """The counts of one group: for each KPI its numerator and denominator, in the order they were asked."""

    keys: tuple[Any, ...]
    """One value a dimension; None in all of them for the total."""
    counts: tuple[Count, ...]


def scan(facts: Facts, kpis: Sequence[Kpi], window: Window, by: Sequence[Dimension] = ()) -> list[Group]:
    """Count every KPI in every group and in total, reading the facts once.

    Raises:
        DataError: an expression is refused, or compares what cannot be compared.
    """
    if not kpis:
        return []
    measures = []
    for numerator, denominator in (_countable(kpi, facts) for kpi in kpis):
        measures.append(f"count(*) FILTER (WHERE ({denominator}) AND ({numerator}))")
        measures.append(f"count(*) FILTER (WHERE ({denominator}))")
    keys = ", ".join(by)
    sets = f"GROUP BY GROUPING SETS (({keys}), ())" if by else ""
    chosen = f"{keys}, GROUPING({keys}), " if by else ""
    query = f"SELECT {chosen}{', '.join(measures)} FROM ({_known_at()}) {sets}"  # noqa: S608  # checked expressions only
    with _connection() as connection:
        rows = _run(connection, query, _parameters(facts, window))
    return [_group(row, len(by)) for row in rows]


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
    """The cases behind a figure: how many there are, and one page of them, newest first.

    Args:
        facts: where to look.
        kpi: whose figure.
        window: the same that the figure was made with.
        only: the group it is of, such as one unit or one month; empty for all.
        owners: the units that its cases name; none for all.
        part: ``numerator``, ``denominator``, or ``rest``: in the denominator but not in the numerator.
        limit: rows a page.
        offset: rows before it.

    Raises:
        DataError: an expression is refused.
    """
    numerator, denominator = _countable(kpi, facts)
    condition = {
        "numerator": f"({denominator}) AND ({numerator})",
        "denominator": f"({denominator})",
        "rest": f"({denominator}) AND ({numerator}) IS NOT TRUE",
    }[part]
    narrowed = "".join(f" AND {dimension} = ${dimension}" for dimension in only)
    if owners:
        narrowed += " AND concat(unit, '@', unit_from) IN (SELECT unnest($owners))"
    rows = f"FROM ({_known_at()}) WHERE {condition}{narrowed}"
    given = _parameters(facts, window) | dict(only)
    if owners:
        given["owners"] = [f"{owner.code}@{owner.valid_from}" for owner in owners]
    with _connection() as connection:
        total = _run(connection, f"SELECT count(*) {rows}", given)[0][0]  # checked expressions only
        found = _run(
            connection,
            f"SELECT code, procedure, unit, channel, received_at, due_at, finished_at, is_late, whole_process {rows} "
            f"ORDER BY received_at DESC, code LIMIT {int(limit)} OFFSET {int(offset)}",
            given,
        )
    names = ("code", "procedure", "unit", "channel", "received_at", "due_at", "finished_at", "is_late", "whole_process")
    return total, [dict(zip(names, row, strict=True)) for row in found]


def missing_attributes(kpi: Kpi, facts: Facts) -> tuple[str, ...]:
    """What a KPI names as an attribute although no case has it."""
    return tuple(sorted(attributes_of(kpi) - facts.attributes))


def _countable(kpi: Kpi, facts: Facts) -> tuple[str, str]:
    """Numerator and denominator; no row counts, and no figure is made up, where an attribute is nobody's."""
    both = compiled(kpi)
    return ("FALSE", "FALSE") if missing_attributes(kpi, facts) else both


def _known_at() -> str:
    """Cases of the window with the columns that depend on the as-of instant."""
    stored = ", ".join(column.name for column in STORED)
    return (
        f"SELECT *, due_at IS NOT NULL AS has_deadline, finished_at IS NOT NULL AS is_finished, "  # noqa: S608  # column names of our own
        "finished_at IS NULL AS is_open, "
        "coalesce(coalesce(finished_at, waiting_since, $as_of) > due_at, FALSE) OR "
        "(finished_at IS NULL AND supplements > 1) AS is_late, "
        "coalesce(finished_at <= due_at, FALSE) AS is_on_time FROM ("
        f"SELECT {stored}, attributes, CASE WHEN ended_at <= $as_of THEN ended_at END AS finished_at, "
        "CASE WHEN waiting_since <= $as_of THEN waiting_since END AS waiting_since, "
        "CASE WHEN ended_at <= $as_of THEN ended_minutes END AS working_minutes "
        "FROM read_parquet($files) "
        "WHERE received_at <= $as_of AND ($since::DATE IS NULL OR received_day >= $since::DATE))"
    )


def _parameters(facts: Facts, window: Window) -> dict[str, Any]:
    return {"files": facts.files, "as_of": microseconds(window.as_of), "since": window.since}


def _group(row: tuple[Any, ...], dimensions: int) -> Group:
    if not dimensions:
        return Group((), _pairs(row))
    is_total = row[dimensions] != 0
    keys = (None,) * dimensions if is_total else tuple(row[:dimensions])
    return Group(keys, _pairs(row[dimensions + 1 :]))


def _pairs(row: Sequence[int]) -> tuple[Count, ...]:
    return tuple(zip(row[::2], row[1::2], strict=True))


@contextmanager
def _connection() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(":memory:", config={"threads": 2, "autoinstall_known_extensions": False})
    try:
        yield connection
    finally:
        connection.close()


def _run(connection: duckdb.DuckDBPyConnection, query: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    try:
        return connection.execute(query, given).fetchall()
    except duckdb.Error as problem:
        raise DataError(
            f"a KPI cannot be computed: {str(problem).splitlines()[0]}.",
            remedy="Check its numbers in docs/reference/kpi-expressions.md.",
        ) from None
