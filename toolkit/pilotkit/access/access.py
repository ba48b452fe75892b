"""Signing in and out, and what whoever has signed in may do."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlmodel import Session

from pilotkit.access import login_throttle as patience
from pilotkit.access import passwords
from pilotkit.access.accounts import Accounts
from pilotkit.access.accounts_file import AccountsFile
from pilotkit.access.sessions import Sessions, SessionToken, digest_of
from pilotkit.catalog.deployment import Deployment
from pilotkit.errors import RefusedError
from pilotkit.model.access import ANONYMOUS, CITIZEN, Authority, citizen_authority
from pilotkit.model.personal import Person
from pilotkit.storage.account_tables import CredentialRow, DeviceRow, forget_what_is_over, remember_device, take_step
from pilotkit.storage.application_store import rename_owner
from pilotkit.storage.store import Store
from pilotkit.storage.vault import Vault

DEVICE_LASTS = timedelta(days=180)
"""How long a browser stays known without signing in."""
_LONGEST_LOGIN = 100


class DeniedError(RefusedError):
    """Signing in failed. Says never whether the login, the password or the code was wrong.

    Args:
        wait: how long to wait until another attempt is heard; 0 where this one was.
    """

    def __init__(self, wait: timedelta = timedelta(0)) -> None:
        self.wait = wait
        super().__init__("signing in failed.", remedy="Check the login, the password and the code, and try again.")


class Access:
    """Who may come in, and what they may do then.

    Args:
        deployment: whose accounts.
        store: where credentials and sessions are kept.
        vault: seals second factors and what providers say of citizens.
        clock: answers with the aware present.
    """

    def __init__(self, deployment: Deployment, store: Store, vault: Vault, clock: Callable[[], datetime]) -> None:
        self._settings = deployment.settings.access
        self._store = store
        self._vault = vault
        self._clock = clock
        self.roll = AccountsFile(deployment)
        self.sessions = Sessions(store, vault, self._settings, clock)
        self.accounts = Accounts(deployment, store, vault, clock, self.roll)

    def sign_in(
        self, login: str, password: str, code: str, client: str, *, device: str = "", replaces: str = ""
    ) -> SessionToken:
        """Sign an officer in.

        Args:
            login: of ``local/accounts.csv``.
            password: at most 256 characters.
            code: of the authenticator.
            client: the address that the request comes from.
            device: what the browser got when somebody signed in from it before.
            replaces: the session that the browser had until now, which is over then.

        Raises:
            DeniedError: something is wrong, or it is too early to try again.
            RefusedError: too many people sign in at this moment.
        """
        now, login = self._clock(), login.strip().lower()[:_LONGEST_LOGIN]
        limits = self._limits(login, client, device)
        if (wait := self._asked(limits, now)) > timedelta(0):
            raise DeniedError(wait)
        seen = self._credential(login)
        step = self._step(seen, code, now)
        if not passwords.is_password(password, seen.password if seen else None) or seen is None or step is None:
            raise DeniedError
        return self._admitted(seen, step, limits, device=device, replaces=replaces)

    def sign_in_citizen(self, subject: str, person: Person, *, replaces: str = "") -> SessionToken:
        """Sign in somebody whom a provider has identified.

        Args:
            subject: the provider and its name for them; kept as an index only.
            person: what the provider says of them, for as long as the session lasts.
            replaces: the session that the browser had until now, which is over then.
        """
        name, *older = (CITIZEN + each for each in self._vault.indexes(subject, "citizen"))
        with self._store.write_session() as session:
            self._tidy(session)
            if older:  # the vault has a new key since they were here
                rename_owner(session, older, name)
            return SessionToken(self.sessions.start(session, name, replaces=replaces, person=person))

    def authority(self, token: str) -> Authority:
        """Return what whoever holds the session may do now; :data:`ANONYMOUS` where it is over."""
        subject = self.sessions.subject(token)
        if subject is None:
            return ANONYMOUS
        return citizen_authority(subject) if subject.startswith(CITIZEN) else self.roll.authority(subject)

    def person(self, token: str) -> Person | None:
        """Return what the provider said of the citizen of a session; None for officers and where it is over."""
        return self.sessions.person(token)

    def sign_out(self, token: str) -> None:
        """End a session; one that is over stays so."""
        self.sessions.end(token)

    def _asked(self, limits: dict[str, patience.Limit], now: datetime) -> timedelta:
        """How long to wait still. Whoever has to is told before anything is written: guesses must not fill a disk."""
        with self._store.read_session() as session:
            wait = patience.waiting(session, limits, now)
        if wait > timedelta(0):
            return wait
        with self._store.write_session() as session:
            self._tidy(session)
            return patience.asked(session, limits, now)

    def _limits(self, login: str, client: str, device: str) -> dict[str, patience.Limit]:
        if self._is_known(login, device):
            return {self._counted("device", f"{login} {digest_of(device)}"): patience.OF_DEVICE}
        return {
            self._counted("login", login): patience.OF_LOGIN,
            self._counted("network", patience.network_of(client)): patience.OF_NETWORK,
        }

    def _is_known(self, login: str, device: str) -> bool:
        if not device or login not in self.roll.accounts:
            return False
        with self._store.read_session() as session:
            return session.get(DeviceRow, (login, digest_of(device))) is not None

    def _counted(self, kind: str, whom: str) -> str:
        return self._vault.index(f"{kind}/{whom}", "sign-in")

    def _credential(self, login: str) -> CredentialRow | None:
        """Return the credential of an account that may be used; None where there is no such account."""
        if login not in self.roll.accounts:
            return None
        with self._store.read_session() as session:
            row = session.get(CredentialRow, login)
        return row if row is not None and row.disabled_at is None else None

    def _step(self, seen: CredentialRow | None, code: str, now: datetime) -> int | None:
        """Return the step whose code was given; 0 where none is needed. It takes as long for an unknown account."""
        secret = self.accounts.secret_of(seen) if seen else passwords.new_secret()
        if secret is None:
            return None if self._settings.second_factor else 0
        return passwords.step_of(code, secret, now)

    def _admitted(
        self, seen: CredentialRow, step: int, limits: dict[str, patience.Limit], *, device: str, replaces: str
    ) -> SessionToken:
        known, now = device or secrets.token_urlsafe(32), self._clock()
        with self._store.write_session() as session:
            row = session.get(CredentialRow, seen.login, with_for_update=True)
            is_same = row is not None and row.password == seen.password and row.disabled_at is None
            if not is_same or (step and not take_step(session, seen.login, step)):
                raise DeniedError
            patience.forgive(session, limits, now)
            remember_device(session, seen.login, digest_of(known), now)
            self._tidy(session)
            return SessionToken(self.sessions.start(session, seen.login, replaces=replaces), known)

    def _tidy(self, session: Session) -> None:
        now = self._clock()
        forget_what_is_over(session, now, now - patience.FORGETTING, now - DEVICE_LASTS)
