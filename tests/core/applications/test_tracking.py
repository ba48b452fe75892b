"""Following one's own case: the key of the receipt opens it, and a stranger learns nothing from trying."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotkit import CaseError, UnknownError
from pilotkit.access.access import Access
from pilotkit.cases import CaseStatus, EventKind
from pilotkit.casework.tracking_keys import ALPHABET, check_symbol, follow_key, is_follow_key, is_well_formed
from pilotkit.model.access import ANONYMOUS, Authority
from pilotkit.model.personal import Content, Person
from pilotkit.storage.vault import Vault

PDF = b"%PDF-1.7 a generated page"
CITIZEN = Authority(subject="citizen:abc", roles=("citizen",), permissions=frozenset({"case.apply", "case.follow"}))
OTHER = Authority(subject="citizen:xyz", roles=("citizen",), permissions=frozenset({"case.apply", "case.follow"}))
VAULT = Vault({"k1": b"1" * 32})


def content(document: str = "hospital-note", **more: object) -> Content:
    return Content(**{"document": document, "name": "note.pdf", "media_type": "x/y", "data": PDF, **more})


def close(office, code: str) -> None:
    while len(office.store.events(code)) < 3:
        office.case_service.advance(code, "desk")
    office.case_service.finish(code, "registrar")


def asks(tracking, code: str, key: str, authority: Authority):
    """Everything that somebody may ask of a case."""
    return (
        lambda: tracking.follow(code, key, authority),
        lambda: tracking.answer_supplement(code, key, authority, [content()], "x"),
        lambda: tracking.withdraw(code, key, authority, "x"),
        lambda: tracking.results(code, key, authority),
        lambda: tracking.content(code, key, authority, "0" * 32),
        lambda: tracking.collect(code, key, authority),
        lambda: tracking.payment(code, key, authority),
        lambda: tracking.check_payment(code, key, authority),
        lambda: tracking.rate(code, key, authority, 5, ""),
    )


@pytest.mark.parametrize("authority", [ANONYMOUS, OTHER])
def test_a_stranger_sees_exactly_what_there_is_to_see_of_a_missing_case(office, ready, authority):
    receipt = office.applications.submit(ready(), CITIZEN)
    code, missing = receipt.case.code, "PA-250701-9999"
    wrong = follow_key(office.vault, missing)
    for here, nowhere in zip(
        asks(office.tracking, code, wrong, authority),
        asks(office.tracking, missing, "x", authority),
        strict=True,
    ):
        with pytest.raises(UnknownError) as told:
            here()
        with pytest.raises(UnknownError) as told_nowhere:
            nowhere()
        assert str(told_nowhere.value).replace(missing, code) == str(told.value)
    assert 1 == len(office.store.events(code))
    assert () == office.personal_files.reads(code)


def test_the_key_opens_the_case_and_every_look_is_written_down(office, ready):
    receipt = office.applications.submit(ready(), ANONYMOUS)
    followed = office.tracking.follow(receipt.case.code, receipt.follow_key, ANONYMOUS)
    assert ("Test Person", 1, None, None) == (
        followed.file.person.name, len(followed.events), followed.payment, followed.rating,
    )  # fmt: skip
    assert [("citizen", "file")] == [
        (read.reader, read.part) for read in office.personal_files.reads(receipt.case.code)
    ]


def test_whoever_sent_it_signed_in_needs_no_key(office, ready):
    code = office.applications.submit(ready(), CITIZEN).case.code
    assert code == office.tracking.follow(code, "", CITIZEN).case.code
    with pytest.raises(UnknownError):
        office.tracking.follow(code, "", OTHER)


def test_an_officer_who_sends_for_somebody_does_not_become_them(office, ready):
    officer = Authority(subject="counter-pa-01", permissions=frozenset({"case.receive", "case.read"}))
    code = office.applications.submit(ready(), officer).case.code
    with pytest.raises(UnknownError):
        office.tracking.follow(code, "", officer)
    assert () == office.tracking.mine(officer)


def test_a_page_left_open_is_one_look_an_hour(office, ready):
    receipt = office.applications.submit(ready(), ANONYMOUS)
    for _ in range(30):
        office.tracking.follow(receipt.case.code, receipt.follow_key, ANONYMOUS)
    office.clock.advance(minutes=61)
    office.tracking.follow(receipt.case.code, receipt.follow_key, ANONYMOUS)
    assert 2 == len(office.personal_files.reads(receipt.case.code))


def test_a_citizen_keeps_their_cases_when_the_server_has_a_new_key(office, ready):
    access, person = office.access, Person(name="Ada")
    citizen = access.authority(access.sign_in_citizen("issuer|ada", person).value)
    code = office.applications.submit(ready(), citizen).case.code
    newer = Access(
        office.deployment, office.store, Vault({"k2": b"2" * 32, "k1": office.vault._keys["k1"]}), office.clock
    )
    again = newer.authority(newer.sign_in_citizen("issuer|ada", person).value)
    assert citizen.subject != again.subject
    assert [code] == [each.code for each in office.tracking.mine(again)]


def test_nobody_owns_what_was_sent_without_signing_in(office, ready):
    code = office.applications.submit(ready(), ANONYMOUS).case.code
    for authority in (ANONYMOUS, OTHER, Authority(subject="")):
        with pytest.raises(UnknownError):
            office.tracking.follow(code, "", authority)


def test_the_key_is_taken_as_people_type_it(office, ready):
    receipt = office.applications.submit(ready(), ANONYMOUS)
    typed = f" {receipt.follow_key.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} "
    assert office.tracking.follow(receipt.case.code, typed, ANONYMOUS)


def test_anybody_may_track_a_code_and_learns_nothing_personal(office, ready):
    code = office.applications.submit(ready(), ANONYMOUS).case.code
    office.case_service.request_supplement(code, "desk", "The page about Test Person is missing")
    tracked = office.tracking.track(code)
    assert (CaseStatus.SUPPLEMENT_REQUESTED, ["received", "supplement_requested"]) == (
        tracked.status, [each.kind for each in tracked.milestones],
    )  # fmt: skip
    assert "Test" not in tracked.model_dump_json()
    with pytest.raises(UnknownError):
        office.tracking.track("PA-250701-9999")


def test_the_answer_to_a_supplement_is_attached_and_the_clock_goes_on(office, ready):
    receipt = office.applications.submit(ready(), ANONYMOUS)
    code, key = receipt.case.code, receipt.follow_key
    with pytest.raises(CaseError, match="nothing was asked"):
        office.tracking.answer_supplement(code, key, ANONYMOUS, [content()], "")
    office.case_service.request_supplement(code, "desk", "A page is missing")
    for wrong in ([], [content("diary")]):
        with pytest.raises(CaseError):
            office.tracking.answer_supplement(code, key, ANONYMOUS, wrong, " ")
    office.clock.advance(days=3)
    case = office.tracking.answer_supplement(
        code, key, ANONYMOUS, [content(kind="result"), content("other")], "Here it is"
    )
    assert (CaseStatus.PROCESSING, True) == (case.status, case.due_at > receipt.case.due_at)
    file = office.tracking.follow(code, key, ANONYMOUS).file
    assert ["hospital-note", "hospital-note", "other", "note"] == [each.document for each in file.attachments]
    assert {"submitted"} == {each.kind for each in file.attachments}
    assert b"Here it is" == office.tracking.content(code, key, ANONYMOUS, file.attachments[-1].id)[1]


def test_a_withdrawal_keeps_its_reason_out_of_the_events(office, ready):
    receipt = office.applications.submit(ready(), ANONYMOUS)
    code, key = receipt.case.code, receipt.follow_key
    assert CaseStatus.WITHDRAWN == office.tracking.withdraw(code, key, ANONYMOUS, "Family of Test Person moves").status
    assert "Test Person" not in str(office.store.events(code))
    file = office.tracking.follow(code, key, ANONYMOUS).file
    assert b"Family of Test Person moves" == office.tracking.content(code, key, ANONYMOUS, file.attachments[-1].id)[1]
    with pytest.raises(CaseError):
        office.tracking.withdraw(code, key, ANONYMOUS, "again")
    assert 2 == len(office.tracking.follow(code, key, ANONYMOUS).file.attachments)


def test_a_result_shows_when_the_case_is_finished_and_is_taken_once(office, ready):
    receipt = office.applications.submit(ready(), ANONYMOUS)
    code, key = receipt.case.code, receipt.follow_key
    made = office.personal_files.attach(
        code, [content("certificate", kind="result", name="certificate.pdf")], "registrar"
    )[0]
    assert () == office.tracking.results(code, key, ANONYMOUS)
    assert 1 == len(office.tracking.follow(code, key, ANONYMOUS).file.attachments)
    for ask in (
        lambda: office.tracking.content(code, key, ANONYMOUS, made.id),
        lambda: office.tracking.collect(code, key, ANONYMOUS),
    ):
        with pytest.raises((UnknownError, CaseError)):
            ask()
    close(office, code)
    assert (made,) == office.tracking.results(code, key, ANONYMOUS)
    assert (made, PDF) == office.tracking.content(code, key, ANONYMOUS, made.id)
    assert CaseStatus.RETURNED == office.tracking.collect(code, key, ANONYMOUS).status
    assert CaseStatus.RETURNED == office.tracking.collect(code, key, ANONYMOUS).status
    assert 1 == [each.kind for each in office.store.events(code)].count(EventKind.RETURNED)


def test_a_case_is_rated_once_it_has_ended_and_may_be_changed_for_seven_days(office, ready):
    receipt = office.applications.submit(ready(), CITIZEN)
    code, key = receipt.case.code, receipt.follow_key
    with pytest.raises(CaseError, match="has not ended"):
        office.tracking.rate(code, key, ANONYMOUS, 5, "")
    close(office, code)
    for score in (0, 6, -1):
        with pytest.raises(CaseError, match="from 1 to 5"):
            office.tracking.rate(code, key, ANONYMOUS, score, "")
    office.tracking.rate(code, key, ANONYMOUS, 2, "Slow")
    office.clock.advance(days=7)
    office.tracking.rate(code, "", CITIZEN, 4, "Better")
    first = office.clock() - timedelta(days=7)
    rating = office.tracking.follow(code, key, ANONYMOUS).rating
    assert (4, "Better", first, office.clock()) == (rating.score, rating.comment, rating.at, rating.changed_at)
    office.clock.advance(hours=1)
    with pytest.raises(CaseError, match="no longer"):
        office.tracking.rate(code, key, ANONYMOUS, 5, "")
    scores = office.tracking.ratings(first, office.clock())
    assert [(code, "ZZ-101", receipt.case.unit, 4)] == [
        (each.case, each.procedure, each.unit, each.score) for each in scores
    ]
    assert () == office.tracking.ratings(office.clock(), office.clock() + timedelta(days=1))


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_key_only_when_it_is_the_key(typed):
    assert not is_follow_key(VAULT, "PA-1", typed)
    assert is_follow_key(VAULT, typed, follow_key(VAULT, typed))


@given(st.text(ALPHABET, min_size=11, max_size=11), st.integers(0, 11), st.sampled_from(ALPHABET))
def test_a_slip_of_the_pen_is_told_from_a_key(body, place, slip):
    key = body + check_symbol(body)
    slipped = key[:place] + slip + key[place + 1 :]
    assert is_well_formed(key)
    assert (slipped == key) == is_well_formed(slipped)


def test_a_key_holds_while_the_server_has_the_key_it_was_made_with():
    rotated = Vault({"k2": b"2" * 32, "k1": b"1" * 32})
    assert is_follow_key(rotated, "PA-1", follow_key(VAULT, "PA-1"))
    assert follow_key(rotated, "PA-1") != follow_key(VAULT, "PA-1")
    assert not is_follow_key(Vault({"k2": b"2" * 32}), "PA-1", follow_key(VAULT, "PA-1"))
