from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from multiprocessing import get_context
from pathlib import Path

import pytest

from pilotkit import CaseError, Deployment, UnknownError
from pilotkit.casework.queue import Queue
from pilotkit.model.ticket import TicketState
from pilotkit.services import Services
from pilotkit.storage.store import Store
from pilotkit.testing import Clock, tiny_deployment


@pytest.fixture
def queue(town: Deployment, store: Store, clock: Clock) -> Queue:
    return Queue(town, store, clock)


def numbers(tickets):
    return [each.number for each in tickets]


def test_numbers_begin_at_one_at_each_point(queue):
    assert [1, 2, 1] == numbers([queue.take("pa-01"), queue.take("pa-01"), queue.take("pa-02")])


def test_numbers_begin_anew_at_midnight_where_the_deployment_is(tmp_path, store):
    clock = Clock(datetime(2025, 7, 1, 16, 59, tzinfo=UTC))
    queue = Queue(Deployment(tiny_deployment(tmp_path / "east", deployment__timezone="Etc/GMT-7")), store, clock)
    assert (date(2025, 7, 1), 1) == (queue.take("pa-01").day, queue.waiting("pa-01")[0].number)
    clock.advance(minutes=1)
    ticket = queue.take("pa-01")
    assert (date(2025, 7, 2), 1) == (ticket.day, ticket.number)
    assert (ticket,) == queue.waiting("pa-01")


def test_a_ticket_is_kept_as_it_was_taken(town, queue, clock):
    ticket = queue.take("pa-01", next(iter(town.catalog.procedures)), priority=True)
    assert (ticket,) == queue.tickets("pa-01")
    assert (clock(), True, TicketState.WAITING) == (ticket.taken_at, ticket.priority, ticket.state)


def test_those_with_priority_are_called_first_and_each_kind_in_its_order(queue):
    for priority in (False, False, True, True):
        queue.take("pa-01", priority=priority)
    assert [3, 4, 1, 2] == numbers(queue.waiting("pa-01"))
    called = []
    while ticket := queue.call("pa-01", 1):
        called.append(queue.serve("pa-01", ticket.number).number)
    assert [3, 4, 1, 2] == called


def test_a_counter_that_presses_twice_skips_nobody(queue):
    queue.take("pa-01")
    queue.take("pa-01")
    assert queue.call("pa-01", 2) == queue.call("pa-01", 2)
    assert [2] == numbers(queue.waiting("pa-01"))


def test_nobody_is_called_from_an_empty_queue(queue):
    assert queue.call("pa-01", 1) is None


def test_a_skipped_ticket_can_be_called_again_at_another_counter(queue):
    queue.take("pa-01")
    queue.call("pa-01", 1)
    queue.skip("pa-01", 1)
    assert queue.call("pa-01", 1) is None
    ticket = queue.recall("pa-01", 1, 3)
    assert (TicketState.CALLED, 3, None) == (ticket.state, ticket.counter, ticket.done_at)
    assert (ticket,) == queue.called("pa-01")


def test_a_counter_with_somebody_at_it_takes_nobody_else_back(queue):
    for _ in range(2):
        queue.take("pa-01")
    queue.call("pa-01", 1)
    queue.skip("pa-01", 1)
    queue.call("pa-01", 1)
    with pytest.raises(CaseError, match="ticket 2 is at counter 1"):
        queue.recall("pa-01", 1, 1)


@pytest.mark.parametrize("verb", ["serve", "skip"])
def test_who_was_not_called_is_neither_served_nor_skipped(queue, verb):
    queue.take("pa-01")
    with pytest.raises(CaseError, match="is waiting and cannot be"):
        getattr(queue, verb)("pa-01", 1)


def test_who_was_served_is_not_called_again(queue):
    queue.take("pa-01")
    queue.call("pa-01", 1)
    queue.serve("pa-01", 1)
    with pytest.raises(CaseError, match="is served and cannot be called again"):
        queue.recall("pa-01", 1, 1)


