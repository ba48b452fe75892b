"""Six procedures from the citizen's phone to the signed result, in a real browser and in both languages."""

from datetime import timedelta
from itertools import product

import pytest
from applications import BIRTH, RESIDENCE, SECURITY, SIX, Applying
from hanoi_office import PASSWORD, PDF, Citizen, Officer
from tests.drill import pairs, size

from pilotkit.cases import CaseStatus
from pilotkit.payments.simulated_provider import SimulatedProvider

LANGUAGES = ["vi", "en"]


class Journey:
    """A citizen, the officers, and everything that was found wrong on their way."""

    def __init__(self, office, screens, accessibility, language, *, script=True) -> None:
        phone, desk = screens[script]
        self.office, self.script, self._accessibility = office, script, accessibility
        self.citizen, self.officer = Citizen(office, phone, language), Officer(office, desk, language)
        self.wrong: list[str] = []

    def look(self, who) -> None:
        if self.script:
            self.wrong += self._accessibility.problems(who.page)

    def apply(self, applying: Applying) -> None:
        citizen, page = self.citizen, self.citizen.page
        citizen.find(applying)
        self.look(citizen)
        page.locator("a.button[href$='/apply']").click()
        self.look(citizen)
        citizen.press()
        citizen.press()
        self.look(citizen)  # nothing was filled in: the errors
        citizen.say_who(applying)
        for number, answers in enumerate(applying.pages):
            self.look(citizen)
            if number == 0:
                citizen.press()
                self.look(citizen)
            citizen.fill(answers)
            citizen.press()
        if "/documents" in page.url:
            self.hand_in(applying)
        self.look(citizen)
        citizen.press()
        self.look(citizen)  # not confirmed
        citizen.send()
        self.look(citizen)

    def hand_in(self, applying: Applying) -> None:
        page = self.citizen.page
        self.look(self.citizen)
        for document in applying.papers:
            upload = page.locator(f"input[type=file][name='{document}']")
            upload.set_input_files({"name": "giấy tờ.exe", "mimeType": "application/pdf", "buffer": b"MZ"})
            page.locator("button[value=on]").click()
            assert page.locator(".govuk-error-summary").count() == 1
            self.look(self.citizen)
            upload = page.locator(f"input[type=file][name='{document}']")
            upload.set_input_files({"name": "giấy tờ.pdf", "mimeType": "application/pdf", "buffer": PDF})
        page.locator("button[value=on]").click()

    def pay(self) -> None:
        page = self.citizen.page
        self.citizen.go(self.citizen.own + "/payment")
        self.look(self.citizen)
        page.locator("#payment button").click()
        assert page.locator("[role=status]").count() == 1
        payment = self.office.services.payments.of(self.citizen.code)
        SimulatedProvider(self.office.services.deployment.folder).say_paid(payment.order.reference, payment.missing)
        page.locator("#payment button").click()
        page.locator("#payment .status.met").wait_for()
        self.look(self.citizen)

    def answer_supplement(self) -> None:
        citizen, page = self.citizen, self.citizen.page
        citizen.go(citizen.own)
        self.look(citizen)
        page.locator("#status a.button").click()
        self.look(citizen)
        citizen.press()
        self.look(citizen)
        page.locator("#note").fill("Tôi gửi giấy tờ còn thiếu.")
        page.locator("input[type=file][name=other]").set_input_files(
            {"name": "bổ sung.pdf", "mimeType": "application/pdf", "buffer": PDF}
        )
        citizen.press()

    def process(self, *, supplement: bool = False) -> None:
        """Every step by whoever has it; the last one adds the result and finishes."""
        officer, code = self.officer, self.citizen.code
        case = self.office.case(code)
        procedure = self.office.procedure(case.procedure)
        for number, step in enumerate(procedure.steps):
            login = self.office.desk_of(step, case.unit)
            if number == 0:
                officer.sit(login)
                self.look(officer)
                officer.pick(code)
            else:
                officer.sit(login, f"/counter/cases/{code}")
            self.look(officer)
            if supplement and number == 1:
                officer.act("supplement_requested", reason="Đề nghị bổ sung văn bản còn thiếu.")
                self.look(officer)
                self.answer_supplement()
                officer.sit(login, f"/counter/cases/{code}")
            if step.then:
                officer.act("advanced")
            else:
                for result in procedure.results[:1]:
                    officer.add(f"result|{result.id}", "kết quả.pdf")
                officer.act("finished")
                self.look(officer)

    def fetch_and_rate(self) -> None:
        citizen, page = self.citizen, self.citizen.page
        citizen.go("/track")
        self.look(citizen)
        page.locator("#code").fill(citizen.code)
        page.locator("#key").fill(citizen.key)
        citizen.press()
        self.look(citizen)
        with page.expect_download() as waiting:
            page.locator("section[aria-labelledby=results] button").first.click()
        assert waiting.value.suggested_filename == "kết quả.pdf"
        citizen.go(citizen.own)
        page.locator("[name=score][value='5']").check()
        page.locator("section[aria-labelledby=rating] button").click()
        self.look(citizen)
        assert "5" in page.locator("section[aria-labelledby=rating] > .note").inner_text()
        now, day = self.office.clock(), timedelta(days=1)
        kept = self.office.services.tracking.ratings(now - day, now + day)
        assert [5] == [each.score for each in kept if each.case == citizen.code]


