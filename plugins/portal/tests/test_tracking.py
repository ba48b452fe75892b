"""Following a case: what everybody may know, what only the person may, and what they can do there."""

from decimal import Decimal

import pytest

from pilotkit.cases import CaseStatus, Content
from pilotkit.model.access import ANONYMOUS

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
PAYABLE = "deadline: {amount: 2, unit: working_days}\n    fees: [{id: fee, amount: 10.5}]"


def test_the_code_alone_shows_where_it_stands_and_nobody_s_name(citizen):
    code, _key = citizen.send()
    citizen.get("/track")
    citizen.post(code=f" {code} ")
    assert citizen.path == f"/en/track/{code}"
    for words in ("Received", "Birth registration", "it stands here", "still ahead", "The result is due by"):
        assert words in citizen.text
    assert "Ada" not in citizen.text
    assert "note.pdf" not in citizen.text


def test_the_key_opens_one_s_own_case_however_it_is_typed(citizen):
    code, key = citizen.send()
    for typed in (key, key.lower(), key.replace("-", " ")):
        citizen.get("/track")
        citizen.post(code=code, key=typed)
        assert "Ada Amber" in citizen.text
        assert "note.pdf" in citizen.text


def test_a_wrong_key_is_the_same_page_as_an_unknown_code(citizen):
    code, _key = citizen.send()
    for asked in ({"code": code, "key": "AAAA-BBBB-CCCC"}, {"code": "PA-nothing", "key": "AAAA-BBBB-CCCC"}):
        citizen.get("/track")
        citizen.post(**asked)
        assert 404 == citizen.answer.status_code
        assert "No case has this code with this key" in citizen.text
    for path in ("", "/supplement", "/payment", "/withdrawal", "/files/x"):
        assert 404 == citizen.get(f"/track/{code}/WRONG{path}").status_code
        assert "No case has this code with this key" in citizen.text


@pytest.mark.parametrize("page", ["", "/supplement", "/payment", "/withdrawal", "/files/x"])
def test_a_wrong_key_can_do_nothing(citizen, services, page):
    code, _key = citizen.send()
    citizen.get("/track")
    citizen.post(f"/track/{code}/WRONG{page}", score="1", reason="x", note="x")
    assert 404 == citizen.answer.status_code
    assert CaseStatus.ACCEPTED is services.store.case(code).status


def test_nothing_typed_says_what_to_type(citizen):
    citizen.get("/track")
    assert 422 == citizen.post(code="").status_code
    assert "Enter the code of the case" in citizen.text


def test_the_page_of_the_qr_code_takes_the_key(citizen):
    code, key = citizen.send()
    citizen.get(f"/track/{code}")
    citizen.post(code=code, key=key)
    assert citizen.path == f"/en/track/{code}/{key}"


def test_an_old_link_with_the_code_in_its_question_still_leads_there(citizen):
    code, _key = citizen.send()
    citizen.get(f"/track?code={code}")
    assert citizen.path == f"/en/track/{code}"


def test_what_the_office_asks_is_answered_there_and_the_clock_goes_on(citizen, services):
    code, key = citizen.send()
    services.case_service.advance(code, "office")
    services.case_service.request_supplement(code, "office", "<b>The note</b> is blurred.")
    citizen.get(f"/track/{code}/{key}")
    assert "<b>The note</b> is blurred." in citizen.text
    assert "<b>The note" not in citizen.answer.text
    citizen.get(f"/track/{code}/{key}/supplement")
    assert 422 == citizen.post().status_code
    bad = {"hospital-note": ("x.exe", b"MZ\x01\x02", "application/pdf")}
    assert 422 == citizen.post(files=bad, note="My answer").status_code
    assert "My answer" in citizen.text
    citizen.post(files={"hospital-note": ("sharp.pdf", PDF, "application/pdf")}, note="Here it is")
    assert citizen.path == f"/en/track/{code}/{key}"
    assert "sharp.pdf" in citizen.text
    assert CaseStatus.PROCESSING is services.store.case(code).status


def test_where_nothing_is_asked_nothing_is_answered(citizen):
    code, key = citizen.send()
    for page in ("supplement", "payment"):
        citizen.get(f"/track/{code}/{key}/{page}")
        assert citizen.path == f"/en/track/{code}/{key}"


def test_a_fee_is_paid_and_the_case_goes_on(make_citizen, services):
    citizen = make_citizen(offer=PAYABLE, payment__connector="local")
    code, key = citizen.send()
    assert "Pay now" in citizen.text
    citizen.get(f"/track/{code}/{key}/payment")
    reference = services.payments.of(code).order.reference
    assert reference in citizen.text
    assert "10.5" in citizen.text
    citizen.post()
    assert "Nothing has arrived yet" in citizen.text
    services.payments.connector.say_paid(reference, Decimal("4.5"))
    citizen.post()
    assert "still missing" in citizen.text
    citizen.post(by="page")
    assert "still missing" not in citizen.text
    services.payments.connector.say_paid(reference, Decimal(6))
    citizen.post()
    assert "Your payment has arrived" in citizen.text
    assert CaseStatus.PROCESSING is services.store.case(code).status


