"""The last simulated day has queues and reports at its points, all of it made up and said to be."""

from collections import Counter
from datetime import date

import pytest

from pilotkit.services import Services
from pilotkit.simulation.month import simulate


@pytest.fixture
def simulated(town, store):
    made = simulate(town, store, days=3, seed=7, last=date(2025, 7, 28))
    services = Services(town, lambda: made.until)
    services.__dict__["store"] = store
    return services, made


def test_every_report_says_that_it_is_made_up(simulated, town):
    services, made = simulated
    states = services.heartbeats.states(town.catalog.points)
    heard = [each for each in states if each.reported_at is not None]
    assert heard
    assert {True} == {each.synthetic for each in heard}
    assert all(each.reported_at <= made.until for each in heard)


def test_a_planned_kiosk_reports_nothing(simulated):
    services, _ = simulated
    assert services.heartbeats.states(["kiosk-3"])[0].reported_at is None


def test_tickets_are_as_a_queue_would_have_given_them(simulated):
    services, made = simulated
    for point in ("pa-01", "pa-02", "pa-03", "pa-04", "centre"):
        tickets = services.queue.tickets(point)
        assert list(range(1, len(tickets) + 1)) == [each.number for each in tickets]
        assert len(tickets) + 1 == services.queue.take(point).number
        assert all(each.taken_at <= (each.called_at or made.until) <= made.until for each in tickets)
        assert {"waiting", "served"} >= Counter(each.state.value for each in tickets).keys()


def test_the_same_seed_gives_the_same_day(simulated, town, store, tmp_path):
    from pilotkit.storage.store import Store

    services, made = simulated
    other = Store("sqlite:///var/other.db", tmp_path)
    simulate(town, other, days=3, seed=7, last=date(2025, 7, 28))
    again = Services(town, lambda: made.until)
    again.__dict__["store"] = other
    units = frozenset(town.catalog.units)
    assert services.operations.day(units, made.until) == again.operations.day(units, made.until)
    other.close()
