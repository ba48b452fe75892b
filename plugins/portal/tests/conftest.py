"""A small town with the portal, and visits to it."""

import re
import warnings
from base64 import b64encode
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest

from pilotkit import Deployment, Page, View
from pilotkit.model.access import Authority
from pilotkit.pages import PageRequest
from pilotkit.services import Services
from pilotkit.testing import tiny_deployment
from pilotkit.web.application import create_app
from pilotkit_portal.plugin import register_pages

with warnings.catch_warnings():
    # Starlette would rather have httpx2; httpx still works and is what the other tests use.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

NOON = datetime(2025, 7, 28, 12, 0, tzinfo=UTC)
PAGES: dict[str, Page] = {page.name: page for page in register_pages()}


@pytest.fixture
def make_town(tmp_path: Path) -> Callable[..., Deployment]:
    """A town with files and settings of one's own, and the portal."""

    def make(files: dict[str, str | None] | None = None, **changes: Any) -> Deployment:
        return Deployment(tiny_deployment(tmp_path / "town", files, **{"plugins__enabled": ["portal"], **changes}))

    return make


@pytest.fixture
def town(make_town: Callable[..., Deployment]) -> Deployment:
    return make_town()


@pytest.fixture
def show(town: Deployment) -> Callable[..., View]:
    """What a page shows, without a server."""

    def make(name: str, deployment: Deployment | None = None, **query: str) -> View:
        page = PAGES[name]
        path = {key: query.pop(key) for key in ("code", "id") if f"{{{key}}}" in page.path}
        return page.show(
            PageRequest(deployment or town, "en", NOON, query=query, path=path, page=name, package="pilotkit_portal")
        )

    return make


PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
PERSON = {"name": "Ada Amber", "identity_number": "123456789", "phone": "0123 456 789", "unit": "PA-01"}
CHILD = {
    "child_name": "Bo Amber",
    "child_sex": "female",
    "child_born-day": "1",
    "child_born-month": "7",
    "child_born-year": "2025",
    "story": "",
}
_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


class Citizen:
    """A browser without a script. The last page that was seen gives the next form its token."""

    PERSON = PERSON
    CHILD = CHILD

    def __init__(self, app, language="en"):
        self.client = TestClient(app, base_url="https://testserver", follow_redirects=True)
        self.language = language
        self.answer = None

    def get(self, path):
        self.answer = self.client.get(path if path.startswith("/" + self.language) else f"/{self.language}{path}")
        return self.answer

    def post(self, path="", files=None, **data):
        """Send the form of the page that is shown, to another address where one is named."""
        token = unescape(_TOKEN.search(self.answer.text)[1])
        address = (f"/{self.language}{path}" if path else "") or str(self.answer.url)
        self.answer = self.client.post(address, data={**data, "form_token": token}, files=files or None)
        return self.answer

    @property
    def path(self):
        return self.answer.url.path

    @property
    def text(self):
        return unescape(self.answer.text)

    def start(self, procedure="ZZ-101"):
        self.get(f"/procedures/{procedure}/apply")
        self.post()
        return self.path.split("/")[3]

    def up_to_documents(self, procedure="ZZ-101", **person):
        token = self.start(procedure)
        self.post(**{**PERSON, **person})
        self.post(**CHILD)
        return token

    def up_to_check(self, procedure="ZZ-101", **person):
        token = self.up_to_documents(procedure, **person)
        self.post(files={"hospital-note": ("note.pdf", PDF, "application/pdf")}, go="on")
        return token

    def send(self, procedure="ZZ-101", **person):
        """A whole application; its code and key."""
        self.up_to_check(procedure, **person)
        self.post(is_true="yes")
        return self.shown("case-code"), self.shown("follow-key")

    def shown(self, id_):
        return unescape(re.search(rf'id="{id_}">([^<]+)<', self.answer.text)[1])


