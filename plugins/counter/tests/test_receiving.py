"""Receiving on behalf of a person, their file, and the queue."""

import re

from pilotkit.model.access import ANONYMOUS

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF"
PAPERS = {"_file.hospital-note": ("note.pdf", PDF, "application/pdf")}
PAGE = "/en/counter/receive?procedure=ZZ-101"
GIVEN = {"_procedure": "ZZ-101", "_do": "receive", "_unit": "PA-01", "_seen": "form", "applicant_name": "Ada Quayside"}


def receive(office, files=PAPERS, **given):
    return office.seat("counter-pa-01").post("/en/counter/receive", {**GIVEN, **given}, files, seen=PAGE)


def test_the_receipt_has_the_code_the_key_and_a_picture(office):
    answer = receive(office)
    assert 200 == answer.status
    code = re.search(r'class="big-code">([^<]+)<', answer.html)[1]
    key = re.search(r'class="key">([^<]+)<', answer.html)[1]
    assert "image/svg+xml" in answer.html
    assert code == office.services.tracking.follow(code, key, ANONYMOUS).case.code


def test_without_a_name_or_a_paper_nothing_is_received(office):
    answer = receive(office, files=None, applicant_name="")
    assert 422 == answer.status
    assert "There is a problem" in answer.words
    assert "Fill in “Full name”" in answer.words
    assert "Check off, scan or reuse" in answer.words


def test_a_paper_that_was_shown_need_not_be_scanned(office):
    assert 200 == receive(office, files=None, _seen=["form", "hospital-note"]).status


def test_a_form_that_comes_twice_becomes_one_case(office):
    first, second = (receive(office, _key="once-and-again").html for _ in range(2))
    assert re.findall(r'class="big-code">([^<]+)<', first) == re.findall(r'class="big-code">([^<]+)<', second)


def test_whoever_is_known_is_filled_in_and_asked_about_the_open_case(office):
    code = office.case().code
    found = receive(office, None, _do="look up", applicant_identity_number="4001", applicant_name="")
    assert 'value="Ada Quayside"' in found.html
    assert code in found.html
    refused = receive(office, applicant_identity_number="4001")
    assert (422, True) == (refused.status, "say that this is another" in refused.words)
    assert 200 == receive(office, applicant_identity_number="4001", _anyway="1").status


def test_what_was_handed_in_before_is_used_again(office):
    code = office.case().code
    old = office.services.personal_files.file(code, "test", "test").attachments[0]
    answer = receive(office, None, applicant_identity_number="4001", _anyway="1", _reuse=f"{code}|{old.id}")
    assert 200 == answer.status


def test_a_file_that_is_none_of_the_kinds_is_refused(office):
    answer = receive(office, {"_file.hospital-note": ("note.pdf", b"MZ\x90", "application/pdf")})
    assert 422 == answer.status


def test_nobody_is_known_by_a_number_that_never_came(office):
    answer = receive(office, None, _do="look up", applicant_identity_number="9999", applicant_name="")
    assert "No earlier case of this person in your units." in answer.words


def test_the_search_says_what_to_do_where_nothing_fits(office):
    answer = office.seat("counter-pa-01").get("/en/counter/receive?q=zzzz")
    assert "Try one word of its name." in answer.words


# The file


def test_the_file_opens_with_a_reason_which_is_kept(office):
    code = office.case().code
    seat = office.seat("counter-pa-01")
    assert "Ada Quayside" not in seat.get(f"/en/counter/cases/{code}").html
    refused = seat.post(f"/en/counter/cases/{code}/file", {"reason": " "})
    assert (422, False) == (refused.status, "Ada Quayside" in refused.html)
    opened = seat.post(f"/en/counter/cases/{code}/file", {"reason": "To call the person back"})
    assert "Ada Quayside" in opened.words
    assert "To call the person back" in [each.reason for each in office.services.personal_files.reads(code)]


def test_a_document_of_the_file_is_fetched(office):
    code = office.case().code
    document = office.services.personal_files.file(code, "test", "test").attachments[0]
    data = {"do": "content", "attachment": document.id, "reason": "To read it"}
    answer = office.seat("counter-pa-01").post(f"/en/counter/cases/{code}", data)
    assert PDF == answer.bytes


def test_a_scan_needs_a_file_and_a_document_of_the_procedure(office):
    code = office.case().code
    seat = office.seat("counter-pa-01")
    data = {"do": "attach", "document": "submitted|hospital-note"}
    assert 409 == seat.post(f"/en/counter/cases/{code}", data).status
    scan = {"file": ("scan.pdf", PDF, "application/pdf")}
    assert 404 == seat.post(f"/en/counter/cases/{code}", {**data, "document": "submitted|nothing"}, scan).status
    assert 303 == seat.post(f"/en/counter/cases/{code}", data, scan).status


# The queue


def test_a_ticket_is_given_printed_called_and_served(office):
    seat = office.seat("counter-pa-01")
    given = seat.post("/en/counter/queue", {"do": "take", "counter": "2"})
    assert "Ticket 1" in seat.get(given.to).words
    printed = seat.post("/en/counter/queue", {"do": "print", "number": "1"}, seen="/en/counter/queue")
    assert b"%PDF" == printed.bytes[:4]
    seat.post("/en/counter/queue", {"do": "call", "counter": "2"})
    assert "1 counter 2" in seat.get("/en/counter/queue?counter=2").words
    seat.post("/en/counter/queue", {"do": "serve", "number": "1"}, seen="/en/counter/queue")
    assert "Served today: 1." in seat.get("/en/counter/queue").words


def test_a_ticket_that_nobody_has_is_not_printed(office):
    answer = office.seat("counter-pa-01").post("/en/counter/queue", {"do": "print", "number": "7"})
    assert 404 == answer.status


def test_calling_when_nobody_waits_is_said(office):
    answer = office.seat("counter-pa-01").post("/en/counter/queue", {"do": "call", "counter": "1"})
    assert answer.status in (303, 409)
