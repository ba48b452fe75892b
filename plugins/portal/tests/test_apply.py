"""Applying online, screen by screen, without a script; and everything that can go wrong on the way."""

import pytest

from pilotkit.cases import CaseStatus

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
HOSTILE = "<script>alert(1)</script>{{ 7191*7193 }}'; DROP TABLE cases;--"


def test_a_whole_application_becomes_one_case_with_everything_in_it(citizen, services):
    code, key = citizen.send()
    assert citizen.path.endswith("/sent")
    assert "Your application was sent" in citizen.text
    file = services.personal_files.file(code, "test", "looks at what came")
    assert ("Ada Amber", "123456789") == (file.person.name, file.person.identity_number)
    assert {"child_name": "Bo Amber", "child_sex": "female", "child_born": "2025-07-01"} == file.answers
    assert [("hospital-note", "note.pdf")] == [(each.document, each.name) for each in file.attachments]
    assert "PA-01" == services.store.case(code).unit
    assert key


def test_the_page_before_the_start_says_what_one_needs(citizen):
    citizen.get("/procedures/ZZ-101/apply")
    for words in ("A parent, or a guardian.", "Note from the hospital", "2 working days", "Free", "30 days"):
        assert words in citizen.text


def test_the_check_says_what_is_open_and_what_to_do_and_stops_nobody(citizen):
    citizen.get("/procedures/ZZ-101/apply?checked=1")
    for words in (
        "Something is still open",
        "You did not tick",
        "A parent, or a guardian.",
        "You still need",
        "Start now",
    ):
        assert words in citizen.text
    assert "Only if it applies to you" in citizen.text
    assert "Start now" in citizen.text
    assert 'href="#' not in citizen.text.partition('id="outcome"')[2].partition("</section>")[0]


def test_whoever_has_everything_is_told_to_start(citizen):
    citizen.get("/procedures/ZZ-101/apply?checked=1&fits-1=1&have-hospital-note=1")
    assert "You can start: everything that everybody needs is there." in citizen.text
    assert "You still need" not in citizen.text
    assert 2 == citizen.text.count(" checked")


def test_nothing_is_said_before_anything_was_checked_and_foreign_ticks_change_nothing(citizen):
    citizen.get("/procedures/ZZ-101/apply?fits-9=1&have-nothing=1")
    assert 'id="outcome"' not in citizen.text


def test_the_procedure_leads_to_the_start(citizen):
    assert "/en/procedures/ZZ-101/apply" in citizen.get("/procedures/ZZ-101").text
    assert "/apply" not in citizen.get("/procedures/ZZ-102").text


def test_nothing_chosen_is_said_at_the_top_and_at_each_field_and_nothing_is_lost(citizen):
    citizen.start()
    answer = citizen.post(name="Ada Amber")
    assert 422 == answer.status_code
    assert "There is a problem" in citizen.text
    assert "<title>Error: " in citizen.text
    for field in ("identity_number", "phone", "unit"):
        assert f'href="#{field}"' in citizen.text
    assert 'value="Ada Amber"' in citizen.text
    assert 'href="#name"' not in citizen.text


def test_wrong_answers_come_back_as_they_were_written_each_with_what_to_do(citizen):
    citizen.start()
    citizen.post(**citizen.PERSON)
    answer = citizen.post(**{**citizen.CHILD, "child_name": "x" * 41, "child_born-day": "31", "child_born-month": "2"})
    assert 422 == answer.status_code
    assert "x" * 41 in citizen.text
    assert 'value="31"' in citizen.text
    assert "“Name of the child” may have 40 characters at most" in citizen.text
    assert "must be a real day" in citizen.text
    assert 'href="#child_born-day"' in citizen.text


def test_a_child_cannot_be_born_tomorrow(citizen):
    citizen.start()
    citizen.post(**citizen.PERSON)
    citizen.post(**{**citizen.CHILD, "child_born-day": "29"})
    assert "cannot lie in the future" in citizen.text


