"""A town with people's cases, and programs that talk to it: nobody's, and one for each account."""

import base64
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from pilotkit import Deployment
from pilotkit.cases import Application
from pilotkit.model.personal import Person
from pilotkit.services import Services
from pilotkit.testing import Clock, tiny_deployment
from pilotkit.web.application import create_app

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette would rather have httpx2
    from starlette.testclient import TestClient

PASSWORD = "a long enough sentence"
ACCOUNTS = ("counter-pa-01", "registrar-pa-01", "supervisor-pa-01", "counter-pa-02", "registrar-pa")


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock(datetime(2025, 7, 28, 9, 0, tzinfo=UTC))


@pytest.fixture(scope="module")
def keys() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PILOTKIT_KEYS", f"k1:{base64.b64encode(bytes(range(32))).decode()}")
        yield


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory, clock: Clock, keys: None) -> Iterator[Services]:
    """The case side of a town, beside the one that the application opens."""
    deployment = Deployment(tiny_deployment(tmp_path_factory.mktemp("api") / "town"))
    opened = Services(deployment, clock)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def api(services: Services, clock: Clock) -> Iterator[TestClient]:
    """A program that has not signed in."""
    app = create_app(services.deployment, now=clock)
    with TestClient(app, base_url="http://127.0.0.1/api/v1", raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def tokens(api: TestClient, services: Services, clock: Clock) -> dict[str, str]:
    """A session for each account, got as a program gets it."""
    found = {}
    for login in ACCOUNTS:
        enrolment = services.access.accounts.enrol(login, PASSWORD)
        secret = parse_qs(urlsplit(enrolment.address).query)["secret"][0]
        proof = {"login": login, "password": PASSWORD, "code": pyotp.TOTP(secret).at(clock())}
        answer = api.post("/sessions", json=proof)
        assert 201 == answer.status_code, answer.text
        found[login] = answer.json()["token"]
    return found


@pytest.fixture(scope="module")
def as_account(tokens: dict[str, str]) -> Callable[[str], dict[str, str]]:
    """The headers of an account; none for nobody."""
    return lambda login: {"authorization": f"Bearer {tokens[login]}"} if login else {}


@pytest.fixture
def case_of(services: Services) -> Callable[[str], str]:
    """The code of a new case that a unit decides."""

    def receive(unit: str) -> str:
        person = Person(name="Sample Person", identity_number="000000000001", phone="000")
        asked = Application(
            procedure="ZZ-101", channel="online", unit=unit, actor="citizen", person=person, answers={"note": "private"}
        )
        return services.case_service.receive(asked).code

    return receive


@pytest.fixture
def town_folder(services: Services) -> Path:
    return services.deployment.folder
