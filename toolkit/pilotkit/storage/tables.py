"""Tables of cases and their events (SQLModel). Instants are microseconds since 1970-01-01T00:00Z.

A whole number of microseconds sorts, subtracts and compares the same on every engine, and is written in bulk without
conversion; see ``docs/decisions/0004-instants-as-integers.md``.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import BigInteger, Index, Integer, String, Table, UniqueConstraint
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
Key = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite assigns ids only to a column of exactly INTEGER."""


def microseconds(instant: datetime) -> int:
    """Convert an aware datetime to microseconds since 1970 in UTC."""
    return (instant - EPOCH) // _MICROSECOND


def instant(value: int) -> datetime:
    """Convert microseconds since 1970 to an aware datetime in UTC."""
    return EPOCH + value * _MICROSECOND


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored as a whole number of microseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002  # SQLAlchemy's signature
        """Convert a value for the database."""
        return None if value is None else microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # SQLAlchemy's signature
        """Convert a value from the database."""
        return None if value is None else instant(value)


class Day(TypeDecorator[date]):
    """A calendar day, stored as ISO 8601 text (``2025-07-01``): it sorts, and every driver takes it."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:  # noqa: ARG002  # SQLAlchemy's signature
        """Convert a value for the database."""
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:  # noqa: ARG002  # SQLAlchemy's signature
        """Convert a value from the database."""
        return None if value is None else date.fromisoformat(value)


class ProcedureVersionRow(SQLModel, table=True):
    """A version of a procedure that cases were received under."""

    __tablename__ = "procedure_versions"

    digest: str = Field(primary_key=True)
    code: str
    version: int
    definition: str
    """The whole procedure as JSON."""


class CaseRow(SQLModel, table=True):
    """The projection of a case's events."""

    __tablename__ = "cases"

    id: int | None = Field(default=None, primary_key=True, sa_type=Key)
    code: str = Field(unique=True)
    procedure: str
    procedure_version: int
    procedure_digest: str = Field(foreign_key="procedure_versions.digest")
    channel: str
    status: str
    step: str | None = None
    unit: str
    unit_from: date | None = Field(default=None, sa_type=Day)
    received_at_point: str | None = None
    helped_at_point: str | None = None
    whole_process: bool
    received_at: datetime = Field(sa_type=Instant)
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    norm_due_at: datetime | None = Field(default=None, sa_type=Instant)
    promised_at: datetime | None = Field(default=None, sa_type=Instant)
    waiting_since: datetime | None = Field(default=None, sa_type=Instant)
    supplements: int = 0
    finished_at: datetime | None = Field(default=None, sa_type=Instant)
    returned_at: datetime | None = Field(default=None, sa_type=Instant)


class EventRow(SQLModel, table=True):
    """One event of one case; never updated or deleted."""

    __tablename__ = "case_events"
    __table_args__ = (UniqueConstraint("case_id", "number", name="one_event_a_number"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Key)
    case_id: int = Field(foreign_key="cases.id", sa_type=Key)
    number: int
    kind: str
    at: datetime = Field(sa_type=Instant)
    actor: str
    reason: str | None = None
    changes: str
    """A JSON object: the new values of the fields that the event changed."""


class SubmissionRow(SQLModel, table=True):
    """The case of each submission key, which makes submissions idempotent."""

    __tablename__ = "submissions"

    key: str = Field(primary_key=True)
    case_id: int = Field(foreign_key="cases.id", sa_type=Key)


class AuditRow(SQLModel, table=True):
    """One record of the audit chain: a range of events committed together, and their hash."""

    __tablename__ = "audit_records"

    number: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=Instant)
    actor: str
    first_event: int = Field(sa_type=BigInteger)
    last_event: int = Field(sa_type=BigInteger)
    """Ids in ``case_events``: equal for a single event; the first is one greater than the last where the record is of
    a sign-off."""
    content: str
    """SHA-256 of the lines of the events, or of the sign-off."""
    hash: str
    """SHA-256 of the record before it and of everything above."""


class CheckpointRow(SQLModel, table=True):
    """A signed checkpoint of the audit chain."""

    __tablename__ = "audit_checkpoints"

    number: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    hash: str
    at: datetime = Field(sa_type=Instant)
    signature: str


class OutboxRow(SQLModel, table=True):
    """A pending event for plugins; deleted when it was delivered to all of them."""

    __tablename__ = "outbox"
    __table_args__ = (Index("outbox_by_next", "next_at", "event_id"), Index("outbox_by_case", "case_id", "event_id"))

    event_id: int = Field(primary_key=True, sa_type=Key, sa_column_kwargs={"autoincrement": False})
    case_id: int = Field(foreign_key="cases.id", sa_type=Key)
    attempts: int = 0
    """The number of failed deliveries."""
    next_at: int = Field(sa_type=BigInteger)
    """The earliest next attempt, in microseconds since 1970; a worker that claims the row postpones it."""
    told: str = ""
    """The plugins that it was delivered to while another is pending, one a line."""


class CaseNumberRow(SQLModel, table=True):
    """The last number given to a case on one day."""

    __tablename__ = "case_numbers"

    prefix: str = Field(primary_key=True)
    day: str = Field(primary_key=True)
    last: int


CASES: Table = CaseRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table models
EVENTS: Table = EventRow.__table__  # type: ignore[attr-defined]  # the same
VERSIONS: Table = ProcedureVersionRow.__table__  # type: ignore[attr-defined]  # the same
NUMBERS: Table = CaseNumberRow.__table__  # type: ignore[attr-defined]  # the same