@pytest.mark.parametrize("counter", [0, -1, 4])
def test_a_point_calls_to_the_counters_it_has(queue, counter):
    with pytest.raises(CaseError, match="has no counter"):
        queue.call("pa-01", counter)


def test_unknown_points_procedures_and_tickets_are_refused(queue):
    for ask in (
        lambda: queue.take("nowhere"), lambda: queue.take("pa-01", "nothing"), lambda: queue.waiting("nowhere"),
        lambda: queue.serve("pa-01", 9), lambda: queue.call("nowhere", 1),
    ):  # fmt: skip
        with pytest.raises(UnknownError):
            ask()


def test_a_closed_point_gives_no_tickets(tmp_path, store, clock):
    folder = tiny_deployment(tmp_path / "closed")
    points = folder / "local/points.csv"
    points.write_text(points.read_text().replace("open", "planned"))
    with pytest.raises(CaseError, match="is not open"):
        Queue(Deployment(folder), store, clock).take("pa-01")


def test_the_wait_is_unknown_until_somebody_was_served(queue, clock):
    queue.take("pa-01")
    queue.take("pa-01")
    assert queue.expected_wait("pa-01") is None
    queue.call("pa-01", 1)
    assert queue.expected_wait("pa-01", 2) is None


def test_the_wait_is_the_median_service_for_each_ahead_by_open_counters(queue, clock):
    for _ in range(7):
        queue.take("pa-01")
    for counter, minutes in ((1, 4), (2, 6), (1, 50)):
        number = queue.call("pa-01", counter).number
        clock.advance(minutes=minutes)
        queue.serve("pa-01", number)
    assert [4, 5, 6, 7] == numbers(queue.waiting("pa-01"))
    assert timedelta(minutes=6 * 4 / 2) == queue.expected_wait("pa-01")
    assert timedelta(minutes=6 * 2 / 2) == queue.expected_wait("pa-01", 6)
    assert timedelta() == queue.expected_wait("pa-01", 4)
    with pytest.raises(CaseError, match="does not wait"):
        queue.expected_wait("pa-01", 1)


def test_the_wait_is_unknown_when_no_counter_is_open(queue, clock):
    queue.take("pa-01")
    queue.call("pa-01", 1)
    queue.serve("pa-01", 1)
    assert timedelta() == queue.expected_wait("pa-01")
    clock.advance(hours=1, minutes=1)
    assert queue.expected_wait("pa-01") is None


def test_two_kiosks_at_once_never_give_the_same_number(queue):
    with ThreadPoolExecutor(8) as kiosks:
        taken = list(kiosks.map(lambda _: queue.take("pa-01").number, range(40)))
    assert list(range(1, 41)) == sorted(taken)


def test_two_counters_at_once_never_get_the_same_ticket(queue):
    for _ in range(21):
        queue.take("centre")

    def work(counter):
        mine = []
        while ticket := queue.call("centre", counter):
            mine.append(queue.serve("centre", ticket.number).number)
        return mine

    with ThreadPoolExecutor(6) as counters:
        called = list(chain.from_iterable(counters.map(work, range(1, 7))))
    assert list(range(1, 22)) == sorted(called)


def _take(folder: Path, url: str, times: int) -> list[int]:
    store = Store(url, folder)
    queue = Queue(Deployment(folder), store, Clock())
    taken = [queue.take("pa-01").number for _ in range(times)]
    store.close()
    return taken


@pytest.mark.server
@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_two_processes_at_once_never_give_the_same_number(request, tmp_path, engine):
    url = "sqlite:///var/pilot.db"
    if engine == "postgresql":
        url = request.getfixturevalue("cluster").new_database("queue_processes")
    folder = tiny_deployment(tmp_path / "town")
    Store(url, folder).close()
    with ProcessPoolExecutor(2, get_context("spawn")) as kiosks:
        taken = list(chain.from_iterable(kiosks.map(_take, [folder] * 2, [url] * 2, [15] * 2)))
    assert list(range(1, 31)) == sorted(taken)


def test_the_backoffice_has_the_queue(town, clock):
    services = Services(town, clock)
    assert 1 == services.queue.take("pa-01").number
    services.close()