@pytest.mark.drill
@pytest.mark.parametrize(
    ("applying", "language"),
    size([(BIRTH, "vi"), (RESIDENCE, "en"), (SECURITY, "vi")], [*product(SIX, LANGUAGES)]),
    ids=lambda each: getattr(each, "procedure", each),
)
def test_from_the_phone_to_the_signed_result(office, screens, accessibility, applying, language):
    journey = Journey(office, screens, accessibility, language, script=applying is not SECURITY)
    journey.apply(applying)
    if applying.fee:
        journey.pay()
    journey.process(supplement=applying is BIRTH)
    assert office.case(journey.citizen.code).status is CaseStatus.FINISHED
    journey.fetch_and_rate()
    assert office.case(journey.citizen.code).status is CaseStatus.RETURNED
    assert [] == journey.wrong, "\n".join(journey.wrong)


OTHERS = {
    None: [
        "",
        "/procedures?q=khai+sinh",
        "/procedures?q=zzzz",
        "/points",
        "/points?unit=00070",
        "/points/point-00070",
        "/help",
        "/sources",
        "/nowhere",
        "/sign-in",
        "/procedures/2.000815",
        "/procedures/1.001193/apply?checked=1&fits-1=1",
        "/procedures/2.000815/apply?checked=1&fits-1=1&fits-2=1&have-original-paper=1",
        "/apply/nothing",
        "/track/nothing",
        "/queue/point-00070",
        "/board",
        "/board?kpi=on_time_share",
        "/board/units/00070",
        "/board/kpis/online_share",
        "/board/cases?kpi=online_share",
    ],
    "receiving-00070": [
        "/counter?status=withdrawn",
        "/counter/receive",
        "/counter/receive?q=zzzz",
        "/counter/receive?procedure=1.004222",
        "/counter/queue",
        "/counter/outlook",
        "/counter/cases/nothing",
        "/sign-out",
    ],
    "supervisor-00070": ["/counter", "/counter/outlook", "/counter/late"],
    "supervisor-01": ["/counter", "/counter/outlook"],
}


@pytest.mark.drill
@pytest.mark.parametrize(("login", "language"), pairs(OTHERS, LANGUAGES))
def test_whoever_looks_at_whatever_page_can_use_it(office, screens, accessibility, login, language):
    officer, wrong = Officer(office, screens[True][1], language), []
    officer.page.context.clear_cookies()
    for path in OTHERS[login]:
        if login:
            officer.sit(login, path)
        else:
            officer.page.goto(f"{office.address}/{language}{path}")
        wrong += accessibility.problems(officer.page)
    assert [] == wrong, "\n".join(wrong)


def test_lists_follow_what_is_typed_and_the_address_with_them(office, screens):
    page = screens[True][0]
    page.goto(f"{office.address}/vi/procedures")
    page.locator("#q").press_sequentially("lam giay khai sinh")
    page.locator("#found .results a[href$='1.001193']").first.wait_for()
    page.wait_for_url(lambda url: "khai" in url)
    assert page.locator("#q").input_value() == "lam giay khai sinh"


def test_signing_in_wants_the_password_and_the_code(office, screens):
    login, page = "head-00070", screens[False][1]
    code = office.code_of(login)
    for given, is_in in (("000000", False), (code, True)):
        page.goto(f"{office.address}/vi/sign-in?next=/vi/counter")
        for name, value in (("login", login), ("password", PASSWORD), ("code", given)):
            page.locator(f"#{name}").fill(value)
        page.locator("form.form button[type=submit]").click()
        assert (page.locator(".govuk-error-summary").count() == 0) is is_in
    assert page.url.endswith("/vi/counter")
