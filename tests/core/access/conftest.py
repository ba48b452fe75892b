"""A town with a few officers, whose passwords and codes the tests know."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyotp
import pytest

from pilotkit import Deployment
from pilotkit.access.access import Access
from pilotkit.access.sessions import SessionToken
from pilotkit.storage.store import Store
from pilotkit.storage.vault import Vault
from pilotkit.testing import Clock, tiny_deployment

PASSWORD = "quay lantern herring dusk"
ACCOUNTS = """login,roles,unit,point
counter-1.pa,receiving-officer,PA-01,pa-01
registrar.pa,receiving-officer registrar,PA,centre
"""


@dataclass
class Town:
    """A deployment, its access and what its officers know."""

    deployment: Deployment
    access: Access
    clock: Clock
    secrets: dict[str, str] = field(default_factory=dict)

    def enrol(self, login: str, password: str = PASSWORD) -> str:
        enrolment = self.access.accounts.enrol(login, password)
        self.secrets[login] = pyotp.parse_uri(enrolment.address).secret if enrolment.address else ""
        return self.secrets[login]

    def code(self, login: str) -> str:
        return pyotp.TOTP(self.secrets[login]).at(self.clock())

    def sign_in(self, login: str, password: str = PASSWORD, **changes) -> SessionToken:
        given = {"code": self.code(login) if self.secrets.get(login) else "000000", "client": "192.0.2.1", **changes}
        return self.access.sign_in(login, password, given.pop("code"), given.pop("client"), **given)


@pytest.fixture
def make_access(tmp_path: Path, store: Store, clock: Clock) -> Iterator[Callable[..., Town]]:
    def make(files: dict[str, str] | None = None, **changes) -> Town:
        given = {"local/accounts.csv": ACCOUNTS, **(files or {})}
        deployment = Deployment(tiny_deployment(tmp_path / "town", given, **changes))
        return Town(deployment, Access(deployment, store, Vault({"one": b"1" * 32}), clock), clock)

    return make


@pytest.fixture
def office(make_access) -> Town:
    """Both officers have their passwords and codes."""
    town = make_access()
    town.enrol("counter-1.pa")
    town.enrol("registrar.pa")
    return town
