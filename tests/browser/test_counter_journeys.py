"""The counter in a real browser: receiving for somebody, many at once, between units, on paper, by keyboard alone."""

import pytest
from applications import COPY, RESIDENCE, Applying
from hanoi_office import PDF, Citizen, Officer, squeezed
from tests.drill import size

from pilotkit.cases import CaseStatus, EventKind

pytestmark = pytest.mark.drill
LANGUAGES = ["vi", "en"]
RECEIVING, PROCESSING, SIGNATORY = "receiving-00070", "processing-00070", "signatory-00070"
HEAD = squeezed("Cộng hòa xã hội chủ nghĩa Việt Nam").upper()


@pytest.fixture(params=size(["en"], LANGUAGES))
def people(request, office, screens, accessibility):
    """A citizen with a phone, an officer with a desk, and what is wrong with the pages that they see."""
    phone, desk = screens[True]
    wrong: list[str] = []
    citizen, officer = Citizen(office, phone, request.param), Officer(office, desk, request.param)

    def look(who) -> None:
        wrong.extend(accessibility.problems(who.page))

    yield citizen, officer, look
    assert [] == wrong, "\n".join(wrong)


def receive(officer, applying: Applying, number: str, look) -> None:
    """Find the procedure, say who stands there and what is asked; nothing is sent yet."""
    page = officer.page
    page.locator("#q").fill(applying.question)
    page.locator("form[role=search] button").click()
    look(officer)
    page.locator(f"a[href$='procedure={applying.procedure}']").click()
    page.locator("[name=applicant_identity_number]").fill(number)
    page.locator("button[value='look up']").click()
    look(officer)


def fill_in(officer, applying: Applying) -> None:
    for answers in applying.pages:
        officer.fill(answers)
    for paper in officer.page.locator("input[name=_seen]").all():
        paper.check()


def take_in(officer) -> tuple[str, str]:
    """The code and the key that the receipt tells."""
    officer.page.locator("button[value=receive]").click()
    return officer.page.locator(".big-code").inner_text(), officer.page.locator(".key").inner_text()


def test_what_was_handed_in_once_is_not_asked_for_again_and_the_first_is_withdrawn(office, people):
    citizen, officer, look = people
    page, number = officer.page, office.new_number()
    officer.sit(RECEIVING, "/counter/receive")
    receive(officer, COPY, number, look)
    assert page.locator(".notice.bad").count() == 0
    page.locator("[name=applicant_name]").fill(COPY.person["name"])
    fill_in(officer, COPY)
    scan = {"name": "bằng.pdf", "mimeType": "application/pdf", "buffer": PDF}
    page.locator("input[type=file][name='_file.copy-to-certify']").set_input_files(scan)
    citizen.code, citizen.key = take_in(officer)
    look(officer)
    paper = officer.print("vn.form-01")
    assert [citizen.code in paper, HEAD in paper.upper()] == [True, True]

    page.locator("a[accesskey=r]").click()
    receive(officer, COPY, number, look)
    assert page.locator("[name=applicant_name]").input_value() == COPY.person["name"]
    assert citizen.code in page.locator(".notice.bad").inner_text()
    fill_in(officer, COPY)
    page.locator("button[value=receive]").click()
    assert page.locator(".govuk-error-summary a[href='#_anyway']").count() == 1
    look(officer)
    page.locator("#_anyway").check()
    page.locator(f"[name=_reuse][value^='{citizen.code}|']").check()
    second, _ = take_in(officer)
    kept = office.services.personal_files.file(second, "test", "what was reused").attachments
    assert [("copy-to-certify", "bằng.pdf")] == [(each.document, each.name) for each in kept]

    citizen.go(citizen.own)
    citizen.page.locator("a[href$='/withdrawal']").click()
    look(citizen)
    citizen.press()
    look(citizen)  # no reason
    citizen.page.locator("#reason").fill("Tôi đã nộp hồ sơ khác.")
    citizen.press()
    look(citizen)
    assert office.case(citizen.code).status is CaseStatus.WITHDRAWN
    assert office.case(second).finished_at is None
    assert citizen.page.locator("a[href$='/withdrawal']").count() == 0


def test_many_cases_move_at_once_and_what_became_of_each_is_told(office, people):
    _, officer, look = people
    codes = [office.received(RESIDENCE).case.code for _ in range(3)]
    officer.sit(RECEIVING, "/counter?procedure=" + RESIDENCE.procedure)
    for code in codes[:2]:
        officer.page.locator(f"input[name=code][value='{code}']").check()
    officer.page.locator("#kind").select_option("advanced")
    officer.page.locator(".together button").click()
    assert officer.page.locator("[role=status] b").inner_text().startswith("2 ")
    look(officer)
    first = office.procedure(RESIDENCE.procedure).steps[0].id
    assert [False, False, True] == [office.case(code).step == first for code in codes]
    officer.page.locator(".together button").click()  # nobody is chosen
    assert officer.page.locator("[role=alert]").count() == 1
    look(officer)


def test_a_case_goes_from_the_commune_to_the_city_and_back(office, people):
    _, officer, look = people
    code = office.received(COPY).case.code
    officer.sit("supervisor-00070", f"/counter/cases/{code}")
    look(officer)
    officer.act("transferred", reason="Thuộc thẩm quyền thành phố.", unit="01")
    assert officer.page.url.endswith("/counter")
    officer.page.goto(f"{office.address}/{officer.language}/counter/cases/{code}")
    assert officer.page.locator(".clockline").count() == 0  # it is no longer there for the commune
    officer.sit("supervisor-01")
    officer.pick(code)
    assert "Thuộc thẩm quyền thành phố." in officer.page.locator(".timeline").last.inner_text()
    look(officer)
    officer.act("transferred", reason="Thành phố trả về phường.", unit="00070")
    officer.sit("supervisor-00070", f"/counter/cases/{code}")
    assert "Thành phố trả về phường." in officer.page.locator(".timeline").last.inner_text()
    assert "00070" == office.case(code).unit


