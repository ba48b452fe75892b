"""A session lasts as long as it is used and no longer; whoever is struck off the roll is out at once."""

from pathlib import Path

import pytest

from pilotkit.access.access import DeniedError
from pilotkit.errors import DataError, UnknownError
from pilotkit.model.access import ANONYMOUS
from pilotkit.model.personal import Person
from pilotkit.storage.vault import Vault

PERSON = Person(name="Ada Example", identity_number="ZZ 1234", phone="555 0100")


def test_a_session_ends_when_nobody_uses_it(office):
    token = office.sign_in("counter-1.pa").value
    office.clock.advance(minutes=29)
    assert not office.access.authority(token).is_anonymous
    office.clock.advance(minutes=29)
    assert not office.access.authority(token).is_anonymous
    office.clock.advance(minutes=30)
    assert ANONYMOUS == office.access.authority(token)


def test_a_session_ends_after_a_day_s_work_however_busy_it_was(office):
    token = office.sign_in("counter-1.pa").value
    for _ in range(35):
        office.clock.advance(minutes=20)
        assert not office.access.authority(token).is_anonymous
    office.clock.advance(minutes=20)
    assert office.access.authority(token).is_anonymous


def test_the_settings_say_how_long(make_access):
    town = make_access(access__idle_minutes=5, access__session_hours=1)
    town.enrol("counter-1.pa")
    token = town.sign_in("counter-1.pa").value
    town.clock.advance(minutes=5)
    assert town.access.authority(token).is_anonymous


def test_signing_out_ends_this_session_and_no_other(office):
    first = office.sign_in("counter-1.pa").value
    office.clock.advance(minutes=1)
    second = office.sign_in("counter-1.pa").value
    office.access.sign_out(first)
    office.access.sign_out("never was one")
    assert office.access.authority(first).is_anonymous
    assert not office.access.authority(second).is_anonymous


def test_signing_in_again_ends_the_session_that_the_browser_had(office):
    first = office.sign_in("counter-1.pa").value
    office.sign_in("registrar.pa", replaces=first)
    assert office.access.authority(first).is_anonymous


def test_a_new_password_signs_the_account_out_everywhere(office):
    token = office.sign_in("counter-1.pa").value
    office.enrol("counter-1.pa", "another four quiet words")
    assert office.access.authority(token).is_anonymous


def test_a_disabled_account_is_out_and_stays_out_until_it_is_enrolled_again(office):
    token = office.sign_in("counter-1.pa").value
    assert 1 == office.access.accounts.disable("counter-1.pa")
    assert office.access.authority(token).is_anonymous
    office.clock.advance(minutes=1)
    with pytest.raises(DeniedError):
        office.sign_in("counter-1.pa")
    office.enrol("counter-1.pa")
    office.clock.advance(minutes=1)
    assert office.sign_in("counter-1.pa").value


def test_an_account_that_was_never_enrolled_cannot_be_disabled(make_access):
    with pytest.raises(UnknownError, match="has no password"):
        make_access().access.accounts.disable("counter-1.pa")


def _rewrite(office, old, new):
    path = Path(office.deployment.folder) / "local/accounts.csv"
    path.write_text(path.read_text().replace(old, new))


def test_a_change_of_role_takes_effect_at_once(office):
    token = office.sign_in("counter-1.pa").value
    _rewrite(office, "counter-1.pa,receiving-officer,PA-01", "counter-1.pa,registrar,PA-02")
    authority = office.access.authority(token)
    assert (("registrar",), frozenset({"PA-02"})) == (authority.roles, authority.units)


def test_who_is_struck_off_the_roll_is_out_at_once(office):
    token = office.sign_in("counter-1.pa").value
    _rewrite(office, "counter-1.pa,receiving-officer,PA-01,pa-01\n", "")
    assert ANONYMOUS == office.access.authority(token)
    office.clock.advance(minutes=1)
    with pytest.raises(DeniedError):
        office.sign_in("counter-1.pa")


def test_a_roll_that_is_broken_while_somebody_edits_it_changes_nothing_and_is_logged(office, caplog):
    token = office.sign_in("counter-1.pa").value
    _rewrite(office, "login,roles", "login,rolls")
    assert not office.access.authority(token).is_anonymous
    assert any("local/accounts.csv" in record.getMessage() for record in caplog.records)


def test_a_role_or_unit_that_nobody_knows_gives_nothing(make_access):
    accounts = "login,roles,unit,point\nlost.pa,wizard,ZZ-99,\n"
    town = make_access({"local/accounts.csv": accounts})
    town.enrol("lost.pa")
    authority = town.access.authority(town.sign_in("lost.pa").value)
    assert ((), frozenset(), frozenset()) == (authority.roles, authority.permissions, authority.units)


def test_a_citizen_may_apply_and_follow_and_see_nobody_s_cases(office):
    authority = office.access.authority(office.access.sign_in_citizen("issuer|ada", PERSON).value)
    assert ("citizen",) == authority.roles
    assert frozenset({"case.apply", "case.follow"}) == authority.permissions
    assert frozenset() == authority.units


def test_a_citizen_is_the_same_each_time_and_nobody_sees_who(office):
    first, second, other = (office.access.sign_in_citizen(f"issuer|{name}", PERSON) for name in ("ada", "ada", "bob"))
    subjects = [office.access.authority(each.value).subject for each in (first, second, other)]
    assert subjects[0] == subjects[1] != subjects[2]
    assert "ada" not in subjects[0]


def test_what_the_provider_says_of_a_citizen_lasts_as_long_as_the_session(office, store):
    from sqlmodel import select

    from pilotkit.storage.account_tables import SessionRow

    token = office.access.sign_in_citizen("issuer|ada", PERSON).value
    assert PERSON == office.access.person(token)
    with store.read_session() as session:
        assert "Ada" not in repr(session.exec(select(SessionRow)).all())
    office.access.sign_out(token)
    assert office.access.person(token) is None


def test_an_officer_has_no_person(office):
    assert office.access.person(office.sign_in("counter-1.pa").value) is None


def test_what_is_over_leaves_the_database(office, store):
    from sqlmodel import select

    from pilotkit.storage.account_tables import SessionRow

    office.access.sign_in_citizen("issuer|ada", PERSON)
    office.clock.advance(hours=13)
    office.sign_in("counter-1.pa")
    with store.read_session() as session:
        assert ["counter-1.pa"] == [row.subject for row in session.exec(select(SessionRow)).all()]


def test_a_citizen_s_claims_do_not_open_with_another_key(office, store, clock):
    from pilotkit.access.access import Access

    token = office.access.sign_in_citizen("issuer|ada", PERSON).value
    other = Access(office.deployment, store, Vault({"two": b"2" * 32}), clock)
    with pytest.raises(DataError, match="the key 'one'"):
        other.person(token)


def test_every_account_is_listed_with_how_it_stands(office):
    office.access.accounts.disable("registrar.pa")
    standings = {each.account.login: each for each in office.access.accounts.standings()}
    assert ["counter-1.pa", "registrar.pa"] == list(standings)
    assert standings["counter-1.pa"].has_second_factor
    assert standings["counter-1.pa"].disabled_at is None
    assert office.clock() == standings["registrar.pa"].disabled_at
