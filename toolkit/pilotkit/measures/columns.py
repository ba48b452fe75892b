"""The documented columns of the fact tables: all that a KPI's expression may name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column that an expression may use."""

    name: str
    type: str
    """DuckDB's name of it."""
    meaning: str


STORED = (
    Column("code", "VARCHAR", "The case's code."),
    Column("procedure", "VARCHAR", "The procedure's code."),
    Column("domain", "VARCHAR", "The procedure's field of administration."),
    Column("level", "VARCHAR", "The tier that decides: 'commune' or 'province'."),
    Column("focus", "BOOLEAN", "Whether the procedure is among those redesigned first."),
    Column("online_offered", "BOOLEAN", "Whether the procedure can be applied for online."),
    Column("whole_process_offered", "BOOLEAN", "Whether the procedure can be done without any visit."),
    Column("unit", "VARCHAR", "The code of the unit that decides."),
    Column("unit_from", "DATE", "The first day of that unit: codes are reused, and name a unit only with it."),
    Column("channel", "VARCHAR", "'in_person', 'online' or 'post'."),
    Column("whole_process", "BOOLEAN", "Whether nobody had to come."),
    Column("received_at", "BIGINT", "When it was received: microseconds since 1970 in UTC."),
    Column("due_at", "BIGINT", "The legal deadline in the same unit; null where none is published."),
    Column("supplements", "BIGINT", "How often the person was asked for more."),
    Column("received_day", "DATE", "The local day it was received."),
    Column("month", "VARCHAR", "The local month it was received, like 2025-07."),
)
"""Columns in the Parquet files of ``cases``."""

DERIVED = (
    Column("finished_at", "BIGINT", "When it ended, as known at the as-of instant; null while open."),
    Column("working_minutes", "BIGINT", "Working minutes from receipt to end; null while open."),
    Column("has_deadline", "BOOLEAN", "Whether a legal deadline is published."),
    Column("is_finished", "BOOLEAN", "Whether it had ended."),
    Column("is_open", "BOOLEAN", "Whether it had not."),
    Column(
        "is_late",
        "BOOLEAN",
        "Whether it ended, or its clock still ran, after its deadline; or was open after a second request.",
    ),
    Column("is_on_time", "BOOLEAN", "Whether it ended by its deadline."),
)
"""Columns that depend on the as-of instant, computed in the scan."""

CASES = {column.name: column for column in (*STORED, *DERIVED)}