def test_a_paper_that_is_needed_is_asked_for(citizen):
    citizen.up_to_documents()
    answer = citizen.post(go="on")
    assert 422 == answer.status_code
    assert "Choose a file: this paper is needed" in citizen.text
    assert 'href="#hospital-note"' in citizen.text


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("note.exe", b"MZ\x90\x00\x01\x02", "This file cannot be taken"),
        ("note.pdf", b"", "The file is empty"),
        ("note.png", PDF, "This file cannot be taken"),
        ("note.zip", b"PK\x03\x04rubbish", "This file cannot be taken"),
    ],
)
def test_a_file_that_will_not_do_is_refused_and_the_good_one_stays(citizen, name, data, said):
    citizen.up_to_documents()
    good = {"power-of-attorney": ("power.pdf", PDF, "application/pdf")}
    answer = citizen.post(files={**good, "hospital-note": (name, data, "application/pdf")}, go="on")
    assert 422 == answer.status_code
    assert said in citizen.text
    assert "power.pdf" in citizen.text


def test_a_file_that_is_too_big_is_refused_with_what_to_do(citizen):
    citizen.up_to_documents()
    big = PDF + b"\n" * (10 * 2**20)
    answer = citizen.post(files={"hospital-note": ("big.pdf", big, "application/pdf")}, go="on")
    assert 413 == answer.status_code
    assert "10 MB" in citizen.text


def test_a_file_can_be_taken_out_again(citizen):
    citizen.up_to_documents()
    citizen.post(files={"hospital-note": ("note.pdf", PDF, "application/pdf")}, go="more")
    assert "note.pdf" in citizen.text
    id_ = citizen.text.partition('name="remove" value="')[2].partition('"')[0]
    citizen.post(remove=id_)
    assert "note.pdf" not in citizen.text


def test_everything_is_read_again_before_it_is_sent_and_can_be_changed(citizen):
    token = citizen.up_to_check()
    for words in ("Ada Amber", "Bo Amber", "Girl", "1 Jul 2025", "note.pdf", "Free"):
        assert words in citizen.text
    citizen.get(f"/apply/{token}/questions/child?back=check")
    citizen.post(**{**citizen.CHILD, "child_name": "Cleo Amber"})
    assert citizen.path.endswith("/check")
    assert "Cleo Amber" in citizen.text


def test_a_fee_that_is_not_published_is_never_nought(make_citizen):
    citizen = make_citizen(offer="deadline: {amount: 2, unit: working_days}")
    citizen.up_to_check()
    assert "Fee not published" in citizen.text
    assert "Free" not in citizen.text


def test_one_confirms_that_it_is_true(citizen, services):
    citizen.up_to_check()
    answer = citizen.post()
    assert 422 == answer.status_code
    assert 'href="#is_true"' in citizen.text
    assert 0 == len(list(services.store.codes()))


def test_a_double_click_on_send_is_one_case(citizen, services):
    token = citizen.up_to_check()
    check = citizen.answer
    citizen.post(is_true="yes")
    first = citizen.shown("case-code")
    citizen.answer = check
    citizen.post(f"/apply/{token}/check", is_true="yes")
    assert first == citizen.shown("case-code")
    assert 1 == len(list(services.store.codes()))


def test_a_draft_that_was_sent_leads_to_its_receipt(citizen):
    token = citizen.up_to_check()
    citizen.post(is_true="yes")
    for page in ("", "/you", "/questions/child", "/documents", "/check"):
        citizen.get(f"/apply/{token}{page}")
        assert citizen.path.endswith("/sent")


def test_one_comes_back_to_where_one_was(citizen, make_citizen):
    token = citizen.start()
    citizen.post(**citizen.PERSON)
    other = make_citizen()
    other.get(f"/apply/{token}")
    assert other.path.endswith("/questions/child")
    assert f"/en/apply/{token}" in other.text


def test_what_is_missing_is_asked_before_the_check(citizen):
    token = citizen.start()
    citizen.get(f"/apply/{token}/check")
    assert citizen.path.endswith("/you")


@pytest.mark.parametrize("page", ["", "/you", "/questions/child", "/documents", "/check", "/sent"])
def test_a_draft_that_is_gone_says_so(citizen, page):
    assert 404 == citizen.get(f"/apply/nothing{page}").status_code
    assert "This draft is not here any more" in citizen.text


def test_a_draft_is_gone_after_thirty_days(citizen, clock):
    token = citizen.start()
    clock.days(31)
    assert 404 == citizen.get(f"/apply/{token}").status_code


