"""Credentials of the accounts: given, taken away, listed. Who has an account is in ``local/accounts.csv``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pilotkit.access import passwords
from pilotkit.access.accounts_file import FILE, AccountsFile
from pilotkit.catalog.deployment import Deployment
from pilotkit.errors import Place, UnknownError
from pilotkit.model.access import Account
from pilotkit.storage.account_tables import CredentialRow, credentials, end_sessions_of
from pilotkit.storage.store import Store
from pilotkit.storage.vault import Sealed, Vault


@dataclass(frozen=True)
class Enrolment:
    """What is shown once, when an account gets its password."""

    login: str
    address: str | None
    """The ``otpauth://`` address for the authenticator; None where no second factor is asked for."""


@dataclass(frozen=True)
class AccountStatus:
    """An account and how it stands."""

    account: Account
    enrolled_at: datetime | None
    """When it got its password; None: it cannot sign in yet."""
    has_second_factor: bool
    disabled_at: datetime | None


class Accounts:
    """The credentials of one deployment's accounts; see :class:`pilotkit.access.access.Access`."""

    def __init__(
        self, deployment: Deployment, store: Store, vault: Vault, clock: Callable[[], datetime], roll: AccountsFile
    ) -> None:
        self._deployment = deployment
        self._store = store
        self._vault = vault
        self._clock = clock
        self._roll = roll

    def enrol(self, login: str, password: str) -> Enrolment:
        """Give an account a password and, where it is asked for, a new second factor; it signs out everywhere.

        Raises:
            UnknownError: the login is not on the roll.
            DataError: the password is too short or too long.
        """
        self.check(login)
        kept = passwords.hashed(password)
        secret = passwords.new_secret() if self._deployment.settings.access.second_factor else None
        sealed = self._vault.seal(secret.encode(), _place(login)) if secret else None
        with self._store.write_session() as session:
            session.merge(
                CredentialRow(
                    login=login,
                    password=kept,
                    totp_key_id=sealed.key_id if sealed else None,
                    totp=sealed.data if sealed else None,
                    totp_step=0,
                    enrolled_at=self._clock(),
                    disabled_at=None,
                )
            )
            end_sessions_of(session, login)
        issuer = self._deployment.settings.deployment.id
        return Enrolment(login, passwords.address_of(secret, login, issuer) if secret else None)

    def disable(self, login: str) -> int:
        """Shut an account until it is enrolled again; how many browsers were signed out.

        Raises:
            UnknownError: it has never been enrolled.
        """
        with self._store.write_session() as session:
            row = session.get(CredentialRow, login, with_for_update=True)
            if row is None:
                raise UnknownError(f"the account '{login}' has no password.", remedy="It cannot sign in as it is.")
            row.disabled_at = row.disabled_at or self._clock()
            return end_sessions_of(session, login)

    def standings(self) -> tuple[AccountStatus, ...]:
        """Every account of the roll, in its order, and how it stands."""
        with self._store.read_session() as session:
            rows = credentials(session)
            return tuple(_standing(account, rows.get(login)) for login, account in self._roll.accounts.items())

    def secret_of(self, row: CredentialRow) -> str | None:
        """Return the secret of an account's second factor; None where it has none.

        Raises:
            DataError: it was sealed with a key that is not here.
        """
        if row.totp is None or row.totp_key_id is None:
            return None
        return self._vault.open(Sealed(row.totp_key_id, row.totp), _place(row.login)).decode()

    def check(self, login: str) -> None:
        """Nothing where the login is on the roll.

        Raises:
            UnknownError: it is not.
        """
        if login not in self._roll.accounts:
            raise UnknownError(
                f"there is no account '{login}'.", where=Place(FILE), remedy="Add a row with its roles and unit first."
            )


def _standing(account: Account, row: CredentialRow | None) -> AccountStatus:
    if row is None:
        return AccountStatus(account, None, has_second_factor=False, disabled_at=None)
    return AccountStatus(account, row.enrolled_at, has_second_factor=row.totp is not None, disabled_at=row.disabled_at)


def _place(login: str) -> str:
    return f"credentials/{login}"
