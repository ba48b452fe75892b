import io
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from pypdf import PdfReader

from pilotkit import LocalText, Procedure
from pilotkit.cases import Attachment, Case, CaseEvent, EventKind, Person, PersonalFile, PrintRequest, Ticket
from pilotkit.casework.printing import print_document
from pilotkit_vietnam.forms import DOCUMENTS
from pilotkit_vietnam.units import national_units

START = datetime(2026, 2, 2, 1, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
UNIT = national_units().communes("04")[0].code
CODE = "000.00.01.H26-260202-0001"
FORMS = {each.id: each for each in DOCUMENTS}
NUMBERED = [each for each in FORMS if each.startswith("vn.form-")]
PERSON = Person(
    name="Công-Tằng-Tôn-Nữ Thị Mẫu", identity_number="001099000001", phone="0900 000 000", email="mau@example.vn",
    address="Thôn Đào Nguyên, xã Mẫu, tỉnh Mẫu",
)  # fmt: skip
NAUGHTY = "#panic() $x$ \\n *b* _i_ `c` [d] @e <f> \"g\" 'h' {{7*7}} // k; -- = Ẫữ"
PROCEDURE = Procedure.model_validate(
    {
        "code": "1.001193", "name": {"vi": "Đăng ký khai sinh", "en": "Birth"}, "domain": "civil-status",
        "levels": ["commune"], "reference": "x", "certainty": "low",
        "offers": {"in_person": {"deadline": {"amount": 3, "unit": "working_days"}}, "online": {}},
        "documents": [{"id": "notice", "name": {"vi": "Giấy chứng sinh"}}],
    }
)  # fmt: skip


def event(number, kind, hours, reason=None, **changes):
    at = START + hours * HOUR
    return CaseEvent(
        case=CODE, number=number, kind=kind, at=at, actor="quay-1", reason=reason, changes=changes | {"unit": UNIT}
    )


EVENTS = (
    event(1, EventKind.RECEIVED, 0, promised_at="2026-02-05T01:30:00Z", step=None),
    event(2, EventKind.SUPPLEMENT_REQUESTED, 1, "Thiếu giấy chứng sinh\nẢnh mờ"),
    event(3, EventKind.RESUMED, 2),
    event(4, EventKind.STOPPED, 3, "Đang chờ xác minh"),
    event(5, EventKind.RESUMED, 4),
    event(6, EventKind.EXTENDED, 5, "Hệ thống gián đoạn", promised_at="2026-03-12T03:00:00Z"),
    event(7, EventKind.REFUSED, 6, "Đã đăng ký nơi khác"),
)


@pytest.fixture
def deployment(deploy):
    return deploy("04")


def case(**changes):
    fields = {
        "code": CODE, "procedure": "1.001193", "procedure_version": 1, "procedure_digest": "d", "channel": "in_person",
        "status": "processing", "unit": UNIT, "received_at_point": None, "helped_at_point": None,
        "whole_process": False, "received_at": START, "due_at": START + 72 * HOUR, "promised_at": START + 72 * HOUR,
    }  # fmt: skip
    return Case.model_validate(fields | changes)


def asked(deployment, *, person=PERSON, events=EVENTS, **changes):
    attached = Attachment(
        id="a", document="notice", name="a.pdf", media_type="application/pdf", size=1, digest="x", at=START
    )
    fields = {
        "deployment": deployment, "at": START + 24 * HOUR, "unit": UNIT, "cases": (case(),),
        "events": events, "procedures": {"d": PROCEDURE}, "file": PersonalFile(person=person, attachments=(attached,)),
        "people": {CODE: person},
    }  # fmt: skip
    return PrintRequest(**fields | changes)


def text_of(template, request):
    data = template.data(request) | {"qr": ""}
    pages = PdfReader(io.BytesIO(print_document(template, data, request.at))).pages
    return "".join("".join(page.extract_text() for page in pages).replace("\u200b", "").split())


def squeezed(text):
    return "".join(text.split())


@pytest.mark.parametrize("id_", NUMBERED)
def test_every_form_has_the_national_head_its_unit_its_title_and_the_day(deployment, id_):
    printed = text_of(FORMS[id_], asked(deployment))
    for words in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "ỦY BAN NHÂN DÂN",
        deployment.catalog.unit(UNIT).name.upper(), FORMS[id_].title.in_language("vi").upper(),
        "ngày 03 tháng 02 năm 2026", f"Mẫu số {id_[-2:]}", CODE,
    ):  # fmt: skip
        assert squeezed(words) in printed


@pytest.mark.parametrize("id_", NUMBERED)
def test_every_form_says_who_applies_and_for_what(deployment, id_):
    printed = text_of(FORMS[id_], asked(deployment))
    assert squeezed(PERSON.name) in printed
    assert squeezed("Đăng ký khai sinh") in printed


@pytest.mark.parametrize("id_", NUMBERED)
def test_without_the_personal_file_nothing_personal_is_printed(deployment, id_):
    printed = text_of(FORMS[id_], asked(deployment, file=None, people={}))
    assert not [each for each in (PERSON.name, PERSON.phone, PERSON.address) if squeezed(each) in printed]


@pytest.mark.parametrize("id_", NUMBERED)
def test_naughty_words_come_out_as_they_are(deployment, id_):
    printed = text_of(FORMS[id_], asked(deployment, person=PERSON.model_copy(update={"name": NAUGHTY})))
    assert squeezed(NAUGHTY) in printed


