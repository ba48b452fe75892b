"""Writing the audit chain, in the transaction of the events that it vouches for, and reading it back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table

from pilotkit.model.audit import GENESIS, hash_of
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


def _link(mark: str) -> str:
    marks = ", ".join([mark] * len(Record._fields))
    return f"INSERT INTO audit_records ({', '.join(Record._fields)}) VALUES ({marks})"  # noqa: S608  # our own names


_LINK = {"sqlite": _link("?"), "postgresql": _link("%s")}


def vouch(connection: Connection, at: datetime, actor: str, events: tuple[int, int], content: str) -> None:
    """Add the next record, for events that the same transaction has written.

    Args:
        connection: the transaction.
        at: when; aware.
        actor: who.
        events: the first and the last id.
        content: the hash of their lines.
    """
    _add(connection, hold_chain(connection), at, actor, events, content)


def vouch_for_sign_off(connection: Connection, at: datetime, actor: str, content: str) -> int:
    """Add the next record, for a sign-off that the same transaction writes: its range of events is empty.

    Returns:
        The record's number.
    """
    last = hold_chain(connection)
    seen = last.last_event if last else 0
    return _add(connection, last, at, actor, (seen + 1, seen), content)


def hold_chain(connection: Connection) -> Record | None:
    """The end of the chain, to which nobody else adds until the transaction ends; None before the first record."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE audit_records IN EXCLUSIVE MODE")  # one writer a link; readers go on
    return last_record(connection)


def _add(
    connection: Connection, last: Record | None, at: datetime, actor: str, events: tuple[int, int], content: str
) -> int:
    number, previous = (last.number + 1, last.hash) if last else (1, GENESIS)
    said = (number, microseconds(at), actor, *events, content)
    connection.exec_driver_sql(_LINK[connection.dialect.name], (*said, hash_of(previous, *said)))
    return number


def events_between(connection: Connection, first: int, last: int) -> Iterable[Sequence[Any]]:
    """Events by id, each as its id and the values that are hashed."""
    columns = ", ".join(("id", *LINE))
    statement = f"SELECT {columns} FROM case_events WHERE id BETWEEN {int(first)} AND {int(last)} ORDER BY id"  # noqa: S608  # our own names and whole numbers
    return connection.exec_driver_sql(statement)


def last_record(connection: Connection) -> Record | None:
    """The end of the chain; None before the first record."""
    columns = ", ".join(Record._fields)
    row = connection.exec_driver_sql(f"SELECT {columns} FROM audit_records ORDER BY number DESC LIMIT 1").first()  # noqa: S608  # the same
    return Record(*row) if row else None


def records(connection: Connection) -> Iterator[Record]:
    """Every record in order of its number."""
    columns = ", ".join(Record._fields)
    for row in connection.exec_driver_sql(f"SELECT {columns} FROM audit_records ORDER BY number"):  # noqa: S608  # the same
        yield Record(*row)
