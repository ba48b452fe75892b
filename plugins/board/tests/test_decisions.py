"""What needs a decision, and what is proposed: each rule at its threshold, one short of it, and in words."""

from datetime import UTC, datetime, timedelta

import pytest

from pilotkit import Deployment
from pilotkit.places import DayAtWork, PointQueue, UnitBacklog, UnitPressure
from pilotkit.testing import tiny_deployment
from pilotkit.testing.sample_deployment import tiny_file
from pilotkit_board.decisions import decide
from pilotkit_board.rules import rules_of

NOW = datetime(2025, 7, 28, 9, 30, tzinfo=UTC)


@pytest.fixture
def town(tmp_path):
    return Deployment(tiny_deployment(tmp_path / "town"))


def day(town, **given):
    """A quiet day on which every point has just reported, but for what is given."""
    points = [each.id for each in town.catalog.points.values() if each.status == "open"]
    states = [{"point": each, "condition": "working", "reported_at": NOW} for each in points]
    changed = given.pop("states", {})
    quiet = {
        "at": NOW, "received_by_hour": (0,) * 24, "received_online": 0, "backlog": (), "pressed": (), "is_cut": False,
        "queues": (), "served": 0, "calls": None, "ratings": 0, "satisfied": 0,
        "states": tuple({**each, **changed.get(each["point"], {})} for each in states),
    }  # fmt: skip
    return DayAtWork(**quiet | given)


def decided(town, **given):
    return decide(town.catalog, day(town, **given), rules_of(town.folder))


def queue(point="pa-01", minutes=(45, 40, 35), counters=(1,)):
    waits = tuple(timedelta(minutes=each) for each in minutes)
    return PointQueue(point=point, waiting=len(waits), longest=waits[0], waits=waits, counters=counters)


def test_a_quiet_day_needs_no_decision(town):
    assert () == decided(town)


def test_a_counter_that_is_closed_is_proposed_to_be_opened(town):
    (decision,) = decided(town, queues=(queue(),))
    assert ("long_wait", "late", "PA-01", 3, 2) == (
        decision.rule, decision.severity, decision.unit, decision.facts["people"], decision.facts["counter"],
    )  # fmt: skip
    assert NOW - timedelta(minutes=15) == decision.since, "the first has waited 45 minutes, 15 more than are allowed"


def test_where_all_counters_are_open_people_are_shown_to_the_nearest_quiet_point(town):
    (decision,) = decided(town, queues=(queue(counters=(1, 2, 3)), queue("pa-02", (5, 4, 3))))
    assert ("Lighthouse", 0) == (decision.facts["other"], decision.facts["other_waiting"])
    assert decision.facts["kilometres"] == pytest.approx(5.67, abs=0.05)


@pytest.mark.parametrize("minutes", [(45, 40), (30, 30, 30), (29,) * 9])
def test_short_of_its_threshold_a_queue_is_no_matter(town, minutes):
    assert () == decided(town, queues=(queue(minutes=minutes),))


def test_late_cases_name_the_office_that_signs_the_apologies(town):
    backlog = (UnitBacklog(unit="PA-01", open=9, late=3), UnitBacklog(unit="PA-02", open=9, late=2))
    (decision,) = decided(town, backlog=backlog)
    assert ("late", "PA-01", "Warden of North Quay") == (decision.rule, decision.unit, decision.facts["office"])


def test_who_will_be_late_gets_officers_from_the_nearest_unit_that_has_time(town):
    pressed = (UnitPressure(unit="PA-01", cases=20), UnitPressure(unit="PA-02", cases=5))
    (decision,) = decided(town, pressed=pressed)
    assert ("PA-01", 2, "Lighthouse") == (decision.unit, decision.facts["officers"], decision.facts["from"])


def test_where_every_unit_is_pressed_the_province_helps(town):
    pressed = tuple(UnitPressure(unit=f"PA-0{at}", cases=7) for at in (1, 2, 3, 4))
    found = decided(town, pressed=(UnitPressure(unit="PA-01", cases=8), *pressed[1:]))
    assert ["Port Amber"] == [each.facts["from"] for each in found]


def test_nobody_helps_the_province(town):
    (decision,) = decided(town, pressed=(UnitPressure(unit="PA", cases=30),))
    assert (3, None) == (decision.facts["officers"], decision.facts["from"])


def test_a_kiosk_that_has_fallen_silent_is_told_with_the_minute_of_its_last_report(town):
    last = NOW - timedelta(minutes=25)
    (decision,) = decided(town, states={"kiosk-1": {"condition": "unknown", "reported_at": last}})
    assert ("out_of_order", "at_risk", "PA-01", last) == (
        decision.rule, decision.severity, decision.unit, decision.since,
    )  # fmt: skip
    assert ("Kiosk at the ferry", 1) == (decision.facts["name"], decision.facts["silent"])


def test_a_point_that_cannot_serve_is_worse_than_a_kiosk_that_cannot(town):
    states = {"kiosk-1": {"condition": "broken", "fault": "screen"}, "pa-02": {"condition": "broken"}}
    found = {each.unit: each.severity for each in decided(town, states=states)}
    assert {"PA-01": "at_risk", "PA-02": "late"} == found


def test_points_that_never_reported_are_one_decision_and_not_called_broken(town):
    silent = {"condition": "unknown", "reported_at": None}
    (decision,) = decided(town, states={"kiosk-1": silent, "kiosk-2": silent})
    assert ("never_heard", "open", None, 2, 7) == (
        decision.rule, decision.severity, decision.unit, decision.facts["points"], decision.facts["of"],
    )  # fmt: skip


def test_fewer_people_than_the_norm_are_told_and_unknown_staffing_is_not(tmp_path):
    short = ("pa-01,receiving-officer,3", "pa-01,receiving-officer,1")
    gone = ("pa-02,receiving-officer,3,invented,synthetic\n", "")
    town = Deployment(tiny_deployment(tmp_path / "town", tiny_file("local/staff.csv", short, gone)))
    (decision,) = decided(town)
    assert ("understaffed", "PA-01", 2, 1) == (
        decision.rule, decision.unit, decision.facts["missing"], decision.facts["points"],
    )  # fmt: skip


@pytest.mark.parametrize(("ratings", "satisfied", "expected"), [(20, 17, 1), (20, 18, 0), (19, 0, 0), (0, 0, 0)])
def test_too_many_who_were_not_satisfied_are_told_where_there_are_ratings_enough(town, ratings, satisfied, expected):
    assert expected == len(decided(town, ratings=ratings, satisfied=satisfied))


def test_ten_queues_do_not_hide_what_is_different(town):
    queues = tuple(queue(point) for point in ("pa-01", "pa-02", "pa-03"))
    found = decided(town, queues=queues, pressed=(UnitPressure(unit="PA-04", cases=9),))
    assert ["long_wait", "will_be_late", "long_wait", "long_wait"] == [each.rule for each in found]
    assert [2, 0, 0, 0] == [each.others for each in found]
