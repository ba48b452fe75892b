"""The outbox: events that plugins are still to be told of, each written in the transaction of its event.

Whoever delivers takes rows by moving the time they are due on, so that nobody holds a transaction while plugins work,
two who deliver at once do not take the same row, and rows of somebody who died come back.
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
"""The number of PostgreSQL's advisory lock that whoever takes rows holds; SQLite has one writer at a time anyhow."""


@dataclass(frozen=True)
class Waiting:
    """One event that is to be told.

    Args:
        event_id: its row.
        case: the case's code.
        number: the event's place in its case.
        attempts: how often somebody failed to hear it.
        told: the plugins that have heard it.
        is_taken: whether it is ours to deliver; others of the same case stand before it and wait.
        next_at: not before this is it tried again, in microseconds since 1970.
    """

    event_id: int
    case: str
    number: int
    attempts: int
    told: frozenset[str]
    is_taken: bool
    next_at: int


def is_due(session: Session, now: datetime) -> bool:
    """Whether there is something to take; asked without keeping writers waiting."""
    due = select(OUTBOX.c.event_id).where(OUTBOX.c.next_at <= microseconds(now)).limit(1)
    return session.scalar(due) is not None


def take(session: Session, now: datetime, until: datetime, limit: int) -> list[Waiting]:
    """Take rows that are due, the oldest first.

    Args:
        session: a transaction that may write.
        now: what is due by then; aware.
        until: when they are due again, should we not come back.
        limit: how many at most.

    Returns:
        The rows taken and, in their order among them, earlier rows of the same cases that are not.
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
    """Everybody has heard these."""
    if event_ids:
        session.execute(delete(OUTBOX).where(OUTBOX.c.event_id.in_(event_ids)))


def put_off(session: Session, waiting: Waiting) -> None:
    """Keep what is to be told again: when, who has heard it, and how often it failed."""
    values = {"next_at": waiting.next_at, "told": "\n".join(sorted(waiting.told)), "attempts": waiting.attempts}
    session.execute(update(OUTBOX).where(OUTBOX.c.event_id == waiting.event_id).values(values))


def waiting(session: Session) -> tuple[int, int]:
    """How many rows there are, and the most attempts that one of them has seen."""
    count, attempts = session.execute(select(func.count(), func.max(OUTBOX.c.attempts)).select_from(OUTBOX)).one()
    return count, attempts or 0
