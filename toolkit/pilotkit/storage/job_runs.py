"""Runs of background jobs: one row a job, with a lease for the process that runs it.

A lease (Gray and Cheriton, 1989) runs out by itself: a process that dies holds a job no longer than that.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Table, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel

from pilotkit.model.job import JobState
from pilotkit.storage.tables import Instant

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_ERROR = 500
"""Characters of an error that are kept."""


class JobRow(SQLModel, table=True):
    """What is known of one job."""

    __tablename__ = "job_runs"

    id: str = Field(primary_key=True)
    holder: str = ""
    held_until: datetime = Field(default=_NEVER, sa_type=Instant)
    due_at: datetime = Field(default=_NEVER, sa_type=Instant)
    started_at: datetime | None = Field(default=None, sa_type=Instant)
    succeeded_at: datetime | None = Field(default=None, sa_type=Instant)
    failures: int = 0
    error: str = ""


JOBS: Table = JobRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table models


def claim(session: Session, job: str, holder: str, now: datetime, lease: timedelta) -> bool:
    """Take the lease of a job that is due and that no other process holds.

    A lease that ends further ahead than any lease lasts was given by a clock that was wrong: it counts as over.

    Args:
        session: a transaction that may write.
        job: its id.
        holder: of this process.
        now: aware.
        lease: how long it is held unless it is renewed.
    """
    row = _locked(session, job)
    is_held = row.holder not in {"", holder} and now < row.held_until <= now + lease
    if is_held or row.due_at > now:
        return False
    row.holder, row.held_until, row.started_at = holder, now + lease, now
    return True


def make_due(session: Session, job: str, now: datetime) -> None:
    """Let a job be due now."""
    row = _locked(session, job)
    row.due_at = min(row.due_at, now)


def renew(session: Session, job: str, holder: str, until: datetime) -> bool:
    """Prolong a lease; False where another process has taken it over."""
    row = _locked(session, job)
    if row.holder == holder:
        row.held_until = until
    return row.holder == holder


def release(session: Session, job: str, holder: str, now: datetime, due_at: datetime, error: str | None) -> None:
    """Give a lease back and note how the run ended; nothing where another process has taken it over.

    Args:
        session: a transaction that may write.
        job: its id.
        holder: of this process.
        now: aware.
        due_at: when it runs next.
        error: why it failed; None: it did not.
    """
    row = _locked(session, job)
    if row.holder != holder:
        return
    row.holder, row.held_until, row.due_at = "", now, due_at
    row.failures = row.failures + 1 if error is not None else 0
    row.error = (error or "")[:LONGEST_ERROR]
    row.succeeded_at = now if error is None else row.succeeded_at


def states(session: Session) -> dict[str, JobState]:
    """Return what is known of each job that was ever claimed, by its id."""
    rows = session.scalars(select(JobRow)).all()
    return {row.id: JobState(**row.model_dump()) for row in rows}


def failures_of(session: Session, job: str) -> int:
    """Return how often a job has failed since it last succeeded."""
    return session.scalar(select(func.max(JOBS.c.failures)).where(JOBS.c.id == job)) or 0


def _locked(session: Session, job: str) -> JobRow:
    """Return the row, made where there is none, held until the transaction ends."""
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    session.execute(insert(JOBS).values(**JobRow(id=job).model_dump()).on_conflict_do_nothing())
    row = session.get(JobRow, job, with_for_update=True, populate_existing=True)
    assert row is not None  # noqa: S101  # it was made above
    return row
