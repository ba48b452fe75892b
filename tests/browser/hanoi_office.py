"""The example, served with its own cases, and who sits in front of its pages: a citizen, and whoever has a desk."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from applications import Applying, Value
from pypdf import PdfReader

from pilotkit import Channel, Deployment, Procedure, Step
from pilotkit.cases import Application, Case, Person, Receipt
from pilotkit.services import Services
from pilotkit.testing import Clock
from pilotkit.web.server import running

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

HANOI = Path(__file__).parents[2] / "examples" / "hanoi"
MONDAY = datetime(2025, 7, 28, 2, 0, tzinfo=UTC)
"""Nine in the morning in Hanoi."""
PASSWORD = "hoa sữa mùa thu bốn mùa"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"


@dataclass
class Office:
    """One served deployment; it is shared, and each case in it is somebody else's."""

    address: str
    services: Services
    clock: Clock
    _sessions: dict[str, str] = field(default_factory=dict)
    _people: int = 500_000

    def procedure(self, code: str) -> Procedure:
        return self.services.deployment.catalog.procedure(code)

    def case(self, code: str) -> Case:
        return self.services.store.case(code)

    def code_of(self, login: str) -> str:
        """What the officer's authenticator shows, after giving them a password."""
        enrolment = self.services.access.accounts.enrol(login, PASSWORD)
        secret = parse_qs(urlsplit(enrolment.address).query)["secret"][0]
        return pyotp.TOTP(secret).at(self.clock())

    def session(self, login: str) -> str:
        """A session of the officer, as signing in gives it; each signs in once."""
        if login not in self._sessions:
            access = self.services.access
            self._sessions[login] = access.sign_in(login, PASSWORD, self.code_of(login), "127.0.0.1").value
        return self._sessions[login]

    def new_number(self) -> str:
        """An identity number that nobody had before."""
        self._people += 1
        return f"001190{self._people:06}"

    def received(self, applying: Applying, point: str = "point-00070") -> Receipt:
        """A case of one's own, taken in at a counter."""
        person = Person(name=applying.person["name"], identity_number=self.new_number())
        desk = self.services.officer_desk(self.services.access.authority(self.session(f"receiving-{applying.unit}")))
        return desk.take_in(
            Application(
                procedure=applying.procedure, channel=Channel.IN_PERSON, unit=applying.unit, person=person,
                received_at_point=point, helped_at_point=point, actor="counter",
            )
        )  # fmt: skip

    def desk_of(self, step: Step, unit: str) -> str:
        """Whoever has the step: in the unit, or in the province, which stands above all of them."""
        accounts = self.services.deployment.catalog.accounts.values()
        mine = [each for each in accounts if step.role in each.roles and each.unit in (unit, "01")]
        return min(mine, key=lambda each: each.unit != unit).login


@contextmanager
def served(folder: Path, environment: Mapping[str, str]) -> Iterator[Office]:
    """A copy of the example with cases of its own. The environment holds the keys and the payment connector."""
    shutil.copytree(HANOI, folder, ignore=shutil.ignore_patterns("var"))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        clock, deployment = Clock(MONDAY), Deployment(folder)
        services = Services(deployment, clock)
        with running(deployment, now=clock) as address:
            yield Office(address, services, clock)
        services.close()


class Citizen:
    """Somebody with a phone, who applies and follows."""

    def __init__(self, office: Office, page: Page, language: str) -> None:
        self.office, self.page, self.language = office, page, language
        self.code = self.key = ""

    def go(self, path: str) -> None:
        self.page.goto(f"{self.office.address}/{self.language}{path}")

    @property
    def own(self) -> str:
        return f"/track/{self.code}/{self.key}"

    def find(self, applying: Applying) -> None:
        """From the first page to the procedure, as people write it."""
        self.go("")
        self.page.locator("#q").fill(applying.question)
        self.page.locator("form.search button").click()
        self.page.locator(f".results a[href$='/procedures/{applying.procedure}']").click()

    def open_draft(self) -> None:
        self.page.locator("a.button[href$='/apply']").click()
        self.press()

    def press(self) -> None:
        """The first button of the page's own form."""
        self.page.locator("form.form button[type=submit]").first.click()

    def fill(self, answers: dict[str, Value]) -> None:
        for name, value in answers.items():
            fill(self.page.locator("form.form"), name, value)

    def say_who(self, applying: Applying) -> None:
        self.fill(applying.person)
        if applying.unit:
            self.page.locator("#unit").select_option(applying.unit)
        self.press()

    def send(self) -> None:
        self.page.locator("[name=is_true]").check()
        self.press()
        self.code = self.page.locator("#case-code").inner_text()
        self.key = self.page.locator("#follow-key").inner_text()