FORMS = {
    "vn.form-01": "Giấy tiếp nhận hồ sơ và hẹn trả kết quả",
    "vn.form-02": "Phiếu yêu cầu bổ sung",
    "vn.form-03": "Phiếu từ chối",
    "vn.form-04": "Phiếu xin lỗi và hẹn lại ngày trả kết quả",
    "vn.form-05": "dừng giải quyết hồ sơ",
    "vn.form-06": "Phiếu kiểm soát quá trình giải quyết hồ sơ",
    "vn.form-07": "Sổ theo dõi hồ sơ",
}


def test_every_statutory_form_that_a_page_offers_comes_out_as_paper(office, people):
    _, officer, look = people
    code = office.received(COPY).case.code
    printed: dict[str, str] = {}

    def print_all(*numbers: str) -> None:
        printed.update({f"vn.form-{each}": officer.print(f"vn.form-{each}") for each in numbers})

    officer.sit(RECEIVING, f"/counter/cases/{code}")
    officer.act("advanced")
    officer.sit(PROCESSING, f"/counter/cases/{code}")
    officer.act("supplement_requested", reason="Đề nghị bổ sung bản chính.")
    print_all("01", "02", "04", "06")
    officer.act("resumed")
    officer.act("stopped", reason="Người nộp đề nghị dừng.")
    print_all("05")
    look(officer)
    officer.act("resumed")
    officer.act("advanced")
    officer.sit(SIGNATORY, f"/counter/cases/{code}")
    officer.act("refused", reason="Bản chính đã bị sửa chữa.")
    print_all("03")
    look(officer)
    officer.sit(RECEIVING, f"/counter?q={code}")
    printed["vn.form-07"] = officer.words_of(officer.page.locator("a[download]"))
    assert sorted(FORMS) == sorted(printed)
    wanted = {form: (code, squeezed(title).upper(), HEAD) for form, title in FORMS.items()}
    missing = {form: [each for each in wanted[form] if each not in text.upper()] for form, text in printed.items()}
    assert {} == {form: words for form, words in missing.items() if words}
    assert squeezed("Bản chính đã bị sửa chữa.") in printed["vn.form-03"]


def press_with_alt(page, letter: str) -> None:
    """As a hand does: the browser finds an access key by what the key would write without Alt."""
    key = {"modifiers": 1, "key": letter, "code": f"Key{letter.upper()}", "windowsVirtualKeyCode": ord(letter.upper())}
    session = page.context.new_cdp_session(page)
    session.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": letter, "unmodifiedText": letter, **key})
    session.send("Input.dispatchKeyEvent", {"type": "keyUp", **key})
    session.detach()


def test_the_counter_is_worked_with_the_keyboard_alone(office, people):
    _, officer, look = people
    codes = [office.received(RESIDENCE).case.code for _ in range(3)]
    page, keys = officer.page, officer.page.keyboard
    officer.sit(RECEIVING, "/counter?mine=1&procedure=" + RESIDENCE.procedure)
    focused = "document.activeElement.textContent"
    shown = page.locator("tr[data-row] th a").all_inner_texts()
    for key, row in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        keys.press(key)
        assert shown[row] == page.evaluate(focused)
    keys.press("x")
    assert [shown[1]] == page.locator("input[name=code]:checked").evaluate_all("all => all.map(each => each.value)")
    keys.press("x")
    keys.press("?")
    assert page.locator("details.keys").get_attribute("open") is not None
    look(officer)
    page.locator("h1").click()
    keys.press("/")
    assert "q" == page.evaluate("document.activeElement.id")
    keys.type(codes[0])
    page.wait_for_function("() => document.querySelectorAll('tr[data-row]').length === 1")
    page.locator("h1").click()
    keys.press("j")
    keys.press("x")
    press_with_alt(page, "d")
    page.locator("[role=status]").wait_for()
    moved = [each.kind for each in office.services.store.events(codes[0])]
    assert [EventKind.RECEIVED, EventKind.ADVANCED] == moved
    page.goto(f"{office.address}/{officer.language}/counter?q={codes[1]}")
    keys.press("j")
    keys.press("Enter")
    page.wait_for_url(f"**/counter/cases/{codes[1]}")
    page.goto(f"{office.address}/{officer.language}/counter")
    press_with_alt(page, "r")
    page.wait_for_url("**/counter/receive")


def test_late_cases_have_their_apologies_prepared_printed_and_signed_off(office, people):
    """The last test here: it goes on to another day, on which everybody signs in anew."""
    _, officer, look = people
    code = office.received(RESIDENCE).case.code
    office.clock.advance(days=20)
    office._sessions.clear()
    page = officer.page
    officer.sit("head-00070", "/counter/outlook")
    page.locator("a[href$='/counter/late']").click()
    look(officer)
    draft = officer.words_of(page.locator("form.actions button"))
    assert [code in draft, squeezed(FORMS["vn.form-04"]).upper() in draft.upper(), HEAD in draft.upper()] == [True] * 3
    page.locator("button[value=sign]").click()
    assert page.locator("[role=alert]").count() == 1  # nobody was chosen
    page.locator(f"input[name=code][value='{code}']").check()
    page.locator("[name=reason]").fill("Hồ sơ cần xác minh thêm.")
    page.locator("button[value=sign]").click()
    look(officer)
    assert page.locator("tr", has_text=code).locator(".status.met").count() == 1
    assert office.services.store.events(code)[-1].reason == "Hồ sơ cần xác minh thêm."
