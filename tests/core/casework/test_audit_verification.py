"""An outsider with the public key finds the first thing that was done to the history behind the office's back."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from pilotkit import CaseError, DataError, Deployment
from pilotkit.cases import Application
from pilotkit.casework.audit_verification import KEY, KeyPair, Verdict, new_keys, sign_checkpoint, verify
from pilotkit.casework.case_service import CaseService
from pilotkit.simulation.month import simulate
from pilotkit.storage.store import Store
from pilotkit.testing import Clock

FRIDAY = datetime(2025, 7, 25, 9, 30, tzinfo=UTC)
Tamper = Callable[..., None]


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> KeyPair:
    made = new_keys()
    monkeypatch.setenv(KEY, made.private)
    return made


@pytest.fixture
def history(town: Deployment, store: Store) -> Store:
    """Three cases with six events, each vouched for by a record of its own."""
    clock = Clock(FRIDAY)
    casework = CaseService(town, store, clock)
    codes = [
        casework.receive(Application(procedure="ZZ-101", channel="online", unit="PA-01", actor="citizen")).code
        for _ in range(3)
    ]
    for code in codes:
        clock.advance(minutes=5)
        casework.advance(code, "receiving-officer")
    return store


@pytest.fixture
def tamper(store: Store) -> Tamper:
    """What somebody with the database's password can do."""

    def execute(*statements: str) -> None:
        with store._engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))

    return execute


def test_an_untouched_history_is_whole(history: Store, keys: KeyPair) -> None:
    assert Verdict(records=6, events=6, signed_until=0, fault=None) == verify(history, keys.public)
    sign_checkpoint(history, FRIDAY)
    assert Verdict(records=6, events=6, signed_until=6, fault=None) == verify(history, keys.public)


def test_a_history_goes_on_after_a_checkpoint(town: Deployment, history: Store, keys: KeyPair) -> None:
    sign_checkpoint(history, FRIDAY)
    CaseService(town, history, Clock(FRIDAY)).receive(
        Application(procedure="ZZ-101", channel="online", unit="PA-01", actor="citizen")
    )
    assert Verdict(records=7, events=7, signed_until=6, fault=None) == verify(history, keys.public)


@pytest.mark.parametrize(
    ("done", "fault"),
    [
        (["UPDATE case_events SET actor = 'nobody' WHERE id = 4"], "event 4, of record 4, was altered"),
        (["UPDATE case_events SET at = at + 1 WHERE id = 2"], "event 2, of record 2, was altered"),
        (["DELETE FROM case_events WHERE id = 5"], "event 5, of record 5, was removed"),
        (["DELETE FROM audit_records WHERE number = 3"], "record 3 is missing: after 2 comes 4"),
        (
            ["UPDATE audit_records SET actor = 'nobody' WHERE number = 3"],
            "record 3 was altered, or stands in another's place",
        ),
        (
            [
                "UPDATE audit_records SET number = 99 WHERE number = 2",
                "UPDATE audit_records SET number = 2 WHERE number = 3",
                "UPDATE audit_records SET number = 3 WHERE number = 99",
            ],
            "record 2 was altered, or stands in another's place",
        ),
        (
            [
                (
                    "INSERT INTO case_events (id, case_id, number, kind, at, actor, changes) "
                    "VALUES (7, 1, 3, 'finished', 0, 'x', '{}')"
                )
            ],
            "event 7 stands outside the log: it was put in past it",
        ),
    ],
)
def test_what_was_done_is_found_and_named(
    history: Store, keys: KeyPair, tamper: Tamper, done: list[str], fault: str
) -> None:
    tamper(*done)
    assert fault == verify(history, keys.public).fault


def test_an_end_that_was_cut_off_is_found_with_a_checkpoint(history: Store, keys: KeyPair, tamper: Tamper) -> None:
    kept_elsewhere = sign_checkpoint(history, FRIDAY)
    cut = ("DELETE FROM audit_records WHERE number > 4", "DELETE FROM case_events WHERE id > 4")
    tamper(*cut)
    says = "the log ends after record 4, but record 6 was signed: the end was cut off"
    assert says == verify(history, keys.public).fault
    tamper("DELETE FROM audit_checkpoints")
    assert None is verify(history, keys.public).fault
    assert says == verify(history, keys.public, [kept_elsewhere]).fault


def test_a_chain_that_was_made_anew_is_not_the_one_that_was_signed(
    town: Deployment, history: Store, keys: KeyPair, tamper: Tamper
) -> None:
    kept_elsewhere = sign_checkpoint(history, FRIDAY)
    kept = ("audit_checkpoints", "audit_records", "outbox", "case_events", "cases")
    tamper(*(f"DELETE FROM {table}" for table in kept))
    casework = CaseService(town, history, Clock(FRIDAY))
    for _ in range(6):
        casework.receive(Application(procedure="ZZ-101", channel="online", unit="PA-02", actor="citizen"))
    assert "record 6 is not the one that was signed" == verify(history, keys.public, [kept_elsewhere]).fault


def test_a_checkpoint_of_another_key_is_no_checkpoint(history: Store, keys: KeyPair) -> None:
    sign_checkpoint(history, FRIDAY)
    assert "checkpoint 6 was not signed with this key" == verify(history, new_keys().public).fault


def test_events_written_in_bulk_are_vouched_for_together(
    town: Deployment, store: Store, keys: KeyPair, tamper: Tamper
) -> None:
    made = simulate(town, store, days=5, seed=1, last=date(2025, 7, 28))
    assert Verdict(records=1, events=made.events, signed_until=0, fault=None) == verify(store, keys.public)
    tamper(f"UPDATE case_events SET actor = 'nobody' WHERE id = {made.events}")
    assert f"the events 1 to {made.events}, of record 1, were changed" == verify(store, keys.public).fault


def test_nothing_is_signed_before_the_first_case(store: Store, keys: KeyPair) -> None:
    with pytest.raises(CaseError, match="nothing to sign"):
        sign_checkpoint(store, FRIDAY)


@pytest.mark.parametrize("key", ["", "not base64!", "c2hvcnQ="])
def test_what_is_no_key_is_refused(history: Store, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, key)
    with pytest.raises(DataError, match="PILOTKIT_AUDIT_KEY: is not a key"):
        sign_checkpoint(history, FRIDAY)
    with pytest.raises(DataError, match="the public key: is not a key"):
        verify(history, key)
