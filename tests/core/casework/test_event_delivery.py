"""Plugins hear what happened to cases at least once, in order, and nobody waits for a plugin that fails."""

import logging
from datetime import UTC, datetime, timedelta

import pytest

from pilotkit import Deployment, hookimpl
from pilotkit.cases import Application, Case
from pilotkit.casework.case_service import CaseService
from pilotkit.casework.event_delivery import LEASE, deliver
from pilotkit.simulation.month import simulate
from pilotkit.storage import outbox
from pilotkit.storage.store import Store
from pilotkit.testing import Clock

FRIDAY = datetime(2025, 7, 25, 9, 30, tzinfo=UTC)


class Listener:
    """Writes down what it hears; raises while it is broken."""

    def __init__(self, broken: str = "") -> None:
        self.heard: list[tuple[str, str, str]] = []
        self.broken = broken

    def hear(self, what: str, case: Case) -> None:
        if what == self.broken:
            raise ValueError(f"cannot hear {what}")
        self.heard.append((what, case.code[-4:], case.status.value))

    @hookimpl
    def case_received(self, case: Case) -> None:
        self.hear("received", case)

    @hookimpl
    def case_advanced(self, case: Case) -> None:
        self.hear("advanced", case)

    @hookimpl
    def case_finished(self, case: Case) -> None:
        self.hear("finished", case)


@pytest.fixture
def clock() -> Clock:
    return Clock(FRIDAY)


@pytest.fixture
def casework(town: Deployment, store: Store, clock: Clock) -> CaseService:
    return CaseService(town, store, clock)


def listening(town: Deployment, name: str, broken: str = "") -> Listener:
    listener = Listener(broken)
    town.plugins._manager.register(listener, name=name)
    return listener


def birth() -> Application:
    return Application(procedure="ZZ-101", channel="online", unit="PA-01", actor="citizen")


def left(store: Store) -> int:
    with store.read_session() as session:
        return outbox.waiting(session)[0]


WHOLE = [
    ("received", "0001", "accepted"), ("advanced", "0001", "processing"), ("advanced", "0001", "processing"),
    ("finished", "0001", "finished"),
]  # fmt: skip


def a_whole_case(casework: CaseService) -> None:
    code = casework.receive(birth()).code
    casework.advance(code, "officer")
    casework.advance(code, "officer")
    casework.finish(code, "signatory")


def test_plugins_hear_each_event_of_a_case_as_it_was_then(
    town: Deployment, store: Store, casework: CaseService, clock: Clock
) -> None:
    listener = listening(town, "board")
    a_whole_case(casework)
    assert [] == listener.heard
    assert 4 == deliver(town, store, clock=clock)
    assert WHOLE == listener.heard
    assert (0, 0) == (left(store), deliver(town, store, clock=clock))


def test_where_nobody_listens_nothing_is_left(
    town: Deployment, store: Store, casework: CaseService, clock: Clock
) -> None:
    a_whole_case(casework)
    assert 4 == left(store)
    assert [3, 1, 0] == [deliver(town, store, 3, clock) for _ in range(3)]
    assert 0 == left(store)


def test_a_plugin_that_fails_is_named_and_hears_it_later_while_others_go_on(
    town: Deployment, store: Store, casework: CaseService, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    broken, board = listening(town, "broken", "advanced"), listening(town, "board")
    a_whole_case(casework)
    other = casework.receive(birth()).code[-4:]
    with caplog.at_level(logging.WARNING):
        assert 2 == deliver(town, store, clock=clock)
    assert "case_advanced failed in plugin 'broken' (ValueError: cannot hear advanced)" in caplog.text
    assert "told again at 2025-07-25 09:30:10 UTC" in caplog.text
    assert [*WHOLE, ("received", other, "accepted")] == board.heard
    assert [WHOLE[0], ("received", other, "accepted")] == broken.heard
    assert 0 == deliver(town, store, clock=clock)
    broken.broken = ""
    clock.advance(minutes=1)
    assert 3 == deliver(town, store, clock=clock)
    assert WHOLE == [each for each in broken.heard if each[1] == "0001"]
    assert 5 == len(board.heard)
    assert 0 == left(store)


def test_pauses_grow_to_an_hour_and_nothing_is_ever_given_up(
    town: Deployment, store: Store, casework: CaseService, clock: Clock
) -> None:
    listening(town, "broken", "received")
    casework.receive(birth())
    moments = []
    for _ in range(12):
        deliver(town, store, clock=clock)
        with store.read_session() as session:
            (row,) = session.execute(outbox.OUTBOX.select()).all()
        moments.append((row.next_at / 1_000_000) - clock().timestamp())
        clock.advance(hours=1)
    assert [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600] == moments
    assert (1, 12) == (left(store), row.attempts)


def test_many_that_fail_do_not_keep_others_waiting(
    town: Deployment, store: Store, casework: CaseService, clock: Clock
) -> None:
    board = listening(town, "broken", "received"), listening(town, "board")
    for _ in range(7):
        casework.receive(birth())
    for _ in range(3):
        deliver(town, store, 3, clock)
    assert [f"000{number}" for number in range(1, 8)] == [code for _, code, _ in board[1].heard]


def test_somebody_who_died_while_telling_is_replaced(
    town: Deployment, store: Store, casework: CaseService, clock: Clock
) -> None:
    listener = listening(town, "board")
    a_whole_case(casework)
    with store.write_session() as session:
        assert 2 == len(outbox.take(session, clock(), clock() + LEASE, 2))
    assert 0 == deliver(town, store, clock=clock)
    assert [] == listener.heard, "the end of a case before its beginning"
    clock.show(FRIDAY + LEASE + timedelta(seconds=1))
    while deliver(town, store, clock=clock):
        pass
    assert WHOLE == listener.heard


def test_a_round_that_takes_too_long_leaves_the_rest_to_the_next(
    town: Deployment, store: Store, casework: CaseService, clock: Clock
) -> None:
    listener = listening(town, "slow")
    slow = listener.hear

    def hear(what: str, case: Case) -> None:
        clock.advance(minutes=0.75)
        slow(what, case)

    listener.hear = hear  # type: ignore[method-assign]
    a_whole_case(casework)
    assert [2, 2] == [deliver(town, store, clock=clock) for _ in range(2)]
    assert WHOLE == listener.heard


def test_nobody_is_told_of_simulated_cases(town: Deployment, store: Store, clock: Clock) -> None:
    listener = listening(town, "board")
    assert simulate(town, store, days=3, seed=1, last=FRIDAY.date()).cases
    assert (0, 0) == (left(store), deliver(town, store, clock=clock))
    assert [] == listener.heard
