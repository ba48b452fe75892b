import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from pilotkit import Channel, LocalText, PluginError, UnknownError, hookimpl
from pilotkit.cases import Application, DocumentTemplate
from pilotkit.casework import printing
from pilotkit.casework.printing import Printing, draw_code, print_document
from pilotkit.casework.ticket_document import TICKET
from pilotkit.data import DuplicateError
from pilotkit.figures import TargetError
from pilotkit.services import Services
from pilotkit.testing import Clock

AT = datetime(2025, 7, 1, 9, tzinfo=UTC)
NAUGHTY = (
    "#panic()", '#import "x.typ"', "$ x^2 $", "\\u{41} \\ \\n", "*bold* _it_ `raw` = h",
    "[content] {code}", "@ref <label>",
    "\"quoted\" 'single'", "{{ 7*7 }} ${7*7} %s", "'; DROP TABLE cases; --", "<script>alert(1)</script>",
    "// and /* so */",
    "- list + enum / term: x", "https://example.org/a#b", "~ -- --- ... -?", "O'Neil & Sons", "../../etc/passwd",
)  # fmt: skip
FIELDS = ("point", "number", "procedure", "taken", "wait")


def ticket_data(**changed):
    return dict.fromkeys(FIELDS, "1") | {"priority": False} | changed


def text_of(pdf):
    """The text of a PDF without its spaces, which lines are broken at."""
    return squeezed("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


def squeezed(text):
    return "".join(text.split())


@pytest.fixture
def office(town):
    services = Services(town, Clock(AT))
    yield services
    services.close()


@pytest.fixture
def case(office):
    code = next(iter(office.deployment.catalog.procedures))
    procedure = office.deployment.catalog.procedures[code]
    channel = Channel.IN_PERSON if Channel.IN_PERSON in procedure.offers else next(iter(procedure.offers))
    return office.case_service.receive(Application(procedure=code, channel=channel, unit="PA-01", actor="desk"))


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("naughty", NAUGHTY)
def test_whatever_a_field_says_comes_out_as_it_is(field, naughty):
    assert squeezed(naughty) in text_of(print_document(TICKET, ticket_data(**{field: naughty}), AT))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200))
def test_no_text_stops_the_printer(text):
    assert print_document(TICKET, ticket_data(point=text), AT).startswith(b"%PDF")


def test_controls_and_marks_that_turn_the_text_are_shown_as_a_replacement():
    printed = text_of(print_document(TICKET, ticket_data(point="a\x00b\u202ec\x1bd"), AT))
    assert "a\ufffdb\ufffdc\ufffdd" in printed


def test_the_same_data_and_day_make_the_same_bytes():
    assert print_document(TICKET, ticket_data(), AT) == print_document(TICKET, ticket_data(), AT)


def test_what_a_page_says_of_its_day_is_what_it_is_told():
    made = PdfReader(io.BytesIO(print_document(TICKET, ticket_data(), AT))).metadata
    assert AT == made.creation_date


def test_a_qr_code_is_drawn_as_a_picture_that_holds_no_text():
    drawn = draw_code("https://example.org/<x>")
    assert drawn.startswith("<svg")
    assert "example" not in drawn


def template(folder, text, **changes):
    (folder / "papermill" / "papers").mkdir(parents=True, exist_ok=True)
    (folder / "papermill" / "__init__.py").touch()
    (folder / "papermill" / "papers" / "one.typ").write_text(text)
    settings_ = {
        "id": "mill.one", "title": LocalText({"en": "One"}), "package": "papermill", "source": "papers/one.typ",
        "data": lambda request: {"case": request.cases[0].code} if request.cases else {},
    }  # fmt: skip
    return DocumentTemplate(**settings_ | changes)


SHOWN = '#let data = json(bytes(sys.inputs.data))\n#set text(font: "Tinos")\n'