@pytest.mark.parametrize("id_", ["vn.form-02", "vn.form-03", "vn.form-04", "vn.form-05", "vn.form-06"])
def test_naughty_reasons_come_out_as_they_are(deployment, id_):
    events = tuple(each.model_copy(update={"reason": NAUGHTY if each.reason else None}) for each in EVENTS)
    assert squeezed(NAUGHTY) in text_of(FORMS[id_], asked(deployment, events=events))


def test_the_receipt_keeps_its_first_appointment_and_lists_what_came(deployment):
    data = FORMS["vn.form-01"].data(asked(deployment, extras={"papers": "Tờ khai\n\nBản sao"}))
    zone = deployment.catalog.working_time.zone
    hour = START.astimezone(zone).hour
    assert f"{hour:02d} giờ 30 phút, ngày 05 tháng 02 năm 2026" == data["promised"]
    assert ["Giấy chứng sinh (bản điện tử, 1 tệp)", "Tờ khai", "Bản sao"] == data["papers"]
    assert "3 ngày làm việc" == data["deadline"]


def test_a_deadline_that_nobody_published_is_said_to_be_that(deployment):
    assert "chưa công bố" == FORMS["vn.form-01"].data(asked(deployment, cases=(case(channel="online"),)))["deadline"]


def test_the_request_to_supplement_says_each_thing_on_its_line(deployment):
    assert ["Thiếu giấy chứng sinh", "Ảnh mờ"] == FORMS["vn.form-02"].data(asked(deployment))["lines"]


def test_the_apology_names_the_appointment_before_and_the_new_one(deployment):
    data = FORMS["vn.form-04"].data(asked(deployment))
    assert data["promised"].endswith("ngày 05 tháng 02 năm 2026")
    assert data["until"].endswith("ngày 12 tháng 3 năm 2026")
    assert not data["is_draft"]


def test_an_apology_that_is_not_made_yet_is_a_draft_with_lines_to_fill(deployment):
    request = asked(deployment, events=EVENTS[:1])
    data = FORMS["vn.form-04"].data(request)
    assert (True, "", "") == (data["is_draft"], data["reason"], data["until"])
    assert "DỰTHẢO" in text_of(FORMS["vn.form-04"], request)
    filled = FORMS["vn.form-04"].data(
        asked(deployment, events=EVENTS[:1], extras={"until": "2026-03-01T02:00:00+00:00", "reason": "x"})
    )
    assert ("x", True) == (filled["reason"], filled["until"].endswith("ngày 01 tháng 3 năm 2026"))


def test_an_apology_for_another_day_is_a_draft_again_and_names_the_day_promised_last(deployment):
    made = FORMS["vn.form-04"].data(asked(deployment))
    again = FORMS["vn.form-04"].data(asked(deployment, extras={"until": "2026-03-01T02:00:00+00:00"}))
    assert (False, True) == (made["is_draft"], again["is_draft"])
    assert made["until"] == again["promised"]
    assert "01 tháng 3 năm 2026" in again["until"]


def test_each_form_goes_with_what_happened():
    received = {"vn.form-01", "vn.form-04", "vn.form-06"}
    assert received == {
        id_ for id_ in NUMBERED if FORMS[id_].subject == "case" and FORMS[id_].applies(case(), EVENTS[:1])
    }
    assert set(NUMBERED) - {"vn.form-07"} == {
        id_ for id_ in NUMBERED if FORMS[id_].subject == "case" and FORMS[id_].applies(case(), EVENTS)
    }


def test_the_control_sheet_follows_the_case_from_hand_to_hand(deployment):
    rows = FORMS["vn.form-06"].data(asked(deployment))["rows"]
    assert len(EVENTS) == len(rows)
    assert all(before["taker"] == after["giver"] for before, after in pairwise(rows))
    assert ("Người nộp hồ sơ", "Người nộp hồ sơ") == (rows[0]["giver"], rows[1]["taker"])


@pytest.mark.parametrize(("ended", "expected"), [(24, "Trước hạn"), (72, "Đúng hạn"), (73, "Quá hạn"), (None, "")])
def test_the_book_says_whether_a_case_was_in_time(deployment, ended, expected):
    one = case(finished_at=START + ended * HOUR if ended else None)
    assert expected == FORMS["vn.form-07"].data(asked(deployment, cases=(one,)))["rows"][0]["note"]


def test_a_long_name_and_a_long_address_stay_on_the_page(deployment):
    long = PERSON.model_copy(update={"name": "Nguyễn " * 40, "address": "x" * 300, "email": "a" * 150 + "@example.vn"})
    for id_ in NUMBERED:
        assert "x" * 300 in text_of(FORMS[id_], asked(deployment, person=long)) or id_ == "vn.form-06"


def test_how_sure_we_are_of_a_form_is_said():
    assert {"medium", "low"} == {FORMS[id_].certainty.value for id_ in NUMBERED}
    assert all("03/2025/TT-VPCP" in FORMS[id_].reference for id_ in NUMBERED)
    assert LocalText({"vi": "Sổ theo dõi hồ sơ", "en": "Tracking book"}) == FORMS["vn.form-07"].title


def test_the_ticket_speaks_vietnamese_and_english(deployment, monkeypatch):
    ticket = Ticket(point="p", day=date(2026, 2, 2), number=7, priority=True, taken_at=START)
    point = type("Point", (), {"name": "Điểm phục vụ Mẫu"})
    monkeypatch.setitem(deployment.catalog.points, "p", point)
    printed = text_of(FORMS["vn.ticket"], asked(deployment, ticket=ticket, extras={"wait": "12"}))
    assert all(squeezed(each) in printed for each in ("007", "Điểm phục vụ Mẫu", "ƯU TIÊN · PRIORITY", "about 12 min"))
