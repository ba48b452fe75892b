"""The operations centre: for whoever may see it, of the units they may see, true to the day, and never made up."""

import base64
import re
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from pilotkit import Deployment
from pilotkit.cases import Application
from pilotkit.places import PointCondition
from pilotkit.services import Services
from pilotkit.storage.vault import KEYS
from pilotkit.testing import Clock, tiny_deployment
from pilotkit.web.application import create_app

from .conftest import SETTINGS, TestClient, words

MORNING = datetime(2025, 7, 1, 9, 0, tzinfo=UTC)
PASSWORD = "quay lantern herring dusk"
OFFICERS = {"access__second_factor": False, "access__idle_minutes": 720}


@pytest.fixture(autouse=True)
def keys(monkeypatch):
    monkeypatch.setenv(KEYS, "one:" + base64.b64encode(b"1" * 32).decode())


class Centre:
    """A town that is being served, and whoever looks at its wall."""

    def __init__(self, folder, files=None):
        self.clock = Clock(MORNING)
        self.deployment = Deployment(tiny_deployment(folder, files, **SETTINGS | OFFICERS))
        self.services = Services(self.deployment, self.clock)
        self.app = create_app(self.deployment, now=self.clock)
        self._clients = {None: TestClient(self.app, base_url="http://localhost", follow_redirects=False)}

    def get(self, path, login="supervisor-pa"):
        if login not in self._clients:
            self.services.access.accounts.enrol(login, PASSWORD)
            client = TestClient(self.app, base_url="http://localhost", follow_redirects=False)
            token = self.services.access.sign_in(login, PASSWORD, "", "192.0.2.1").value
            client.cookies.set("session", token)
            self._clients[login] = client
        return self._clients[login].get(path)

    def wall(self, login="supervisor-pa", language="en"):
        answer = self.get(f"/{language}/operations", login)
        assert 200 == answer.status_code, answer.text[:500]
        return words(answer.text)

    def receive(self, unit="PA-01", channel="online"):
        asked = Application(procedure="ZZ-101", channel=channel, unit=unit, actor="citizen")
        return self.services.case_service.receive(asked)


@pytest.fixture
def centre(tmp_path):
    made = Centre(tmp_path / "town")
    with closing(made.services):
        yield made


@pytest.mark.parametrize("path", ["/en/operations", "/en/operations/stream"])
def test_nobody_sees_it_without_signing_in(centre, path):
    answer = centre.get(path, None)
    assert (303, True) == (answer.status_code, answer.headers["location"].startswith("/en/sign-in"))


@pytest.mark.parametrize("path", ["/en/operations", "/en/operations/stream"])
def test_nobody_sees_it_without_the_permission(centre, path):
    assert 403 == centre.get(path, "counter-pa-01").status_code


def test_it_stands_in_the_header_of_those_who_may_see_it(centre):
    assert 'href="/vi/operations">Điều hành<' in centre.get("/vi/board").text
    assert "/vi/operations" not in centre.get("/vi/board", "counter-pa-01").text
    assert "/vi/operations" not in centre.get("/vi/board", None).text


def test_a_browser_keeps_nothing_of_it(centre):
    assert "no-store" == centre.get("/en/operations").headers["cache-control"]


def test_a_morning_on_which_nothing_has_happened_makes_nothing_up(centre):
    wall = centre.wall()
    assert "Received today 0 nobody has come yet" in wall
    assert "Past the deadline 0 all in time" in wall
    assert "Waiting at the points 0 nobody waits" in wall
    assert "Kiosks that work 0 / 2 2 not heard from" in wall
    assert "Satisfied today – no rating yet · hotline not connected" in wall
    assert "7 points of 7 have never reported" in wall


