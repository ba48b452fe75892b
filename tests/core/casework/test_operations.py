"""The day of a town: what came, what lies, who waits, which points report, within the units that are asked for."""

from datetime import timedelta

import pytest

from pilotkit.cases import Application
from pilotkit.places import PointCondition
from pilotkit.services import Services


@pytest.fixture
def services(town, store, clock):
    made = Services(town, clock)
    made.__dict__["store"] = store
    return made


@pytest.fixture
def receive(services):
    def made(unit="PA-01", channel="online", procedure="ZZ-101"):
        return services.case_service.receive(
            Application(procedure=procedure, channel=channel, unit=unit, actor="citizen")
        )

    return made


@pytest.fixture
def day(services, town, clock):
    return lambda *units: services.operations.day(frozenset(units or town.catalog.units), clock())


def test_a_day_without_anything_is_empty(day):
    empty = day()
    assert (0, 0, 0, 0, 0) == (empty.received, empty.open, empty.late, empty.waiting, empty.ratings)
    assert ((), None) == (empty.queues, empty.calls)


def test_what_came_today_is_counted_by_hour_and_channel(day, receive, clock):
    receive()
    clock.advance(hours=2)
    receive(channel="in_person")
    receive(unit="PA-02")
    clock.advance(minutes=1)
    today = day()
    local = today.at.astimezone(today.at.tzinfo)
    assert (3, 2) == (today.received, today.received_online)
    assert [1, 2] == [count for count in today.received_by_hour if count]
    assert 2 == today.received_by_hour[local.hour]


def test_yesterday_is_not_today(day, receive, clock):
    receive()
    clock.advance(days=1)
    assert (0, 1) == (day().received, day().open)


def test_what_happened_after_the_instant_has_not_happened(services, town, receive, clock):
    receive()
    before = clock() - timedelta(minutes=1)
    assert 0 == services.operations.day(frozenset(town.catalog.units), before).received


def test_nothing_of_other_units_is_counted(day, receive, services):
    receive("PA-01")
    receive("PA-02")
    services.queue.take("pa-02")
    mine = day("PA-01")
    assert (1, 1, 0) == (mine.received, mine.open, mine.waiting)
    assert {"PA-01"} == {each.unit for each in mine.backlog}
    assert {"pa-01", "kiosk-1"} == {each.point for each in mine.states}


def test_a_case_past_its_deadline_is_late_and_no_longer_due(day, receive, clock):
    case = receive()
    clock.show(case.due_at - timedelta(minutes=1))
    assert (1, 0) == (day().due_today, day().late)
    clock.show(case.due_at + timedelta(minutes=1))
    assert (0, 1) == (day().due_today, day().late)


def test_who_waits_is_told_with_how_long_and_at_which_counters(day, services, clock):
    for _ in range(3):
        services.queue.take("pa-01")
        clock.advance(minutes=10)
    services.queue.call("pa-01", 2)
    (queue,) = day().queues
    assert (2, (2,), timedelta(minutes=20)) == (queue.waiting, queue.counters, queue.longest)
    assert [20, 10] == [wait.total_seconds() / 60 for wait in queue.waits]


def test_a_counter_that_called_nobody_for_an_hour_is_closed(day, services, clock):
    services.queue.take("pa-01")
    number = services.queue.call("pa-01", 1).number
    services.queue.serve("pa-01", number)
    assert [(1,)] == [each.counters for each in day().queues]
    clock.advance(minutes=61)
    assert () == day().queues


def test_every_open_point_is_told_and_none_works_before_it_says_so(day, services):
    services.heartbeats.report("kiosk-1", PointCondition.WORKING)
    states = {each.point: each.condition for each in day().states}
    assert "kiosk-3" not in states, "it is planned"
    assert {"kiosk-1"} == {point for point, condition in states.items() if condition is PointCondition.WORKING}


def test_what_has_more_work_left_than_time_will_be_late(day, receive, clock):
    case = receive()
    clock.show(case.due_at - timedelta(minutes=30))
    assert [("PA-01", 1)] == [(each.unit, each.cases) for each in day().pressed]
