"""An officer signs in with a password and a code; nobody learns from a refusal which of them was wrong."""

import threading

import pyotp
import pytest

from pilotkit.access.access import DeniedError
from pilotkit.errors import DataError, UnknownError
from pilotkit.model.access import ANONYMOUS


def test_an_officer_signs_in_with_password_and_code(office):
    token = office.sign_in("counter-1.pa")
    authority = office.access.authority(token.value)
    assert "counter-1.pa" == authority.subject
    assert ("receiving-officer",) == authority.roles
    assert frozenset({"PA-01"}) == authority.units
    assert "pa-01" == authority.point


def test_the_unit_of_the_province_stands_for_all_its_communes(office):
    authority = office.access.authority(office.sign_in("registrar.pa").value)
    assert frozenset({"PA", "PA-01", "PA-02", "PA-03", "PA-04"}) == authority.units


def test_permissions_are_those_of_all_the_roles(office):
    roles = office.deployment.catalog.roles
    expected = {each for role in ("receiving-officer", "registrar") for each in roles[role].permissions}
    assert expected == office.access.authority(office.sign_in("registrar.pa").value).permissions


def test_capitals_and_spaces_around_a_login_do_not_matter(office):
    token = office.sign_in(" Counter-1.PA ", code=office.code("counter-1.pa"))
    assert "counter-1.pa" == office.access.authority(token.value).subject


@pytest.mark.parametrize(
    "given",
    [
        {"login": "nobody"},
        {"login": "counter-1.pa", "password": "wrong wrong wrong wrong"},
        {"login": "counter-1.pa", "code": "000000"},
        {"login": "counter-1.pa", "code": ""},
        {"login": "counter-1.pa", "code": "٣٣٣٣٣٣"},
        {"login": "", "password": ""},
        {"login": "x\x00'; --" * 50, "password": "y" * 5000},
    ],
)
def test_whatever_is_wrong_the_words_are_the_same(office, given):
    with pytest.raises(DeniedError) as refused:
        office.sign_in(**given)
    expected = "signing in failed. Check the login, the password and the code, and try again."
    assert expected == str(refused.value)


def test_an_account_without_a_password_cannot_sign_in(make_access):
    with pytest.raises(DeniedError):
        make_access().sign_in("counter-1.pa", "")


def test_an_unknown_login_is_checked_as_hard_as_a_known_one(office, monkeypatch):
    checked = []
    monkeypatch.setattr(
        "pilotkit.access.passwords.is_password", lambda password, kept: checked.append(kept is None) or False
    )
    for login in ("nobody", "counter-1.pa"):
        with pytest.raises(DeniedError):
            office.sign_in(login)
    assert [True, False] == checked


def test_a_code_counts_once(office):
    office.sign_in("counter-1.pa")
    with pytest.raises(DeniedError):
        office.sign_in("counter-1.pa")
    office.clock.advance(minutes=1)
    office.sign_in("counter-1.pa")


def test_a_code_of_the_past_does_not_count_after_a_newer_one(office):
    earlier = office.code("counter-1.pa")
    office.clock.advance(minutes=0.5)
    office.sign_in("counter-1.pa")
    with pytest.raises(DeniedError):
        office.sign_in("counter-1.pa", code=earlier)


def test_a_clock_may_be_wrong_by_one_step_and_no_more(office):
    totp = pyotp.TOTP(office.secrets["counter-1.pa"])
    now = office.clock()
    office.clock.advance(minutes=1)
    with pytest.raises(DeniedError):
        office.sign_in("counter-1.pa", code=totp.at(now))
    office.sign_in("counter-1.pa", code=totp.at(office.clock(), counter_offset=1))


def test_of_two_who_use_a_code_at_once_one_comes_in(office):
    code, came_in, lock = office.code("counter-1.pa"), [], threading.Lock()

    def try_it():
        try:
            token = office.sign_in("counter-1.pa", code=code)
        except DeniedError:
            return
        with lock:
            came_in.append(token)

    threads = [threading.Thread(target=try_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 == len(came_in)


def test_without_a_second_factor_the_password_is_enough_where_the_settings_say_so(make_access):
    town = make_access(access__second_factor=False)
    assert "" == town.enrol("counter-1.pa")
    assert town.sign_in("counter-1.pa", code="").value


def test_who_has_no_second_factor_stays_out_once_it_is_asked_for(make_access):
    make_access(access__second_factor=False).enrol("counter-1.pa")
    with pytest.raises(DeniedError):
        make_access(access__second_factor=True).sign_in("counter-1.pa", code="")


def test_a_second_factor_moved_to_another_account_does_not_open(office, store):
    from pilotkit.storage.account_tables import CredentialRow

    with store.write_session() as session:
        mine = session.get(CredentialRow, "counter-1.pa")
        theirs = session.get(CredentialRow, "registrar.pa")
        theirs.totp, theirs.totp_key_id = mine.totp, mine.totp_key_id
    with pytest.raises(DataError, match="credentials/registrar.pa does not open"):
        office.sign_in("registrar.pa", code=office.code("counter-1.pa"))


def test_no_secret_stands_in_the_database_in_the_clear(office, store):
    from sqlmodel import select

    from pilotkit.storage.account_tables import CredentialRow, DeviceRow, FailureRow, SessionRow

    token = office.sign_in("counter-1.pa")
    with pytest.raises(DeniedError):
        office.sign_in("counter-1.pa", client="192.0.2.77")
    with store.read_session() as session:
        kept = [session.exec(select(kind)).all() for kind in (CredentialRow, SessionRow, DeviceRow, FailureRow)]
    assert all(kept)
    for secret in (token.value, token.device, office.secrets["counter-1.pa"], "lantern", "192.0.2"):
        assert secret not in repr(kept)


def test_a_password_has_a_decent_length(make_access):
    with pytest.raises(DataError, match="the password has 5 characters. Take one with 12 to 256"):
        make_access().access.accounts.enrol("counter-1.pa", "short")


def test_only_who_is_on_the_roll_gets_a_password(make_access):
    with pytest.raises(UnknownError, match="local/accounts.csv: there is no account 'nobody'. Add a row"):
        make_access().access.accounts.enrol("nobody", "x" * 20)


def test_a_password_is_the_same_however_its_letters_are_composed(make_access):
    town = make_access()
    town.enrol("counter-1.pa", "ngày mai trời lại sáng")
    assert town.sign_in("counter-1.pa", "ngày mai trời lại sáng").value


def test_who_has_no_session_is_anonymous(office):
    for token in ("", "x", "x" * 10_000):
        assert ANONYMOUS == office.access.authority(token)
