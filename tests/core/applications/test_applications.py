"""Applying online: a draft that only its token opens, and one case however often it is sent."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import ValidationError
from sqlalchemy import text

from pilotkit import CaseError, Channel, DataError, Deployment, UnknownError
from pilotkit.applications.applications import AnswersError, IncompleteError
from pilotkit.applications.drafts import RESERVE
from pilotkit.cases import Application, EventKind
from pilotkit.model.access import ANONYMOUS, Authority
from pilotkit.model.personal import Content, Person
from pilotkit.services import Services
from pilotkit.storage.vault import KEYS
from pilotkit.testing import tiny_deployment

BIRTH = "ZZ-101"
PDF = b"%PDF-1.7 a generated page"
NAUGHTY = (
    "<script>alert(1)</script>", "{{ 7*7 }}{% x %}", "${jndi:ldap://x}", "'; DROP TABLE drafts; --", "Nguyễn Thị Ánh",
    "\u202eabc", "👩‍👩‍👧 🏴", "%s%n%(x)s", "=1+1", "NULL", "a\u2028b", "日本語", "../../etc/passwd", "\\u0000",
    "a\x00b",
)  # fmt: skip
PERSON = Person(name="Test Person", identity_number="ZZ 100 200", email="person@example.org")
CITIZEN = Authority(subject="citizen:abc", roles=("citizen",), permissions=frozenset({"case.apply", "case.follow"}))
OTHER = Authority(subject="citizen:xyz", roles=("citizen",), permissions=frozenset({"case.apply", "case.follow"}))


def content(document: str = "hospital-note", name: str = "note.pdf", data: bytes = PDF) -> Content:
    return Content(document=document, name=name, media_type="application/octet-stream", data=data)


def count(office: Services, table: str) -> int:
    with office.store.read_session() as session:
        return session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()


def everything(office: Services) -> bytes:
    """All that the draft tables hold, as one string of bytes."""
    with office.store.read_session() as session:
        rows = [
            *session.execute(text("SELECT * FROM drafts")),
            *session.execute(text("SELECT * FROM draft_attachments")),
        ]
    return b"\n".join(
        bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode() for row in rows for cell in row
    )


def test_a_draft_is_filled_in_page_by_page_and_becomes_a_case(office, ready, commune):
    token = ready()
    draft = office.applications.draft(token)
    assert ("child", "copies") == draft.pages_done
    assert {"child_name": "Test Child", "child_born": "2025-06-30", "copies": 2} == draft.answers
    assert () == office.applications.missing(token)
    receipt = office.applications.submit(token, ANONYMOUS)
    case = office.store.case(receipt.case.code)
    assert (BIRTH, Channel.ONLINE, commune, None, None, True) == (
        case.procedure, case.channel, case.unit, case.received_at_point, case.helped_at_point, case.whole_process,
    )  # fmt: skip
    file = office.personal_files.file(case.code, "tester", "test")
    assert ("Test Person", draft.answers) == (file.person.name, file.answers)
    assert PDF == office.personal_files.content(case.code, file.attachments[0].id, "tester", "test")[1]


def test_the_draft_is_gone_with_its_files_once_the_case_is_there(office, ready):
    token = ready()
    assert (1, 1) == (count(office, "drafts"), count(office, "draft_attachments"))
    office.applications.submit(token, ANONYMOUS)
    assert (0, 0, 1) == (count(office, "drafts"), count(office, "draft_attachments"), count(office, "attachments"))
    with pytest.raises(UnknownError):
        office.applications.draft(token)


def test_sent_again_it_is_the_same_case_with_the_same_key(office, ready):
    token = ready()
    first, again = office.applications.submit(token, ANONYMOUS), office.applications.submit(token, ANONYMOUS)
    assert first == again == office.applications.receipt(token)
    assert 1 == count(office, "cases")


def test_sent_many_times_at_once_it_is_one_case(office, ready):
    token = ready()
    _ = office.applications, office.case_service, office.deployment.catalog.working_time, office.payments
    with ThreadPoolExecutor(6) as pool:
        receipts = list(pool.map(lambda _: office.applications.submit(token, ANONYMOUS), range(6)))
    assert 1 == len({(each.case.code, each.follow_key) for each in receipts})
    assert (1, 1, 1) == (count(office, "cases"), count(office, "case_events"), count(office, "attachments"))


def test_when_the_case_cannot_be_stored_the_draft_stays_whole(office, ready, monkeypatch):
    token = ready()
    before = office.applications.draft(token)

    def fail(*_: object) -> None:
        raise DataError("no.")

    monkeypatch.setattr("pilotkit.storage.event_insert.adopt_draft", fail)
    with pytest.raises(DataError):
        office.applications.submit(token, ANONYMOUS)
    assert (0, 0, 0) == tuple(count(office, table) for table in ("cases", "attachments", "personal_files"))
    assert before == office.applications.draft(token)


def test_what_is_added_while_it_is_being_sent_is_not_lost(office, ready, monkeypatch):
    token, receive = ready(), office.case_service.receive

    def add_first(application):
        monkeypatch.setattr(office.case_service, "receive", receive)
        office.clock.advance(minutes=1)
        office.applications.attach(token, content(name="late.pdf"))
        return receive(application)

    monkeypatch.setattr(office.case_service, "receive", add_first)
    with pytest.raises(CaseError, match="changed while it was being sent"):
        office.applications.submit(token, ANONYMOUS)
    assert ["note.pdf", "late.pdf"] == [each.name for each in office.applications.draft(token).attachments]
    code = office.applications.submit(token, ANONYMOUS).case.code
    assert 2 == len(office.personal_files.file(code, "officer", "to decide").attachments)


def test_registers_answer_about_who_has_signed_in_and_about_nobody_else(office, ready, commune, monkeypatch):
    class Register:
        def prefill(self, _person):
            return {"child_name": "From the register"}

        def validate(self, _answers):
            return ()

    monkeypatch.setitem(office.deployment.catalog.handlers, BIRTH, Register())
    known = {}
    for who, provided in (("stranger", None), ("other", Person(name="O", identity_number="1")), ("self", PERSON)):
        token = office.applications.start(BIRTH, Channel.ONLINE, ANONYMOUS)
        office.applications.save_person(token, PERSON, commune, known_as=provided)
        known[who] = office.applications.draft(token).answers
    assert {"stranger": {}, "other": {}, "self": {"child_name": "From the register"}} == known


@pytest.mark.parametrize("answer", ["x\ud800", ["\udfff"]])
def test_half_a_character_is_no_answer(office, ready, answer):
    token = ready()
    with pytest.raises(AnswersError):
        office.applications.save(token, "child", {"child_name": answer, "child_born": "2025-06-30"})
    with pytest.raises(ValidationError, match="half a surrogate pair"):
        Application(procedure=BIRTH, channel=Channel.ONLINE, unit="PA-01", actor="x", answers={"a": [{"b": answer}]})


def test_what_is_missing_is_told_in_the_order_in_which_it_is_asked(office):
    token = office.applications.start(BIRTH, Channel.ONLINE, ANONYMOUS)
    with pytest.raises(IncompleteError) as caught:
        office.applications.submit(token, ANONYMOUS)
    expected = [("unit", ""), ("person", ""), ("page", "child"), ("page", "copies"), ("document", "hospital-note")]
    assert expected == [(gap.part, gap.id) for gap in caught.value.missing]
    assert 0 == count(office, "cases")


def test_answers_that_do_not_fit_are_refused_and_nothing_is_kept(office, ready):
    token = ready()
    for wrong in (
        {"child_name": "", "child_born": "2025-06-30"},
        {"child_name": "A", "child_born": "2025-07-02"},
        {"child_name": "A", "child_born": "2025-06-30", "copies": 1},
        {"child_name": "A", "child_born": "2025-06-30", "is_admin": True},
    ):
        with pytest.raises(AnswersError) as caught:
            office.applications.save(token, "child", wrong)
        assert 1 == len(caught.value.problems)
    assert "Test Child" == office.applications.draft(token).answers["child_name"]


def test_a_page_that_is_answered_again_replaces_its_answers_only(office, ready):
    token = ready()
    office.applications.save(token, "copies", {})
    assert {"child_name": "Test Child", "child_born": "2025-06-30"} == office.applications.draft(token).answers


@pytest.mark.parametrize("words", NAUGHTY)
def test_naughty_strings_come_back_literally(office, ready, words):
    token = ready(person=Person(name=words, address=words), child=words)
    draft = office.applications.draft(token)
    assert (words.strip(), words.strip(), words) == (
        draft.person.name,
        draft.person.address,
        draft.answers["child_name"],
    )
    receipt = office.applications.submit(token, ANONYMOUS)
    code, key = receipt.case.code, receipt.follow_key
    office.case_service.request_supplement(code, "desk", "more")
    office.tracking.answer_supplement(code, key, ANONYMOUS, [], f"{words}.")
    office.tracking.withdraw(code, key, ANONYMOUS, f"{words}!")
    office.tracking.rate(code, key, ANONYMOUS, 3, words)
    followed = office.tracking.follow(code, key, ANONYMOUS)
    assert words == followed.file.answers["child_name"]
    assert words == followed.rating.comment


def test_nothing_that_was_typed_can_be_read_in_the_database(office, ready):
    ready()
    kept = everything(office)
    for secret in (b"Test Person", b"Test Child", b"ZZ 100 200", b"note.pdf", b"generated page"):
        assert secret not in kept


def test_the_token_itself_is_kept_nowhere(office, ready):
    assert ready().encode() not in everything(office)


@pytest.mark.parametrize("token", ["", "x", "'; --", "\ud800", "é" * 500])
def test_a_wrong_token_opens_nothing(office, ready, token):
    ready()
    for ask in (office.applications.draft, office.applications.missing, office.applications.receipt):
        with pytest.raises(UnknownError):
            ask(token)
    with pytest.raises(UnknownError):
        office.applications.submit(token, ANONYMOUS)
    with pytest.raises(UnknownError):
        office.applications.attach(token, content())


def test_a_draft_that_nobody_touches_for_thirty_days_is_gone(office, ready):
    token, kept = ready(), ready()
    office.clock.advance(days=29)
    office.applications.save(kept, "copies", {"copies": 1})
    office.clock.advance(days=1)
    with pytest.raises(UnknownError):
        office.applications.draft(token)
    assert {"copies": 1}.items() <= office.applications.draft(kept).answers.items()
    assert 1 == office.applications.purge()
    assert (1, 1) == (count(office, "drafts"), count(office, "draft_attachments"))


def test_starting_throws_old_drafts_away(office, ready):
    ready()
    office.clock.advance(days=31)
    office.applications.start(BIRTH, Channel.ONLINE, ANONYMOUS)
    assert (1, 0) == (count(office, "drafts"), count(office, "draft_attachments"))


def test_a_token_gets_its_receipt_for_thirty_days_and_no_longer(office, ready):
    token = ready()
    office.applications.submit(token, ANONYMOUS)
    office.clock.advance(days=31)
    for ask in (office.applications.receipt, lambda each: office.applications.submit(each, ANONYMOUS)):
        with pytest.raises(UnknownError):
            ask(token)


def test_a_file_of_a_draft_can_be_read_again_and_taken_out(office, ready):
    token = ready()
    attachment = office.applications.draft(token).attachments[0]
    assert (attachment, PDF) == office.applications.draft_content(token, attachment.id)
    assert ("application/pdf", "note.pdf", len(PDF)) == (attachment.media_type, attachment.name, attachment.size)
    other = ready()
    with pytest.raises(UnknownError):
        office.applications.detach(other, attachment.id)
    office.applications.detach(token, attachment.id)
    assert () == office.applications.draft(token).attachments


def test_drafts_leave_the_rest_of_a_nearly_full_disk_to_what_is_sent(office, ready, monkeypatch):
    token = ready()
    monkeypatch.setattr(type(office.store), "room_left", lambda _: RESERVE - 1)
    for asked in (lambda: office.applications.attach(token, content()), ready):
        with pytest.raises(CaseError, match="disk is nearly full"):
            asked()
    assert office.applications.submit(token, ANONYMOUS).case


def test_the_room_that_is_left_is_known_of_a_file_and_not_of_a_server(office):
    with office.store.read_session() as session:
        is_file = session.get_bind().dialect.name == "sqlite"
    assert is_file is (office.store.room_left() is not None)


def test_a_draft_takes_only_files_that_may_be_kept_for_documents_that_are_asked(office, ready):
    token = ready()
    with pytest.raises(CaseError, match="no document 'diary'"):
        office.applications.attach(token, content("diary"))
    with pytest.raises(CaseError, match="none of the types"):
        office.applications.attach(token, content(data=b"MZ\x00\x01\xff"))
    for _ in range(19):
        office.applications.attach(token, content())
    with pytest.raises(CaseError, match="20 files"):
        office.applications.attach(token, content())


def test_nobody_hands_in_a_result(office, ready):
    token = ready()
    kept = office.applications.attach(token, content().model_copy(update={"kind": "result"}))
    assert "submitted" == kept.kind


def test_a_procedure_starts_only_through_a_channel_it_is_offered_in_and_while_it_is_valid(office):
    with pytest.raises(CaseError, match="not offered"):
        office.applications.start("ZZ-102", Channel.ONLINE, ANONYMOUS)
    with pytest.raises(UnknownError):
        office.applications.start("ZZ-999", Channel.ONLINE, ANONYMOUS)
    office.clock.advance(days=-600)
    with pytest.raises(CaseError, match="not valid"):
        office.applications.start(BIRTH, Channel.ONLINE, ANONYMOUS)


def test_a_person_can_be_helped_at_a_point_that_is_not_where_the_case_goes(office, ready, commune):
    token, point = ready(), next(iter(office.deployment.catalog.points))
    office.applications.save_person(token, Person(name="Test Person"), commune, point)
    case = office.applications.submit(token, ANONYMOUS).case
    assert (point, None, commune) == (case.helped_at_point, case.received_at_point, case.unit)
    with pytest.raises(UnknownError):
        office.applications.save_person(ready(), Person(name="Test Person"), commune, "nowhere")


def test_whoever_sends_signed_in_finds_the_case_among_theirs(office, ready):
    first = office.applications.submit(ready(), CITIZEN).case
    office.applications.submit(ready(), ANONYMOUS)
    second = office.applications.submit(ready(), CITIZEN).case
    assert [second.code, first.code] == [case.code for case in office.tracking.mine(CITIZEN)]
    assert () == office.tracking.mine(OTHER) == office.tracking.mine(ANONYMOUS)


def test_without_keys_the_error_says_how_to_make_one(tmp_path, monkeypatch):
    monkeypatch.delenv(KEYS, raising=False)
    office = Services(Deployment(tiny_deployment(tmp_path / "town")))
    with pytest.raises(DataError, match="pilotkit keys new"):
        office.applications.start(BIRTH, Channel.ONLINE, ANONYMOUS)
    assert "free" == office.applications.fees(BIRTH, Channel.ONLINE, {})
    office.close()


def test_a_fee_that_is_not_published_is_none_and_never_nothing(office):
    assert "free" == office.applications.fees(BIRTH, Channel.ONLINE, {})
    assert ["40.50"] == [f"{fee.amount:.2f}" for fee in office.applications.fees("ZZ-201", Channel.ONLINE, {})]
    assert office.applications.fees("ZZ-201", Channel.POST, {}) is None


def test_the_first_event_names_the_citizen_and_no_person(office, ready):
    case = office.applications.submit(ready(), CITIZEN).case
    event = office.store.events(case.code)[0]
    assert (EventKind.RECEIVED, "citizen") == (event.kind, event.actor)
