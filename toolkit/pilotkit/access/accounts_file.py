"""The roll of accounts, as ``local/accounts.csv`` has it at this moment: what is struck out there is out at once."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.tree import DeploymentTree
from pilotkit.errors import PilotkitError
from pilotkit.model.access import ANONYMOUS, Account, Authority

FILE = "local/accounts.csv"
_LOG = logging.getLogger(__name__)


class AccountsFile:
    """Who may sign in, and as what. Reads the file again when it has changed.

    Args:
        deployment: whose; roles and units are those of its catalog.
    """

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._accounts: Mapping[str, Account] = deployment.catalog.accounts
        self._state = self._stamp()

    @property
    def accounts(self) -> Mapping[str, Account]:
        """Every account by its login.

        A file that was broken while it was edited changes nothing; the log says what is wrong with it.
        """
        state = self._stamp()
        if state != self._state:
            self._state = state
            try:
                rows = DeploymentTree(self._deployment.folder).table(Account, FILE)
                self._accounts = {account.login: account for account in rows}
            except PilotkitError as problem:
                _LOG.error("%s", problem)
        return self._accounts

    def authority(self, login: str) -> Authority:
        """Return what the account may do; nothing where it is not on the roll."""
        account = self.accounts.get(login)
        if account is None:
            return ANONYMOUS
        catalog = self._deployment.catalog
        roles = [catalog.roles[role] for role in account.roles if role in catalog.roles]
        return Authority(
            subject=login,
            roles=tuple(role.id for role in roles),
            permissions=frozenset(permission for role in roles for permission in role.permissions),
            units=self._jurisdiction(account.unit),
            unit=account.unit,
            point=account.point,
        )

    def _jurisdiction(self, unit: str) -> frozenset[str]:
        """Return the unit, and where it is the province every commune as well."""
        catalog = self._deployment.catalog
        if unit == catalog.settings.deployment.province:
            return frozenset(catalog.units)
        return frozenset({unit} & catalog.units.keys())

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            state = (self._deployment.folder / FILE).stat()
        except OSError:
            return None
        return state.st_mtime_ns, state.st_size, state.st_ino
