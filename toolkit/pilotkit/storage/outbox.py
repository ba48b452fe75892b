"""The outbox: events to be delivered to plugins, each row written in the transaction of its event.

A worker claims rows by postponing their due time (a lease): no transaction stays open while plugins run, two workers
do not claim the same row, and the rows of a crashed worker become due again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table, delete, func, select, text, update
from sqlmodel import Session

from pilotkit.storage.tables import CASES, EVENTS, OutboxRow, microseconds

OUTBOX: Table = OutboxRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table models
_TAKING = 7_052_026
"""The number of PostgreSQL's advisory lock for claiming rows; SQLite has one writer at a time."""


@dataclass(frozen=True)
class Waiting:
    """One pending event.

    Args:
        event_id: the id of its row.
        case: the code of its case.
        number: its number within its case.
        attempts: the number of failed deliveries.
        told: the plugins that it was delivered to.
        is_taken: whether it is claimed by this worker; earlier events of the same case that are not must go first.
        next_at: the earliest instant of the next attempt, in microseconds since 1970.
    """

    event_id: int
    case: str
    number: int
    attempts: int
    told: frozenset[str]
    is_taken: bool
    next_at: int


def is_due(session: Session, now: datetime) -> bool:
    """Return whether any row is due, without blocking writers."""
    due = select(OUTBOX.c.event_id).where(OUTBOX.c.next_at <= microseconds(now)).limit(1)
    return session.scalar(due) is not None


def take(session: Session, now: datetime, until: datetime, limit: int) -> list[Waiting]:
    """Claim rows that are due, the oldest first.

    Args:
        session: a transaction that may write.
        now: the aware instant by which they are due.
        until: the end of the lease: when they are due again if this worker crashes.
        limit: the maximum number of rows.

    Returns:
        The claimed rows and, in order among them, earlier rows of the same cases that are not claimed.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SELECT pg_advisory_xact_lock({_TAKING})"))
    due = select(OUTBOX.c.event_id, OUTBOX.c.case_id).where(OUTBOX.c.next_at <= microseconds(now))
    taken = {row.event_id: row.case_id for row in session.execute(due.order_by(OUTBOX.c.event_id).limit(limit))}
    if not taken:
        return []
    wanted = (OUTBOX.c.case_id.in_(set(taken.values()))) & (OUTBOX.c.event_id <= max(taken))
    query = select(OUTBOX, CASES.c.code, EVENTS.c.number).join(CASES, CASES.c.id == OUTBOX.c.case_id)
    query = query.join(EVENTS, EVENTS.c.id == OUTBOX.c.event_id).where(wanted).order_by(OUTBOX.c.event_id)
    found = [
        Waiting(
            row.event_id, row.code, row.number, row.attempts, frozenset(row.told.split("\n")) - {""},
            row.event_id in taken, row.next_at,
        )
        for row in session.execute(query)
    ]  # fmt: skip
    session.execute(update(OUTBOX).where(OUTBOX.c.event_id.in_(taken)).values(next_at=microseconds(until)))
    return found


def remove(session: Session, event_ids: Collection[int]) -> None:
    """Delete rows that were delivered to every plugin."""
    if event_ids:
        session.execute(delete(OUTBOX).where(OUTBOX.c.event_id.in_(event_ids)))


def put_off(session: Session, waiting: Waiting) -> None:
    """Reschedule a row: its next attempt, the plugins already reached, and the number of failures."""
    values = {"next_at": waiting.next_at, "told": "\n".join(sorted(waiting.told)), "attempts": waiting.attempts}
    session.execute(update(OUTBOX).where(OUTBOX.c.event_id == waiting.event_id).values(values))


def waiting(session: Session) -> tuple[int, int]:
    """Return the number of pending rows, and the highest number of attempts among them."""
    count, attempts = session.execute(select(func.count(), func.max(OUTBOX.c.attempts)).select_from(OUTBOX)).one()
    return count, attempts or 0