def test_where_payment_is_not_set_up_one_is_told_where_to_pay(make_citizen, services):
    citizen = make_citizen(offer=PAYABLE)
    code, key = citizen.send()
    assert "Pay now" not in citizen.text
    services.case_service.advance(code, "office")
    services.case_service.request_payment(code, "office", "Fee")
    citizen.get(f"/track/{code}/{key}/payment")
    assert "cannot be paid online here" in citizen.text


def test_one_withdraws_after_a_second_question_with_a_reason(citizen, services):
    code, key = citizen.send()
    citizen.get(f"/track/{code}/{key}/withdrawal")
    assert "cannot be undone" in citizen.text
    assert 422 == citizen.post(reason=" ").status_code
    citizen.post(reason="I moved away")
    assert "Withdrawn" in citizen.text
    assert CaseStatus.WITHDRAWN is services.store.case(code).status
    citizen.get(f"/track/{code}/{key}/withdrawal")
    assert citizen.path == f"/en/track/{code}/{key}"


def _finish(services, code):
    services.case_service.advance(code, "office")
    services.case_service.advance(code, "office", to="hand-over")
    result = Content(
        kind="result", document="certificate", name="certificate.pdf", media_type="application/pdf", data=PDF
    )
    services.personal_files.attach(code, [result], "registrar")
    services.case_service.finish(code, "office")


def test_the_result_is_fetched_each_look_is_written_down_and_it_counts_as_handed_over(citizen, services):
    code, key = citizen.send()
    _finish(services, code)
    citizen.get(f"/track/{code}/{key}")
    assert "certificate.pdf" in citizen.text
    (result,) = services.tracking.results(code, key, ANONYMOUS)
    citizen.post(f"/track/{code}/{key}/files/{result.id}")
    assert (PDF, "no-store") == (citizen.answer.content, citizen.answer.headers["cache-control"])
    assert "certificate.pdf" in citizen.answer.headers["content-disposition"]
    assert CaseStatus.RETURNED is services.store.case(code).status
    assert ("citizen", result.id) in [(each.reader, each.part) for each in services.personal_files.reads(code)]


def test_what_was_handed_in_can_be_looked_at(citizen, services):
    code, key = citizen.send()
    (file,) = services.personal_files.file(code, "test", "test").attachments
    assert PDF == citizen.get(f"/track/{code}/{key}/files/{file.id}").content


def test_one_says_how_it_was_once_it_has_ended(citizen, services):
    code, key = citizen.send()
    assert "How was it?" not in citizen.get(f"/track/{code}/{key}").text
    _finish(services, code)
    citizen.get(f"/track/{code}/{key}")
    assert 422 == citizen.post().status_code
    assert 'href="#score"' in citizen.text
    citizen.post(score="4", comment="<i>kind</i> people")
    assert "you said 4 of 5" in citizen.text
    assert "<i>kind</i>" not in citizen.answer.text
    assert "<i>kind</i> people" in citizen.text


def test_a_rating_that_can_no_longer_be_changed_says_so(citizen, services, clock):
    code, key = citizen.send()
    _finish(services, code)
    citizen.get(f"/track/{code}/{key}")
    citizen.post(score="4")
    clock.days(8)
    citizen.post(score="1")
    assert "can no longer be changed" in citizen.text


def test_a_late_case_says_so_in_words(citizen, clock):
    code, _key = citizen.send()
    clock.days(10)
    text = citizen.get(f"/track/{code}").text
    assert "It is late." in text
    assert "Late" in text


def test_who_has_signed_in_needs_no_key(make_citizen, signed_in):
    citizen = make_citizen()
    with signed_in("citizen:1"):
        code, _key = citizen.send()
        assert "Ada Amber" in citizen.get(f"/track/{code}/mine").text
    with signed_in("citizen:2"):
        assert 404 == citizen.get(f"/track/{code}/mine").status_code
    assert 404 == citizen.get(f"/track/{code}/mine").status_code


def test_a_page_that_is_over_does_not_refresh_itself(citizen, services):
    code, key = citizen.send()
    assert 'hx-trigger="every 60s"' in citizen.get(f"/track/{code}").text
    _finish(services, code)
    for page in (f"/track/{code}", f"/track/{code}/{key}"):
        assert "hx-trigger" not in citizen.get(page).text


def test_moments_are_told_by_the_clock_of_the_deployment(make_citizen):
    citizen = make_citizen(deployment__timezone="Asia/Tokyo")
    code, _key = citizen.send()
    assert "21:00 28 Jul 2025" in citizen.get(f"/track/{code}").text