def test_the_six_numbers_are_those_of_the_day(centre):
    for channel in ("online", "online", "in_person"):
        centre.receive(channel=channel)
    centre.services.queue.take("pa-02")
    centre.services.heartbeats.report("kiosk-1", PointCondition.WORKING)
    centre.clock.advance(minutes=9)
    wall = centre.wall()
    assert "Received today 3 67% online" in wall
    assert "Being worked on 3" in wall
    assert "Waiting at the points 1 longest 9 min: South Quay" in wall
    assert "Kiosks that work 1 / 2 1 not heard from · 0 faulty" in wall


def test_it_says_as_of_when_and_under_which_boundaries(centre):
    wall = centre.wall()
    assert centre.deployment.catalog.location_version in wall
    assert "5 units" in wall
    assert re.search(r"Tuesday 1 Jul 2025, \d\d:00", wall)


def test_a_decision_comes_with_its_proposal(centre):
    for _ in range(3):
        centre.services.queue.take("pa-01")
    centre.clock.advance(minutes=35)
    assert "North Quay : 3 people have waited more than 30 minutes – open counter 1" in centre.wall()
    assert "North Quay : 3 người chờ quá 30 phút – mở thêm quầy 1" in centre.wall(language="vi")


def test_whoever_has_one_unit_sees_that_unit_and_no_other(centre):
    centre.receive("PA-01")
    centre.receive("PA-02")
    for _ in range(4):
        centre.services.queue.take("pa-02")
    centre.clock.advance(minutes=40)
    mine = centre.wall("supervisor-pa-01")
    assert "North Quay Operations centre" in mine
    assert "Received today 1" in mine
    assert "Waiting at the points 0" in mine
    assert "South Quay" not in mine


def test_the_rules_are_the_deployment_s_own(tmp_path):
    centre = Centre(tmp_path / "town", {"local/operations.toml": "[long_wait]\nminutes = 5\npeople = 1\n"})
    with closing(centre.services):
        centre.services.queue.take("pa-01")
        centre.clock.advance(minutes=6)
        assert "1 person has waited more than 5 minutes" in centre.wall()


def test_rules_that_cannot_be_used_are_not_passed_over(tmp_path):
    centre = Centre(tmp_path / "town", {"local/operations.toml": "[long_wait]\nminutes = -5\n"})
    with closing(centre.services):
        assert 503 == centre.get("/en/operations").status_code


def test_without_a_script_it_loads_itself_anew_until_one_stops_it(centre):
    live, still = (centre.get(path).text for path in ("/en/operations", "/en/operations?still=1"))
    assert '<noscript><meta http-equiv="refresh" content="30"></noscript>' in live
    assert 'data-stream="/en/operations/stream"' in live
    assert not re.search("refresh|data-stream|<script", still)
    assert "Go on by itself" in still


def test_a_simulated_day_says_so_and_stands_at_its_end(board):
    from pilotkit.pages import PageRequest
    from pilotkit_board.operations_wall import _live

    request = PageRequest(deployment=board.deployment, language="en", now=datetime(2026, 1, 1, tzinfo=UTC))
    live = _live(request, frozenset(board.deployment.catalog.units))
    assert live["is_simulated"]
    assert datetime(2025, 7, 28).date() == live["day"].at.date()
    assert {True} == {each.synthetic for each in live["day"].states if each.reported_at is not None}
    assert live["day"].at - timedelta(hours=24) < max(
        each.reported_at for each in live["day"].states if each.reported_at is not None
    )


def test_what_it_says_of_cases_is_what_the_database_says(board):
    from pilotkit.pages import PageRequest
    from pilotkit_board.operations_wall import _live

    request = PageRequest(deployment=board.deployment, language="en", now=datetime(2026, 1, 1, tzinfo=UTC))
    day = _live(request, frozenset(board.deployment.catalog.units))["day"]
    assert board.counted("finished_at IS NULL") == day.open
    assert board.counted("finished_at IS NULL AND due_at < :now", now=board.micros(2025, 7, 28, 17)) == day.late
    assert board.counted("received_at >= :start", start=board.micros(2025, 7, 28)) == day.received