@pytest.fixture
def mill(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def test_a_template_reads_no_file_outside_its_folder(mill):
    (mill / "secret.txt").write_text("secret")
    with pytest.raises(PluginError, match="cannot be typeset"):
        print_document(template(mill, '#read("../../secret.txt")'), {}, AT)
    with pytest.raises(PluginError, match="cannot be typeset"):
        print_document(template(mill, '#read("/etc/hostname")'), {}, AT)


def test_a_template_takes_no_package_from_the_network(mill):
    with pytest.raises(PluginError, match="from the network"):
        print_document(template(mill, '#import "@preview/cetz:0.3.4"'), {}, AT)


def test_a_template_whose_source_is_missing_is_named(mill):
    one = template(mill, "x", source="papers/two.typ")
    with pytest.raises(PluginError, match="'mill.one' has no source papers/two.typ"):
        print_document(one, {}, AT)


def test_missing_typefaces_say_how_to_get_them(monkeypatch, tmp_path):
    monkeypatch.setattr(printing, "FONTS", tmp_path)
    with pytest.raises(TargetError, match="make assets"):
        print_document(TICKET, ticket_data(), AT)


class _Mill:
    def __init__(self, *templates):
        self.templates = templates

    @hookimpl
    def register_documents(self):
        return self.templates


def printing_with(office, *templates):
    office.deployment.plugins._add("mill", lambda: _Mill(*templates))
    return Printing(office.deployment, office.store)


def test_a_plugin_prints_a_document_about_a_case_with_its_code(office, case, mill):
    one = template(mill, SHOWN + '#data.case #if data.qr != "" [with code] #image(bytes(data.qr), format: "svg")')
    desk = printing_with(office, one)
    assert (one,) == desk.offered(case, office.store.events(case.code))
    printed = text_of(desk.case("mill.one", case.code, AT, address="https://example.org/x"))
    assert squeezed(case.code) + "withcode" in printed


def test_a_document_that_does_not_apply_is_not_offered_and_not_printed(office, case, mill):
    desk = printing_with(office, template(mill, SHOWN, applies=lambda _case, _events: False))
    assert () == desk.offered(case, office.store.events(case.code))
    with pytest.raises(printing.CaseError, match="does not go with"):
        desk.case("mill.one", case.code, AT)


def test_a_book_lists_its_cases_in_the_order_given(office, case, mill):
    book = template(
        mill, SHOWN + '#data.cases.join(" ")', subject="cases",
        data=lambda request: {"cases": [each.code for each in request.cases]},
    )  # fmt: skip
    printed = text_of(printing_with(office, book).book("mill.one", "PA-01", (case, case), AT))
    assert squeezed(case.code) * 2 in printed


def test_unknown_documents_cases_and_units_are_refused(office, case, mill):
    desk = printing_with(office, template(mill, SHOWN))
    for ask in (
        lambda: desk.case("nothing", case.code, AT), lambda: desk.case("core.ticket", case.code, AT),
        lambda: desk.case("mill.one", "nothing", AT), lambda: desk.book("mill.one", "PA-01", (), AT),
    ):  # fmt: skip
        with pytest.raises(UnknownError):
            ask()


def test_two_documents_of_one_name_are_refused(office, mill):
    one = template(mill, SHOWN)
    with pytest.raises(DuplicateError, match=r"mill\.one"):
        _ = printing_with(office, one, one).templates


def test_the_core_prints_a_ticket_on_80_millimetres(office):
    pdf = office.printing.ticket(office.queue.take("pa-01", priority=True), AT, {"wait": "12"})
    page = PdfReader(io.BytesIO(pdf)).pages[0]
    assert 80 == round(float(page.mediabox.width) / 72 * 25.4)
    assert all(word in text_of(pdf) for word in ("NorthQuayservicepoint", "001", "Priority", "about12min"))


def test_a_plugins_ticket_stands_before_the_cores(office, mill):
    mine = template(mill, SHOWN + "Mine", subject="ticket", data=lambda request: {})
    assert "Mine" == text_of(printing_with(office, mine).ticket(office.queue.take("pa-01"), AT))


def test_the_typefaces_have_every_letter_of_the_languages_we_print():
    letters = "".join(chr(each) for each in range(0x1EA0, 0x1EFA)) + "\u0103\u0102\u0111\u0110\u01a1\u01a0\u01b0\u01af"
    assert letters in text_of(print_document(TICKET, ticket_data(procedure=letters), AT))
    assert 4 == len(list(Path(printing.FONTS).glob("*.ttf")))
