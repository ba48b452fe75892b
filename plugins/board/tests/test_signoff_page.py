"""A head signs what he answers for, sees it beside what it is now, and nobody else can."""

import base64
import re
from contextlib import closing
from datetime import UTC, datetime
from html import unescape

import pytest

from pilotkit import Deployment
from pilotkit.figures import SignOffs
from pilotkit.services import Services
from pilotkit.storage.vault import KEYS
from pilotkit.testing import Clock, tiny_deployment
from pilotkit.testing.sample_deployment import tiny_file
from pilotkit.web.application import create_app

from .conftest import SETTINGS, TestClient, fill, words

EVENING = datetime(2025, 7, 28, 20, 0, tzinfo=UTC)
PASSWORD = "quay lantern herring dusk"
ROLE = """
- id: head-of-unit
  name: {en: Head of unit, fr: Chef}
  duty: {en: Answers for the targets., fr: Répond des objectifs.}
  permissions: [case.read, kpi.read, kpi.sign]
"""
ACCOUNTS = "warden-one,head-of-unit,PA-01,\nwarden-two,head-of-unit,PA-02,\nmayor-desk,head-of-unit,PA,\n"


@pytest.fixture(scope="module")
def keys():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEYS, "one:" + base64.b64encode(b"1" * 32).decode())
        yield


class Office:
    def __init__(self, folder):
        files = {
            "model/people/roles.yaml": tiny_file("model/people/roles.yaml")["model/people/roles.yaml"] + ROLE,
            "local/accounts.csv": tiny_file("local/accounts.csv")["local/accounts.csv"].rstrip() + "\n" + ACCOUNTS,
        }
        options = {"access__second_factor": False, "access__idle_minutes": 720}
        self.deployment = Deployment(tiny_deployment(folder, files, **SETTINGS | options))
        fill(self.deployment)
        self.clock = Clock(EVENING)
        self.services = Services(self.deployment, self.clock)
        self.app = create_app(self.deployment, now=self.clock)
        self._clients = {}

    def client(self, login):
        if login not in self._clients:
            self.services.access.accounts.enrol(login, PASSWORD)
            self._clients[login] = TestClient(self.app, base_url="http://localhost", follow_redirects=False)
            token = self.services.access.sign_in(login, PASSWORD, "", "192.0.2.1").value
            self._clients[login].cookies.set("session", token)
        return self._clients[login]

    def page(self, login, query=""):
        return self.client(login).get(f"/en/board/signing{query}")

    def forms(self, login):
        """The fields of each form of the page, by measure."""
        found = re.findall(r'<form class="signing".*?</form>', self.page(login).text, re.DOTALL)
        fields = [dict(re.findall(r'name="(\w+)" value="([^"]*)"', form)) for form in found]
        return {each["kpi"]: {key: unescape(value) for key, value in each.items()} for each in fields}

    def send(self, login, fields):
        return self.client(login).post("/en/board/signing", data=fields)

    @property
    def signed(self):
        return SignOffs(self.deployment, self.services.store, self.clock).history()


@pytest.fixture(scope="module")
def office(tmp_path_factory, keys):
    made = Office(tmp_path_factory.mktemp("signing") / "town")
    with closing(made.services):
        yield made


def test_only_those_who_may_sign_see_the_page(office):
    assert 303 == TestClient(office.app, follow_redirects=False).get("/en/board/signing").status_code
    assert 403 == office.client("supervisor-pa-01").get("/en/board/signing").status_code
    assert 200 == office.page("warden-one").status_code


def test_a_head_sees_the_figures_of_his_own_targets(office):
    page = words(office.page("warden-one").text)
    assert "Warden of North Quay answers for these figures" in page
    assert "South Quay" not in page.partition("What has come up")[0]
    assert {"online_share", "on_time"} == office.forms("warden-one").keys()
    assert {"online_share"} == office.forms("mayor-desk").keys()


def test_nothing_is_signed_before_one_says_that_one_answers_for_it(office):
    before = len(office.signed)
    fields = office.forms("warden-one")["on_time"]
    fields.pop("answers_for")
    answer = office.send("warden-one", fields)
    assert 422 == answer.status_code
    assert "say first that you answer for the figure" in words(answer.text)
    assert 'aria-invalid="true"' in answer.text
    assert before == len(office.signed)


def test_what_is_signed_is_what_was_shown_and_shows_as_signed(office):
    fields = office.forms("warden-one")["online_share"] | {"remark": "Two days of the network were lost."}
    answer = office.send("warden-one", fields)
    assert (303, True) == (answer.status_code, "signed=" in answer.headers["location"])
    signed = office.signed[-1]
    assert ("online_share", "PA-01", "warden-01", "warden-one") == (
        signed.kpi,
        signed.unit,
        signed.head,
        signed.signed_by,
    )
    assert (fields["numerator"], fields["denominator"]) == (str(signed.numerator), str(signed.denominator))
    assert signed.simulated
    page = words(office.page("warden-one", "?signed=1").text)
    assert "Signed. It is number 1" in page
    assert "Two days of the network were lost." in page
    assert "the same" in page.partition("What was signed")[2]


def test_a_figure_that_was_not_shown_is_not_signed(office):
    before = len(office.signed)
    fields = office.forms("warden-one")["on_time"]
    answer = office.send("warden-one", fields | {"numerator": "1"})
    assert 409 == answer.status_code
    assert "not 1 of" in words(answer.text)
    assert before == len(office.signed)


def test_nobody_signs_for_another_unit(office):
    before = len(office.signed)
    answer = office.send("warden-two", office.forms("warden-two")["on_time"] | {"unit": "PA-01"})
    assert answer.status_code in {403, 409}
    assert before == len(office.signed)


@pytest.mark.parametrize(
    "broken", [{"as_of": "now"}, {"as_of": "2025-07-28T10:00:00"}, {"numerator": "x"}, {"due": "?"}]
)
def test_a_form_that_is_not_the_page_s_signs_nothing(office, broken):
    before = len(office.signed)
    assert 409 == office.send("warden-one", office.forms("warden-one")["on_time"] | broken).status_code
    assert before == len(office.signed)


def test_without_the_form_s_token_nothing_is_signed(office):
    fields = office.forms("warden-one")["on_time"] | {"form_token": "guessed"}
    assert 403 == office.send("warden-one", fields).status_code


def test_an_escalation_names_the_rule_and_the_office_that_is_told(office):
    standings = {(each.kpi.id, each.unit.code): each.status.value for each in _standings(office)}
    page = words(office.page("mayor-desk").text).partition("What has come up to you")[2]
    missed = [unit for (_, unit), status in standings.items() if status == "missed" and unit != "PA"]
    assert len(missed) <= page.count("told: Mayor of Port Amber")


def _standings(office):
    from pilotkit.figures import Measures

    return Measures(office.deployment).standings()
