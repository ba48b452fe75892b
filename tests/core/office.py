"""An office for tests: the little town with a form, keys and a payment connector, and a citizen who applies there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pilotkit import Deployment
from pilotkit.model.access import ANONYMOUS
from pilotkit.model.personal import Content, Person
from pilotkit.model.procedure import Channel
from pilotkit.services import Services
from pilotkit.storage.store import Store
from pilotkit.storage.vault import KEYS, new_entry
from pilotkit.testing import Clock, tiny_deployment
from pilotkit.testing.sample_deployment import tiny_file

BIRTH_FORM = """
id: birth
pages:
  - id: child
    title: {en: The child, fr: L'enfant}
    schema:
      type: object
      properties:
        child_name: {type: string, minLength: 1, maxLength: 100}
        child_born: {type: string, format: date, x-not-after: today}
      required: [child_name, child_born]
    questions:
      child_name: {label: {en: Name, fr: Nom}}
      child_born: {label: {en: Born, fr: "Né le"}}
  - id: copies
    title: {en: Copies, fr: Copies}
    schema:
      type: object
      properties:
        copies: {type: integer, minimum: 0, maximum: 9}
    questions:
      copies: {label: {en: How many, fr: Combien}}
"""
BIRTH, PERMIT = "ZZ-101", "ZZ-201"
PDF = b"%PDF-1.7 a generated page"
PERSON = Person(name="Test Person", identity_number="ZZ 100 200", email="person@example.org")


def content(document: str = "hospital-note", name: str = "note.pdf", data: bytes = PDF) -> Content:
    return Content(document=document, name=name, media_type="application/octet-stream", data=data)


@pytest.fixture
def office(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Services:
    """A services on each engine in turn, with keys, a form and a clock that stands still."""
    monkeypatch.setenv(KEYS, new_entry("k1"))
    files = {
        "model/forms/birth.yaml": BIRTH_FORM,
        **tiny_file("model/procedures/ZZ-101.yaml", ("code: ZZ-101", "code: ZZ-101\nform: birth")),
    }
    made = Services(Deployment(tiny_deployment(tmp_path / "town", files=files, payment__connector="local")), Clock())
    made.__dict__["store"] = store
    return made


@pytest.fixture
def commune(office: Services) -> str:
    return office.deployment.catalog.communes[0].code


@pytest.fixture
def ready(office: Services, commune: str) -> Callable[..., str]:
    """Fill a draft in, and answer with its token."""

    def fill(procedure: str = BIRTH, person: Person = PERSON, child: str = "Test Child") -> str:
        filing = office.applications
        token = filing.start(procedure, Channel.ONLINE, ANONYMOUS)
        filing.save_person(token, person, commune)
        if procedure == BIRTH:
            filing.save(token, "child", {"child_name": child, "child_born": "2025-06-30"})
            filing.save(token, "copies", {"copies": 2})
            filing.attach(token, content())
        else:
            filing.attach(token, content("plan", "plan.pdf"))
        return token

    return fill
