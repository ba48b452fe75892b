"""Sessions: what a signed-in browser holds, and what the database knows of it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from pilotkit.model.personal import Person
from pilotkit.settings import AccessSettings
from pilotkit.storage.account_tables import SessionRow, end_sessions_of, was_seen
from pilotkit.storage.store import Store
from pilotkit.storage.vault import Sealed, Vault

_NOTED = timedelta(minutes=1)
"""How exactly is known when a session was last used: a write for each request would be a waste."""


@dataclass(frozen=True)
class SessionToken:
    """What a browser gets when somebody has signed in."""

    value: str
    """The session's secret: 256 random bits."""
    device: str = ""
    """What makes the browser known from now on."""


def digest_of(secret: str) -> str:
    """How the database knows something that only the browser holds."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Sessions:
    """The sessions of one deployment.

    Args:
        store: where they are kept.
        vault: seals what a provider says of a citizen.
        settings: how long they last.
        clock: answers with the aware present.
    """

    def __init__(self, store: Store, vault: Vault, settings: AccessSettings, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._vault = vault
        self._idle = timedelta(minutes=settings.idle_minutes)
        self._longest = timedelta(hours=settings.session_hours)
        self._clock = clock

    def start(self, session: Session, subject: str, *, replaces: str = "", person: Person | None = None) -> str:
        """Return a new session inside a transaction; its secret. The one it replaces is over."""
        value, now = secrets.token_urlsafe(32), self._clock()
        self._end(session, replaces)
        sealed = self._vault.seal(person.model_dump_json().encode(), _place(value)) if person else None
        session.add(
            SessionRow(
                digest=digest_of(value),
                subject=subject,
                started_at=now,
                seen_at=now,
                ends_at=now + self._longest,
                key_id=sealed.key_id if sealed else None,
                person=sealed.data if sealed else None,
            )
        )
        return value

    def subject(self, token: str) -> str | None:
        """Who has signed in with it; None where it is over, was revoked or never was."""
        row = self._row(token)
        if row is None:
            return None
        now = self._clock()
        if now - row.seen_at > _NOTED:
            with self._store.write_session() as session:
                was_seen(session, row.digest, now, now - _NOTED)
        return row.subject

    def person(self, token: str) -> Person | None:
        """Return what the provider said of the citizen who has signed in with it.

        Raises:
            DataError: it was sealed with a key that is not here.
        """
        row = self._row(token)
        if row is None or row.person is None or row.key_id is None:
            return None
        return Person.model_validate_json(self._vault.open(Sealed(row.key_id, row.person), _place(token)))

    def end(self, token: str) -> None:
        """Sign out."""
        with self._store.write_session() as session:
            self._end(session, token)

    def end_all(self, subject: str) -> int:
        """Sign out wherever the subject has signed in; how many browsers that were."""
        with self._store.write_session() as session:
            return end_sessions_of(session, subject)

    def _row(self, token: str) -> SessionRow | None:
        if not token:
            return None
        with self._store.read_session() as session:
            row = session.get(SessionRow, digest_of(token))
        now = self._clock()
        is_over = row is None or now >= row.ends_at or now - row.seen_at >= self._idle
        return None if is_over else row

    def _end(self, session: Session, token: str) -> None:
        if token and (row := session.get(SessionRow, digest_of(token))) is not None:
            session.delete(row)


def _place(token: str) -> str:
    return f"sessions/{digest_of(token)}"
