"""A town with its desks, their sessions, and cases of people who do not exist."""

import base64
import re
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest

from pilotkit import Channel, Deployment
from pilotkit.cases import Application, Case, Content, Person
from pilotkit.services import Services
from pilotkit.storage.vault import KEYS
from pilotkit.testing import Clock, tiny_deployment
from pilotkit.web.application import create_app

with warnings.catch_warnings():
    # Starlette would rather have httpx2; httpx still works and is what the other tests use.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

MORNING = datetime(2025, 7, 1, 9, 0, tzinfo=UTC)
PASSWORD = "quay lantern herring dusk"
SETTINGS = {
    "plugins__enabled": ["counter"],
    "deployment__languages": ["en", "vi"],
    "access__second_factor": False,
    "access__idle_minutes": 720,
}
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF"
_TAG = re.compile(r"<[^>]*>")
_SPACE = re.compile(r"\s+")


def words(html: str) -> str:
    """What a reader sees, on one line."""
    return _SPACE.sub(" ", unescape(_TAG.sub(" ", html))).strip()


class Answer:
    """What the server said."""

    def __init__(self, response) -> None:
        self.status = response.status_code
        self.html = response.text if "html" in response.headers.get("content-type", "") else ""
        self.words = words(self.html)
        self.bytes = response.content
        self.to = response.headers.get("location", "")
        self.headers = response.headers

    @property
    def codes(self) -> list[str]:
        """The cases of the work list, in order."""
        return re.findall(r'name="code" value="([^"]+)"', self.html)


class Seat:
    """One desk with its own browser."""

    def __init__(self, office: "Office", login: str | None) -> None:
        self._client = TestClient(office.app, base_url="http://localhost", follow_redirects=False)
        self._token = ""
        if login is not None:
            access = office.services.access
            access.accounts.enrol(login, PASSWORD)
            self._client.cookies.set("session", access.sign_in(login, PASSWORD, "", "192.0.2.1").value)

    def get(self, path: str) -> Answer:
        answer = Answer(self._client.get(path))
        found = re.search(r'name="form_token" value="([^"]+)"', answer.html)
        self._token = unescape(found[1]) if found else self._token
        return answer

    def post(self, path: str, data: dict | None = None, files=None, *, seen: str | None = None) -> Answer:
        """Send a form of the page at ``seen``, or of the same path."""
        if seen is not None or not self._token:
            self.get(seen or path)
        return Answer(self._client.post(path, data={"form_token": self._token, **(data or {})}, files=files))


class Office:
    """The deployment, its cases and whoever sits at its desks."""

    def __init__(self, deployment: Deployment, clock: Clock) -> None:
        self.deployment, self.clock = deployment, clock
        self.app = create_app(deployment, now=clock)
        self.services = Services(deployment, clock)
        self._seats: dict[str | None, Seat] = {}

    def seat(self, login: str | None = None) -> Seat:
        if login not in self._seats:
            self._seats[login] = Seat(self, login)
        return self._seats[login]

    def case(self, unit: str = "PA-01", procedure: str = "ZZ-101", number: str = "4001", **changes) -> Case:
        person = Person(name="Ada Quayside", identity_number=number, phone="555 0101 00")
        given = {
            "procedure": procedure,
            "channel": Channel.IN_PERSON,
            "unit": unit,
            "actor": "citizen",
            "person": person,
            "contents": (Content(document="hospital-note", name="note.pdf", media_type="x/y", data=PDF),),
        }
        return self.services.case_service.receive(Application(**given | changes))


@pytest.fixture(autouse=True)
def keys(monkeypatch):
    monkeypatch.setenv(KEYS, "one:" + base64.b64encode(b"1" * 32).decode())


@pytest.fixture
def make_office(tmp_path: Path, keys) -> Iterator[Callable[..., Office]]:
    made: list[Office] = []

    def make(files: dict[str, str] | None = None, **changes) -> Office:
        folder = tiny_deployment(tmp_path / f"town{len(made)}", files, **SETTINGS | changes)
        made.append(Office(Deployment(folder), Clock(MORNING)))
        return made[-1]

    yield make
    for office in made:
        office.services.close()


@pytest.fixture
def office(make_office) -> Office:
    return make_office()
