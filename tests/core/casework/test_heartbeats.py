"""A point that has not reported is unknown, never working."""

import pytest

from pilotkit import CaseError, UnknownError
from pilotkit.casework.heartbeats import Heartbeats
from pilotkit.places import PointCondition


@pytest.fixture
def heartbeats(town, store, clock):
    return Heartbeats(town, store, clock)


def conditions(heartbeats, *points):
    return [each.condition.value for each in heartbeats.states(points)]


def test_a_point_that_never_reported_is_unknown(heartbeats):
    (state,) = heartbeats.states(["kiosk-1"])
    assert (PointCondition.UNKNOWN, None) == (state.condition, state.reported_at)


def test_a_point_is_as_it_last_said(heartbeats, clock):
    heartbeats.report("kiosk-1", PointCondition.BROKEN, "screen")
    clock.advance(minutes=1)
    heartbeats.report("kiosk-1", PointCondition.LIMITED, "printer")
    (state,) = heartbeats.states(["kiosk-1"])
    assert ("limited", "printer", clock()) == (state.condition, state.fault, state.reported_at)


def test_after_ten_minutes_of_silence_nobody_knows(heartbeats, clock):
    heartbeats.report("kiosk-1", PointCondition.WORKING)
    clock.advance(minutes=10)
    assert ["working"] == conditions(heartbeats, "kiosk-1")
    clock.advance(minutes=1)
    assert ["unknown"] == conditions(heartbeats, "kiosk-1")
    assert heartbeats.states(["kiosk-1"])[0].reported_at is not None


def test_a_report_that_comes_late_does_not_stand_above_a_newer_one(heartbeats, clock):
    now = clock()
    heartbeats.report("kiosk-1", PointCondition.BROKEN)
    clock.advance(minutes=-5)
    heartbeats.report("kiosk-1", PointCondition.WORKING)
    clock.show(now)
    assert ["broken"] == conditions(heartbeats, "kiosk-1")


def test_points_are_answered_in_the_order_they_were_asked(heartbeats):
    heartbeats.report("kiosk-2", PointCondition.WORKING)
    assert ["working", "unknown"] == conditions(heartbeats, "kiosk-2", "kiosk-1")


def test_a_point_that_is_not_there_cannot_report(heartbeats):
    with pytest.raises(UnknownError, match="no service point 'kiosk-99'"):
        heartbeats.report("kiosk-99", PointCondition.WORKING)


def test_a_point_that_works_has_no_fault(heartbeats):
    with pytest.raises(CaseError, match="Report it as limited"):
        heartbeats.report("kiosk-1", PointCondition.WORKING, "printer")
    assert ["unknown"] == conditions(heartbeats, "kiosk-1")
