"""Every page for every role: who sees it, and who is sent away."""

import pytest

PAGES = {
    "/en/counter": {"counter-pa-01", "registrar-pa-01", "supervisor-pa-01"},
    "/en/counter/cases/{code}": {"counter-pa-01", "registrar-pa-01", "supervisor-pa-01"},
    "/en/counter/cases/{code}/file": {"counter-pa-01", "registrar-pa-01", "supervisor-pa-01"},
    "/en/counter/receive": {"counter-pa-01"},
    "/en/counter/receive?procedure=ZZ-101": {"counter-pa-01"},
    "/en/counter/queue": {"counter-pa-01"},
    "/en/counter/outlook": {"supervisor-pa-01"},
}
DESKS = ("counter-pa-01", "registrar-pa-01", "supervisor-pa-01")


def test_each_desk_sees_its_own_pages_and_no_others(office):
    code = office.case().code
    for login in DESKS:
        seen = {page: office.seat(login).get(page.format(code=code)).status for page in PAGES}
        assert {page: 200 if login in desks else 403 for page, desks in PAGES.items()} == seen


def test_nobody_gets_in_without_signing_in(office):
    code = office.case().code
    answers = [office.seat(None).get(page.format(code=code)) for page in PAGES]
    assert [303] * len(PAGES) == [answer.status for answer in answers]
    assert all("/sign-in" in answer.to for answer in answers)


def test_a_case_of_another_unit_does_not_exist(office):
    elsewhere, nowhere = office.case("PA-02").code, "PA-250701-9999"
    seat = office.seat("counter-pa-01")
    for path in ("/en/counter/cases/{}", "/en/counter/cases/{}/file"):
        assert [404, 404] == [seat.get(path.format(code)).status for code in (elsewhere, nowhere)]
        assert seat.get(path.format(elsewhere)).words == seat.get(path.format(nowhere)).words
    assert elsewhere not in seat.get("/en/counter").html


def test_a_form_for_a_case_of_another_unit_changes_nothing(office):
    elsewhere = office.case("PA-02").code
    seat = office.seat("counter-pa-01")
    for data in (
        {"do": "move", "kind": "advanced", "to": "decide|"},
        {"do": "content", "attachment": "1", "reason": "curious"},
        {"do": "print", "template": "vn.form-01", "reason": "curious"},
        {"do": "reuse", "source": "x|1", "reason": "curious"},
    ):
        answer = seat.post(f"/en/counter/cases/{elsewhere}", data, seen="/en/counter/receive?procedure=ZZ-101")
        assert 404 == answer.status
    assert 404 == seat.post(f"/en/counter/cases/{elsewhere}/file", {"reason": "curious"}).status
    assert 1 == len(office.services.store.events(elsewhere))
    assert () == office.services.personal_files.reads(elsewhere)


@pytest.mark.parametrize("language", ["en", "vi"])
def test_every_page_speaks_its_language(office, language):
    code = office.case().code
    title = {"en": "Work list", "vi": "Danh sách việc"}[language]
    assert title in office.seat("counter-pa-01").get(f"/{language}/counter").words
    for page, logins in PAGES.items():
        for login in logins:
            answer = office.seat(login).get(page.format(code=code).replace("/en/", f"/{language}/"))
            assert 200 == answer.status


def test_the_display_shows_numbers_to_everybody(office):
    office.services.queue.take("pa-01")
    office.services.queue.call("pa-01", 2)
    answer = office.seat(None).get("/en/queue/pa-01")
    assert 200 == answer.status
    assert "1 counter 2" in answer.words