class Officer:
    """Whoever sits at a desk; the same browser, another session each time."""

    def __init__(self, office: Office, page: Page, language: str) -> None:
        self.office, self.page, self.language = office, page, language

    def sit(self, login: str, path: str = "/counter") -> None:
        """Take the seat of an account."""
        session = {"name": "session", "value": self.office.session(login), "url": self.office.address}
        self.page.context.add_cookies([session])
        self.page.goto(f"{self.office.address}/{self.language}{path}")

    def pick(self, code: str) -> None:
        """Look for the case in the work list and open it."""
        self.page.locator("#q").fill(code)
        self.page.locator("form.narrow button[type=submit]").click()
        self.page.locator("table.work th a", has_text=code).click()

    def act(self, kind: str, **given: str) -> None:
        """Do one of the verbs that the case's page offers."""
        part = self.page.locator(f"details.act-{kind}")
        if part.get_attribute("open") is None:
            part.locator("summary").click()
        for name, value in given.items():
            field = part.locator(f"[name={name}]")
            field.select_option(value) if name == "unit" else field.fill(value)
        part.locator("button[type=submit]").click()

    def fill(self, answers: dict[str, Value]) -> None:
        for name, value in answers.items():
            fill(self.page.locator("form.form"), name, value)

    def add(self, document: str, name: str) -> None:
        """Scan a paper, or add a result: ``submitted|id`` or ``result|id``."""
        self.page.locator("select[name=document]").select_option(document)
        form = self.page.locator("form.act", has=self.page.locator("select[name=document]"))
        form.locator("input[type=file]").set_input_files({"name": name, "mimeType": "application/pdf", "buffer": PDF})
        form.locator("button[type=submit]").click()

    def print(self, template: str) -> str:
        """The words of a statutory form that the page offers, without the spaces that its lines put between them."""
        form = self.page.locator("form", has=self.page.locator(f"input[name=template][value='{template}']"))
        return self.words_of(form.locator("button").first)

    def words_of(self, button: Locator) -> str:
        """What stands on the paper that a button or link brings."""
        with self.page.expect_download() as waiting:
            button.click()
        pages = PdfReader(waiting.value.path()).pages
        return squeezed("".join(page.extract_text() for page in pages).replace("\u200b", ""))


def squeezed(text: str) -> str:
    """Letters and marks only."""
    return "".join(text.split())


def fill(form: Locator, name: str, value: Value) -> None:
    """Answer one question of whatever kind."""
    if isinstance(value, list):
        for each in value:
            form.locator(f"[name='{name}'][value='{each}']").check()
    elif (parts := re.fullmatch(r"(\d+)/(\d+)/(\d+)", value)) and form.locator(f"[name='{name}-day']").count():
        for part, text in zip(("day", "month", "year"), parts.groups(), strict=True):
            form.locator(f"[name='{name}-{part}']").fill(text)
    elif form.locator(f"select[name='{name}']").count():
        form.locator(f"select[name='{name}']").select_option(value)
    elif (radios := form.locator(f"input[type=radio][name='{name}']")).count():
        chosen = {"yes": "true", "no": "false"}.get(value, value)
        radios.and_(form.locator(f"[value='{chosen}']")).check()
    else:
        form.locator(f"[name='{name}']").fill(value)
