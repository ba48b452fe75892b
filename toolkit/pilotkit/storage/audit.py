"""The audit chain: appended in the transaction of the events that it covers, and read back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Table

from pilotkit.model.audit import GENESIS, hash_of
from pilotkit.storage.driver_statements import DriverRow, DriverStatements
from pilotkit.storage.tables import AuditRow, EventRow, microseconds

RECORDS: Table = AuditRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table models
_EVENTS: Table = EventRow.__table__  # type: ignore[attr-defined]  # the same
LINE = ("case_id", "number", "kind", "at", "actor", "reason", "changes")
"""The columns of an event that are hashed, in their order."""


class Record(NamedTuple):
    """One record of the chain as it is stored; instants in microseconds."""

    number: int
    at: int
    actor: str
    first_event: int
    last_event: int
    content: str
    hash: str


_LAST = f"SELECT {', '.join(Record._fields)} FROM audit_records ORDER BY number DESC LIMIT 1"  # noqa: S608  # our own names


def vouch(statements: DriverStatements, at: datetime, actor: str, events: tuple[int, int], content: str) -> None:
    """Append the next record, for events that the same transaction has written.

    Args:
        statements: of the transaction.
        at: the aware instant of the record.
        actor: the login of its author.
        events: the first and the last event id.
        content: the hash of the events' lines.
    """
    _add(statements, hold_chain(statements), at, actor, events, content)


def vouch_for_sign_off(statements: DriverStatements, at: datetime, actor: str, content: str) -> int:
    """Append the next record, for a sign-off that the same transaction writes: its range of events is empty.

    Returns:
        The record's number.
    """
    last = hold_chain(statements)
    seen = last.last_event if last else 0
    return _add(statements, last, at, actor, (seen + 1, seen), content)


def hold_chain(statements: DriverStatements) -> Record | None:
    """Lock the chain until the transaction ends and return its last record; None before the first."""
    if statements.is_postgresql:
        statements.run("LOCK TABLE audit_records IN EXCLUSIVE MODE")  # one writer a link; readers go on
    row = statements.first(_LAST)
    return Record(*row) if row else None


def _add(
    statements: DriverStatements, last: Record | None, at: datetime, actor: str, events: tuple[int, int], content: str
) -> int:
    number, previous = (last.number + 1, last.hash) if last else (1, GENESIS)
    said = (number, microseconds(at), actor, *events, content)
    statements.insert("audit_records", Record._fields, (*said, hash_of(previous, *said)))
    return number


def events_between(connection: Connection, first: int, last: int) -> Iterable[DriverRow]:
    """Return events by id, each as its id and the hashed values."""
    columns = ", ".join(("id", *LINE))
    statement = f"SELECT {columns} FROM case_events WHERE id BETWEEN {int(first)} AND {int(last)} ORDER BY id"  # noqa: S608  # our own names and whole numbers
    return map(tuple, connection.exec_driver_sql(statement))


def last_record(connection: Connection) -> Record | None:
    """Return the last record of the chain; None before the first."""
    row = connection.exec_driver_sql(_LAST).first()
    return Record(*row) if row else None


def records(connection: Connection) -> Iterator[Record]:
    """Yield every record in order of number."""
    columns = ", ".join(Record._fields)
    for row in connection.exec_driver_sql(f"SELECT {columns} FROM audit_records ORDER BY number"):  # noqa: S608  # the same
        yield Record(*row)