def test_a_page_that_the_form_does_not_have_leads_back(citizen):
    token = citizen.start()
    citizen.get(f"/apply/{token}/questions/nothing")
    assert citizen.path.endswith("/you")


@pytest.mark.parametrize(
    ("procedure", "said"),
    [("ZZ-102", "cannot be applied for online"), ("ENDED", "ended on"), ("LATER", "starts on")],
)
def test_what_cannot_be_applied_for_says_why_and_starts_nothing(make_citizen, services, procedure, said):
    citizen = make_citizen()
    assert said in citizen.get(f"/procedures/{procedure}/apply").text
    assert "<form" not in citizen.answer.text.partition("<main")[2]
    citizen.get("/procedures/ZZ-101/apply")
    citizen.post(f"/procedures/{procedure}/apply")
    assert said in citizen.text


def test_without_keys_nothing_is_asked_and_it_is_said_why(make_citizen, monkeypatch):
    monkeypatch.delenv("PILOTKIT_KEYS")
    citizen = make_citizen()
    assert "Applying online is not open here yet" in citizen.get("/procedures/ZZ-101").text
    assert 503 == citizen.get("/procedures/ZZ-101/apply").status_code
    assert 503 == citizen.get("/apply/x/you").status_code
    assert "Applying online is not open here" in citizen.text
    assert "Cases cannot be followed online here yet" in citizen.get("/track").text
    assert 404 == citizen.get("/track/PA-1").status_code


def test_hostile_text_comes_back_literally(citizen, services):
    citizen.start()
    citizen.post(**{**citizen.PERSON, "name": HOSTILE, "phone": ""})
    assert "<script>alert" not in citizen.answer.text
    assert f'value="{HOSTILE}"' in citizen.text
    citizen.post(**{**citizen.PERSON, "name": HOSTILE})
    citizen.post(**{**citizen.CHILD, "story": HOSTILE})
    note = {"hospital-note": ('<img src=x onerror="x">.pdf', PDF, "application/pdf")}
    citizen.post(files=note, go="on")
    assert "<script>alert" not in citizen.answer.text
    assert "<img src=x" not in citizen.answer.text
    assert "51724863" not in citizen.text
    citizen.post(is_true="yes")
    file = services.personal_files.file(citizen.shown("case-code"), "test", "looks at what came")
    assert (HOSTILE, HOSTILE) == (file.person.name, file.answers["story"])


def test_nobody_keeps_a_page_of_an_application(citizen):
    token = citizen.up_to_check()
    for page in ("/you", "/questions/child", "/documents", "/check"):
        assert "no-store" == citizen.get(f"/apply/{token}{page}").headers["cache-control"]
    citizen.post(is_true="yes")
    assert "no-store" == citizen.answer.headers["cache-control"]
    assert "same-origin" == citizen.answer.headers["referrer-policy"]


def test_another_site_cannot_send_an_application(citizen):
    citizen.up_to_check()
    answer = citizen.client.post(str(citizen.answer.url), data={"is_true": "yes"})
    assert 403 == answer.status_code


@pytest.mark.parametrize("language", ["vi", "fr"])
def test_the_way_is_there_in_every_language(make_citizen, language):
    citizen = make_citizen(language=language)
    citizen.send()
    assert f'<html lang="{language}">' in citizen.text
    assert ("Đã gửi hồ sơ của bạn" in citizen.text) == (language == "vi")


def test_what_was_handed_in_before_need_not_be_handed_in_again(make_citizen, signed_in):
    citizen = make_citizen()
    with signed_in("citizen:1"):
        code, _key = citizen.send()
        citizen.up_to_documents()
        assert f"with case {code}" in citizen.text
        value = citizen.text.partition('name="earlier-hospital-note" type="checkbox" value="')[2].partition('"')[0]
        citizen.post(**{"earlier-hospital-note": value, "go": "on"})
        assert citizen.path.endswith("/check")
        assert "note.pdf" in citizen.text
    with signed_in("citizen:2"):
        citizen.up_to_documents()
        assert "handed in on" not in citizen.text
        citizen.post(**{"earlier-hospital-note": value, "go": "on"})
        assert "note.pdf" not in citizen.text


def test_a_case_waits_as_received(citizen, services):
    code, _key = citizen.send()
    assert CaseStatus.ACCEPTED is services.store.case(code).status