KEYS = "test:" + b64encode(bytes(range(32))).decode()
FORM = """
id: newborn
pages:
  - id: child
    title: {en: The child, fr: L'enfant}
    schema:
      type: object
      properties:
        child_name: {type: string, minLength: 2, maxLength: 40}
        child_sex: {type: string, enum: [female, male]}
        child_born: {type: string, format: date, x-not-after: today}
        story: {type: string, maxLength: 2000}
      required: [child_name, child_sex, child_born]
      additionalProperties: false
    questions:
      child_name: {label: {en: Name of the child, fr: Nom de l'enfant}}
      child_sex:
        label: {en: Sex, fr: Sexe}
        options: {female: {en: Girl, fr: Fille}, male: {en: Boy, fr: Garçon}}
      child_born: {label: {en: Born on, fr: Né le}, hint: {en: Such as 1 7 2025.}}
      story: {label: {en: Anything else}}
"""


class SetClock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def days(self, number: int) -> None:
        self.now += timedelta(days=number)


def _with_form(text: str, offer: str = "", more: str = "") -> str:
    """The birth registration of the town with a form, and another online offer where one is given."""
    if offer:
        start, end = text.index("  online:\n") + len("  online:\n"), text.index("  in_person:\n")
        text = f"{text[:start]}    {offer}\n{text[end:]}"
    return f"{text}form: newborn\n{more}"


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def make_app(tmp_path, monkeypatch, clock):
    """The application of a town where one can apply; ``app.services`` is the office behind it."""
    monkeypatch.setenv("PILOTKIT_KEYS", KEYS)
    opened = []

    def make(offer: str = "", **changes: Any):
        birth = (tiny_deployment(tmp_path / "plain") / "model/procedures/ZZ-101.yaml").read_text()
        rmtree(tmp_path / "plain")
        files = {
            "model/forms/newborn.yaml": FORM,
            "model/procedures/ZZ-101.yaml": _with_form(birth, offer),
            "model/procedures/ENDED.yaml": _with_form(birth, more="valid_to: 2025-01-31\n").replace("ZZ-101", "ENDED"),
            "model/procedures/LATER.yaml": _with_form(birth)
            .replace("ZZ-101", "LATER")
            .replace("2024-01-01", "2026-01-01"),
        }
        settings = {"plugins__enabled": ["portal"], "deployment__languages": ["en", "fr", "vi"], **changes}
        deployment = Deployment(tiny_deployment(tmp_path / "open", files, **settings))
        services = Services(deployment, clock)
        opened.append(services)
        app = create_app(deployment, now=clock)
        app.state.test_services = services
        return app

    yield make
    for each in opened:
        each.close()


@pytest.fixture
def made() -> dict[str, Any]:
    """What the test has made so far."""
    return {}


@pytest.fixture
def make_citizen(make_app, made):
    def make(offer: str = "", language: str = "en", **changes: Any) -> Citizen:
        if "app" not in made:
            made["app"] = make_app(offer, **changes)
        return Citizen(made["app"], language)

    return make


@pytest.fixture
def citizen(make_citizen) -> Citizen:
    return make_citizen()


@pytest.fixture
def app(citizen, made):
    return made["app"]


class _Office:
    """The office behind the application that the test opens, whenever it does."""

    def __init__(self, made: dict[str, Any]) -> None:
        self._made = made

    def __getattr__(self, name: str) -> Any:
        return getattr(self._made["app"].state.test_services, name)


@pytest.fixture
def services(made) -> Any:
    return _Office(made)


@pytest.fixture
def signed_in(monkeypatch):
    """Every visit meanwhile is one of this citizen."""

    @contextmanager
    def signing(subject: str):
        authority = Authority(subject=subject, roles=("citizen",), permissions=frozenset({"case.apply", "case.follow"}))
        with monkeypatch.context() as patched:
            made_visit = PageRequest.__init__

            def request(self: PageRequest, *args: Any, **named: Any) -> None:
                made_visit(self, *args, **{**named, "authority": authority})

            patched.setattr(PageRequest, "__init__", request)
            yield

    return signing
