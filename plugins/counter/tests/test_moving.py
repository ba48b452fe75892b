"""The buttons of a case and of the list: what they do, and what they say when they cannot."""

import pytest

from pilotkit import Channel
from pilotkit.cases import CaseStatus, EventKind


def act(office, login, code, kind, **given):
    return office.seat(login).post(f"/en/counter/cases/{code}", {"do": "move", "kind": kind, **given})


def at_the_registrar(office, **changes):
    code = office.case(**changes).code
    act(office, "counter-pa-01", code, "advanced", to="decide|")
    return code


def test_a_step_is_done_and_the_page_says_so(office):
    code = office.case().code
    answer = act(office, "counter-pa-01", code, "advanced", to="decide|")
    assert (303, f"/en/counter/cases/{code}?done=advanced") == (answer.status, answer.to)
    assert "Went on to the next step." in office.seat("counter-pa-01").get(answer.to).words


def test_whose_step_it_is_not_gets_no_button_and_no_effect(office):
    code = at_the_registrar(office)
    assert 'value="advanced"' not in office.seat("counter-pa-01").get(f"/en/counter/cases/{code}").html
    assert 403 == act(office, "counter-pa-01", code, "finished").status
    assert office.services.store.case(code).finished_at is None


@pytest.mark.parametrize("kind", ["supplement_requested", "payment_requested", "stopped"])
def test_a_verb_that_asks_wants_words_for_the_person(office, kind):
    code = office.case().code
    answer = act(office, "counter-pa-01", code, kind)
    assert 409 == answer.status
    assert "Say why, in words for the person." in answer.words


def test_a_payment_is_asked_for_online_where_there_is_a_way_to_pay(make_office):
    office = make_office(payment__connector="local")
    code = office.case().code
    page = office.seat("counter-pa-01").get(f"/en/counter/cases/{code}").words
    assert "Amount to be paid online" in page
    wrong = act(office, "counter-pa-01", code, "payment_requested", reason="Three copies", amount="much")
    assert (409, None) == (wrong.status, office.services.payments.of(code))
    act(office, "counter-pa-01", code, "payment_requested", reason="Three copies", amount="15.000")
    assert 15000 == office.services.payments.of(code).order.amount


def test_the_clock_stands_while_a_supplement_is_awaited(office):
    code = office.case().code
    act(office, "counter-pa-01", code, "supplement_requested", reason="The hospital note is not signed.")
    page = office.seat("counter-pa-01").get(f"/en/counter/cases/{code}").words
    assert "Clock stands: the person is awaited" in page
    assert "The hospital note is not signed." in page


@pytest.mark.parametrize("until", ["soon", "31/2/2025", ""])
def test_an_appointment_that_is_no_day_changes_nothing(office, until):
    code = at_the_registrar(office)
    answer = act(office, "registrar-pa-01", code, "extended", reason="The registrar was ill.", until=until)
    assert 409 == answer.status
    assert EventKind.EXTENDED not in [each.kind for each in office.services.store.events(code)]


def test_a_case_that_is_transferred_leaves_the_desk(office):
    code = office.case().code
    answer = act(office, "supervisor-pa-01", code, "transferred", reason="It belongs there.", unit="PA-02")
    assert (303, "/en/counter") == (answer.status, answer.to)
    assert "PA-02" == office.services.store.case(code).unit
    assert 404 == office.seat("supervisor-pa-01").get(f"/en/counter/cases/{code}").status


@pytest.mark.parametrize("data", [{"do": "move", "kind": "burnt"}, {"do": "burn"}, {}])
def test_a_button_that_is_none_does_nothing(office, data):
    code = office.case().code
    assert 404 == office.seat("counter-pa-01").post(f"/en/counter/cases/{code}", data).status
    assert 1 == len(office.services.store.events(code))


# Many at once


