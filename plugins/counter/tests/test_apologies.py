"""Late cases: each has its apology prepared, to be printed and to be signed off, one or all at once."""

import io

import pytest
from pypdf import PdfReader

from pilotkit.cases import EventKind

LATE = "/en/counter/late"
HEAD = "login,roles,unit,point\nhead-pa-01,registrar supervisor,PA-01,\nsupervisor-pa-01,supervisor,PA-01,\n"
HEAD += "counter-pa-01,receiving-officer,PA-01,pa-01\n"


@pytest.fixture
def office(make_office):
    return make_office({"local/accounts.csv": HEAD})


@pytest.fixture
def late(office):
    """Two late cases and one that has time; whoever looks has signed in since."""
    codes = [office.case(number=str(number)).code for number in (1, 2)]
    office.clock.advance(days=40)
    office.case(number="3")
    return codes


def apologies_of(office, code):
    return [each for each in office.services.store.events(code) if each.kind is EventKind.EXTENDED]


def test_the_late_cases_stand_in_one_list_with_the_appointment_of_their_drafts(office, late):
    page = office.seat("supervisor-pa-01").get(LATE)
    assert sorted(late) == sorted(page.codes)
    assert 2 == page.words.count("draft:")


def test_without_a_late_case_the_list_says_so(office):
    office.case()
    assert "No case is late" in office.seat("supervisor-pa-01").get(LATE).words


def test_the_outlook_leads_to_the_list(office, late):
    assert f'href="{LATE}"' in office.seat("supervisor-pa-01").get("/en/counter/outlook").html


def test_a_head_signs_one_off_and_the_new_appointment_is_made(office, late):
    page = office.seat("head-pa-01").post(LATE, {"do": "sign", "code": late[:1], "reason": "The archive was flooded."})
    assert "1 apology is signed off" in page.words
    assert ["The archive was flooded."] == [each.reason for each in apologies_of(office, late[0])]
    assert [] == apologies_of(office, late[1])
    assert "made:" in page.words


def test_a_head_signs_all_of_them_off_for_a_day_of_their_own(office, late):
    given = {"do": "sign", "code": late, "reason": "The archive was flooded.", "until": "29/8/2025"}
    office.seat("head-pa-01").post(LATE, given)
    promised = {office.services.store.case(code).promised_at.date().isoformat() for code in late}
    assert {"2025-08-29"} == promised


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"reason": "x"}, "No case was chosen."),
        ({"all": "1"}, "The apology says no reason."),
        ({"all": "1", "reason": "x", "until": "31/2/2025"}, "The new appointment is not a day."),
        ({"all": "1", "reason": "x" * 2001}, "The reason is too long."),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_promised(office, late, given, said):
    answer = office.seat("head-pa-01").post(LATE, {"do": "sign", **given})
    assert (409, True) == (answer.status, said in answer.words)
    assert [] == [each for code in late for each in apologies_of(office, code)]


def test_whoever_may_not_sign_gets_no_button_and_no_effect(office, late):
    seat = office.seat("supervisor-pa-01")
    assert 'value="sign"' not in seat.get(LATE).html
    answer = seat.post(LATE, {"do": "sign", "all": "1", "reason": "x"})
    assert "may not do this" in answer.words
    assert [] == apologies_of(office, late[0])


def test_whoever_only_receives_does_not_see_the_list(office, late):
    assert 403 == office.seat("counter-pa-01").get(LATE).status


def test_a_button_that_is_none_is_refused(office, late):
    assert 404 == office.seat("head-pa-01").post(LATE, {"do": "burn"}).status


def test_where_no_plugin_has_the_form_nothing_is_printed(office, late):
    seat = office.seat("supervisor-pa-01")
    assert "nothing can be printed" in seat.get(LATE).words
    assert 409 == seat.post(LATE, {"do": "print", "all": "1"}).status


def test_the_drafts_come_as_one_file_each_on_its_own_page(make_office):
    office = make_office({"local/accounts.csv": HEAD}, plugins__enabled=["counter", "vietnam"])
    codes = [office.case(number=str(number)).code for number in (1, 2)]
    office.clock.advance(days=40)
    answer = office.seat("supervisor-pa-01").post(
        LATE, {"do": "print", "all": "1", "reason": "The archive was flooded."}
    )
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(answer.bytes)).pages]
    assert sorted(codes) == sorted(code for code in codes for text in pages if code in text.replace("\u200b", ""))
    assert [True, True] == ["archive was flooded" in text for text in pages]
    assert 1 == len(office.services.personal_files.reads(codes[0]))
