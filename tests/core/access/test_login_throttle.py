"""Whoever guesses waits longer each time; the officers at their desks do not notice."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from pilotkit.access.access import Access, DeniedError
from pilotkit.access.login_throttle import OF_DEVICE, OF_LOGIN, OF_NETWORK, network_of
from pilotkit.storage.account_tables import FailureRow
from pilotkit.storage.vault import Vault


def _guess(office, times=1, login="counter-1.pa", **changes):
    waits = []
    for _ in range(times):
        with pytest.raises(DeniedError) as refused:
            office.sign_in(login, "a wrong password", **{"code": "000000", "client": "203.0.113.9", **changes})
        waits.append(refused.value.wait.total_seconds())
    return waits


def test_a_few_mistakes_cost_nothing(office):
    assert [0.0] * 5 == _guess(office, 5)
    assert office.sign_in("counter-1.pa").value


def test_after_more_mistakes_one_waits_longer_each_time(office):
    _guess(office, 6)
    waits = []
    for _ in range(4):
        waits += _guess(office)
        office.clock.advance(minutes=waits[-1] / 60)
        _guess(office)
    assert [1, 2, 4, 8] == waits


def test_whoever_has_to_wait_leaves_nothing_behind_however_many_logins_are_tried(office, store):
    for number in range(OF_NETWORK.free + 1):
        _guess(office, login=f"guess-{number}")
    with store.read_session() as session:
        before = session.scalar(select(func.count()).select_from(FailureRow))
    for number in range(50):
        _guess(office, login=f"made-up-{number}")
    with store.read_session() as session:
        assert before == session.scalar(select(func.count()).select_from(FailureRow))


def test_while_one_waits_even_the_right_password_is_not_heard(office):
    _guess(office, 6)
    with pytest.raises(DeniedError) as refused:
        office.sign_in("counter-1.pa")
    assert timedelta(seconds=1) == refused.value.wait
    office.clock.advance(minutes=1)
    assert office.sign_in("counter-1.pa").value


def test_the_wait_outlives_a_restart(office, store):
    _guess(office, 6)
    again = Access(office.deployment, store, Vault({"one": b"1" * 32}), office.clock)
    with pytest.raises(DeniedError) as refused:
        again.sign_in("counter-1.pa", "x", "0", "198.51.100.1")
    assert refused.value.wait


def test_an_unknown_login_waits_like_a_known_one(office):
    assert _guess(office, 7, login="counter-1.pa") == _guess(office, 7, login="nobody", client="203.0.113.10")


def test_whoever_signed_in_from_a_browser_before_does_not_notice_that_somebody_guesses(office):
    device = office.sign_in("counter-1.pa").device
    _guess(office, 12)
    office.clock.advance(minutes=0.5)
    assert device == office.sign_in("counter-1.pa", client="203.0.113.9", device=device).device


def test_a_known_browser_is_known_for_its_own_login_only(office):
    device = office.sign_in("registrar.pa").device
    _guess(office, 6)
    with pytest.raises(DeniedError) as refused:
        office.sign_in("counter-1.pa", device=device)
    assert refused.value.wait


def test_a_stolen_browser_waits_too(office):
    device = office.sign_in("counter-1.pa").device
    waits = _guess(office, 8, device=device)
    assert waits[-1] > 0


def test_one_who_tries_every_login_from_one_place_is_slowed_down_and_others_elsewhere_are_not(office):
    for number in range(31):
        _guess(office, login=f"guess-{number}")
    assert _guess(office, login="guess-99")[0] > 0
    assert [0.0] == _guess(office, login="guess-100", client="198.51.100.7")
    assert office.sign_in("counter-1.pa", client="198.51.100.8").value


def test_the_longest_wait_of_a_place_is_short_for_a_whole_office_may_be_there():
    assert timedelta(minutes=1) == OF_NETWORK.wait(10_000)
    assert OF_NETWORK.free > OF_LOGIN.free


def test_mistakes_are_forgotten_after_a_day(office):
    _guess(office, 6)
    office.clock.advance(hours=25)
    assert [0.0] * 5 == _guess(office, 5)


def test_what_was_right_forgets_the_mistakes_before_it(office):
    _guess(office, 5)
    office.sign_in("counter-1.pa")
    assert [0.0] * 5 == _guess(office, 5)


@given(st.integers(0, 10**6), st.sampled_from([OF_LOGIN, OF_NETWORK, OF_DEVICE]))
def test_no_wait_is_shorter_than_the_one_before_or_longer_than_the_longest(failures, limit):
    assert timedelta(0) <= limit.wait(failures) <= limit.wait(failures + 1) <= limit.longest


@pytest.mark.parametrize(
    ("client", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_a_household_with_many_addresses_counts_once(client, network):
    assert network == network_of(client)