def test_many_cases_move_at_once_and_each_outcome_is_told(office):
    codes = [office.case(number=str(number)).code for number in (1, 2)]
    act(office, "counter-pa-01", codes[1], "advanced", to="decide|")
    answer = office.seat("counter-pa-01").post("/en/counter", {"code": codes, "kind": "advanced"})
    assert "1 case: done." in answer.words
    assert f"1 case could not be moved: {codes[1]}" in answer.words


def test_nobody_chosen_is_said_and_moves_nothing(office):
    code = office.case().code
    answer = office.seat("counter-pa-01").post("/en/counter", {"kind": "advanced"})
    assert (409, True) == (answer.status, "No case was chosen. Tick the cases first" in answer.words)
    assert 1 == len(office.services.store.events(code))


def test_a_case_of_another_unit_among_many_is_said_not_to_be_there(office):
    mine, theirs = office.case().code, office.case("PA-02").code
    answer = office.seat("counter-pa-01").post("/en/counter", {"code": [mine, theirs], "kind": "advanced"})
    assert f"there is no case '{theirs}' here" in answer.words
    assert 1 == len(office.services.store.events(theirs))


# The list


def test_the_list_narrows_by_code_and_says_what_to_do_when_nothing_fits(office):
    code = office.case().code
    assert code in office.seat("counter-pa-01").get(f"/en/counter?q={code[:9]}").html
    empty = office.seat("counter-pa-01").get("/en/counter?q=ZZ-999")
    assert "No case in your units fits. Look at another heap, or show everything." in empty.words


def test_the_list_follows_what_is_typed_where_htmx_was_built(office):
    office.case()
    page = office.seat("counter-pa-01").get("/en/counter").html
    assert 'hx-target="#found"' in page
    assert '<div id="found">' in page


def test_only_one_place_of_the_menu_is_the_present_one(office):
    page = office.seat("supervisor-pa-01").get("/en/counter/outlook").html
    assert 'href="/en/counter/outlook" aria-current="page"' in page
    assert 'href="/en/counter" aria-current' not in page


def test_a_case_lies_under_the_work_list(office):
    code = office.case().code
    page = office.seat("counter-pa-01").get(f"/en/counter/cases/{code}").html
    assert 'href="/en/counter" aria-current="true"' in page


def test_without_a_plugin_that_has_one_there_is_no_tracking_book(office):
    office.case()
    assert "tracking book" not in office.seat("counter-pa-01").get("/en/counter").words
    assert 404 == office.seat("counter-pa-01").get("/en/counter/book").status


# The clock


def test_a_late_case_is_late_in_words_and_stands_first(office):
    late = office.case(number="1").code
    office.clock.advance(days=40)
    office._seats.clear()  # sessions have ended meanwhile
    new = office.case(number="2").code
    answer = office.seat("counter-pa-01").get("/en/counter")
    assert [late, new] == answer.codes
    assert "Late by" in answer.words


def test_what_presses_is_seen_by_unit_and_role(office):
    office.case()
    office.clock.advance(days=40)
    office._seats.clear()
    answer = office.seat("supervisor-pa-01").get("/en/counter/outlook?hours=8")
    assert "Late" in answer.words
    assert "Whose step" in answer.words


def test_a_finished_case_takes_no_scan_and_hands_over_its_result(office):
    code = at_the_registrar(office)
    act(office, "registrar-pa-01", code, "advanced", to="hand-over|")
    act(office, "counter-pa-01", code, "finished")
    assert CaseStatus.FINISHED is office.services.store.case(code).status
    page = office.seat("counter-pa-01").get(f"/en/counter/cases/{code}").html
    assert 'label="Handed in"' not in page
    act(office, "counter-pa-01", code, "returned")
    assert CaseStatus.RETURNED is office.services.store.case(code).status


def test_the_channel_is_named(office):
    code = office.case(channel=Channel.IN_PERSON).code
    assert "In person" in office.seat("counter-pa-01").get(f"/en/counter/cases/{code}").words


def test_what_a_register_has_is_marked_and_not_asked_for(office):
    page = office.seat("counter-pa-01").get("/en/counter/receive?procedure=ZZ-101").words
    assert "Identity of the parents a register has it" in page
