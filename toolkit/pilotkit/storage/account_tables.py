"""The tables of authentication: credentials, sessions, failed logins, and known devices.

No secret is stored in the clear: passwords are argon2id hashes, second factors are sealed by the vault, sessions and
devices are identified by the SHA-256 of the browser's token, which is 256 random bits and needs no salt.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Executable,
    Index,
    LargeBinary,
    Table,
    delete,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel

from pilotkit.storage.tables import Instant


class CredentialRow(SQLModel, table=True):
    """The credentials of an account: password hash and second factor."""

    __tablename__ = "credentials"

    login: str = Field(primary_key=True)
    password: str
    """An argon2id hash with its parameters and salt."""
    totp_key_id: str | None = None
    totp: bytes | None = Field(default=None, sa_type=LargeBinary)
    """The secret of the second factor, sealed; None: no second factor."""
    totp_step: int = 0
    """The time step (RFC 6238) of the last accepted code, so that no code is accepted twice."""
    enrolled_at: datetime = Field(sa_type=Instant)
    disabled_at: datetime | None = Field(default=None, sa_type=Instant)


class SessionRow(SQLModel, table=True):
    """One signed-in browser."""

    __tablename__ = "sessions"
    __table_args__ = (Index("sessions_by_subject", "subject"), Index("sessions_by_end", "ends_at"))

    digest: str = Field(primary_key=True)
    subject: str
    """An account's login, or ``citizen:`` and a keyed index of the provider's subject."""
    started_at: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant)
    ends_at: datetime = Field(sa_type=Instant)
    key_id: str | None = None
    person: bytes | None = Field(default=None, sa_type=LargeBinary)
    """The provider's claims about a citizen, sealed; deleted with the session."""


class FailureRow(SQLModel, table=True):
    """The number of failed logins of a login, a network or a known device."""

    __tablename__ = "sign_in_failures"
    __table_args__ = (Index("sign_in_failures_by_time", "last_at"),)

    subject: str = Field(primary_key=True)
    """A keyed index of the login, network or device; it does not reveal which."""
    count: int
    last_at: datetime = Field(sa_type=Instant)


class DeviceRow(SQLModel, table=True):
    """A browser that a login has signed in from."""

    __tablename__ = "known_devices"
    __table_args__ = (Index("known_devices_by_time", "seen_at"),)

    login: str = Field(primary_key=True)
    digest: str = Field(primary_key=True)
    seen_at: datetime = Field(sa_type=Instant)


_AT_ONCE = 500
_SESSIONS: Table = SessionRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table models
_CREDENTIALS: Table = CredentialRow.__table__  # type: ignore[attr-defined]  # the same
_FAILURES: Table = FailureRow.__table__  # type: ignore[attr-defined]  # the same
_DEVICES: Table = DeviceRow.__table__  # type: ignore[attr-defined]  # the same


def end_sessions_of(session: Session, subject: str) -> int:
    """Revoke every session of a subject; return their number."""
    return _touched(session, delete(_SESSIONS).where(_SESSIONS.c.subject == subject))


def forget_what_is_over(session: Session, now: datetime, failures_before: datetime, devices_before: datetime) -> None:
    """Delete expired sessions, failures that no longer count and devices not seen for long."""
    _remove(session, _SESSIONS, _SESSIONS.c.ends_at <= now)
    _remove(session, _FAILURES, _FAILURES.c.last_at < failures_before)
    _remove(session, _DEVICES, _DEVICES.c.seen_at < devices_before)


def _remove(session: Session, table: Table, is_over: ColumnElement[bool]) -> None:
    """Delete a few rows, and none that is locked: two clean-ups at once must not wait for each other."""
    keys = list(table.primary_key.columns)
    over = session.execute(select(*keys).where(is_over).limit(_AT_ONCE).with_for_update(skip_locked=True)).all()
    if over:
        session.execute(delete(table).where(tuple_(*keys).in_([tuple(each) for each in over])))


def take_step(session: Session, login: str, step: int) -> bool:
    """Use up the code of a time step; return whether it was unused. Of two concurrent calls one succeeds."""
    used = update(_CREDENTIALS).where(_CREDENTIALS.c.login == login, _CREDENTIALS.c.totp_step < step)
    return _touched(session, used.values(totp_step=step)) == 1


def known_failures(session: Session, subjects: Iterable[str]) -> list[FailureRow]:
    """Return the stored failures of these subjects; nothing is written for the others."""
    return list(session.scalars(select(FailureRow).where(_FAILURES.c.subject.in_(sorted(subjects)))))


def failures_of(session: Session, subjects: Iterable[str], now: datetime) -> dict[str, FailureRow]:
    """Return each subject's failures, locked until the transaction ends; in one order, to exclude deadlocks."""
    wanted = sorted(subjects)
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    for subject in wanted:
        new = insert(_FAILURES).values(subject=subject, count=0, last_at=now)
        session.execute(new.on_conflict_do_nothing(index_elements=["subject"]))
    return {subject: session.get_one(FailureRow, subject, with_for_update=True) for subject in wanted}


def remember_device(session: Session, login: str, digest: str, now: datetime) -> None:
    """Record that a login was used in this browser."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    added = insert(_DEVICES).values(login=login, digest=digest, seen_at=now)
    session.execute(added.on_conflict_do_update(index_elements=["login", "digest"], set_={"seen_at": now}))


def was_seen(session: Session, digest: str, now: datetime, before: datetime) -> None:
    """Record that a session is in use, unless it was recorded since ``before``."""
    seen = update(_SESSIONS).where(_SESSIONS.c.digest == digest, _SESSIONS.c.seen_at < before)
    session.execute(seen.values(seen_at=now))


def credentials(session: Session) -> dict[str, CredentialRow]:
    """Return every credential by login."""
    return {row.login: row for row in session.scalars(select(CredentialRow))}


def _touched(session: Session, statement: Executable) -> int:
    result = session.execute(statement)
    return result.rowcount if isinstance(result, CursorResult) else 0
