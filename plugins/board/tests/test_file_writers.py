"""Files of what a page shows: the same figures, with what they are of inside, and nothing that a program would run."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow.parquet as pq
import pypdf
import pytest
from python_calamine import CalamineWorkbook

from pilotkit.figures import Measures
from pilotkit.pages import Formats
from pilotkit_board import export_tables as sheets
from pilotkit_board.export_tables import Column, Sheet
from pilotkit_board.file_writers import FORMS, MOST_ON_PAPER, Printed, harmless

PRINTED = Printed("en", Formats("en"), datetime(2025, 7, 28, 12, 0, tzinfo=UTC), "Of", "{shown} of {total}")
PAGES = {
    "targets": "kpi=online_share",
    "unit": "unit=PA-01",
    "measure": "kpi=on_time",
    "comparison": "kpi=online_share",
    "cases": "kpi=online_share&unit=PA-02&part=rest&since=2025-07-01",
}
EVIL = ('=HYPERLINK("//evil")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1")


def download(board, sheet, form, query=None, language="en"):
    answer = board._client.get(f"/{language}/board/export/{sheet}.{form}?{PAGES[sheet] if query is None else query}")
    assert 200 == answer.status_code, answer.text[:300]
    return answer


def lines(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def text_of(pdf):
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


@pytest.fixture
def sheet():
    columns = (
        Column("name", "Name"), Column("count", "Count", "count"), Column("share", "Share", "percent"),
        Column("day", "Day", "day"), Column("at", "At", "moment"),
    )  # fmt: skip
    moment = datetime(2025, 7, 28, 17, 0, tzinfo=UTC)
    rows = (("Kim Liên", 3, Decimal("33.3333"), date(2025, 7, 28), moment), ("empty", None, None, None, None))
    return Sheet("small", "A title", columns, rows, (("as_of", "As of", "today"), ("boundaries", "Boundaries", "b1")))


@pytest.mark.parametrize("form", sorted(FORMS))
@pytest.mark.parametrize("name", sorted(PAGES))
def test_every_page_s_figures_can_be_taken_away_in_every_form(board, name, form):
    answer = download(board, name, form)
    assert FORMS[form].media_type == answer.headers["content-type"]
    assert f"port-amber-{name}" in answer.headers["content-disposition"]
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "no-store" == answer.headers["cache-control"]


def test_a_file_has_the_figures_of_the_page(board):
    standings = {each.unit.code: each for each in Measures(board.deployment).standings() if each.kpi.id == "on_time"}
    rows = lines(download(board, "targets", "csv", "kpi=on_time").content)
    assert standings.keys() == {row["unit"] for row in rows}
    for row in rows:
        value = standings[row["unit"]].value
        assert (str(value.numerator), str(value.denominator)) == (row["numerator"], row["denominator"])
        assert str(value.percent) == row["percent"]


def test_a_file_of_cases_has_every_case_behind_the_number(board):
    rows = lines(download(board, "cases", "csv").content)
    counted = board.counted(f"{board.july} AND unit = 'PA-02' AND channel <> 'online'")
    assert counted == len(rows) == len({row["case"] for row in rows})


def test_whoever_has_not_signed_in_gets_so_many_cases_and_is_told_that_there_are_more(board, monkeypatch):
    monkeypatch.setattr(sheets, "MOST_FOR_EVERYBODY", 3)
    rows = lines(download(board, "cases", "csv").content)
    counted = board.counted(f"{board.july} AND unit = 'PA-02' AND channel <> 'online'")
    assert 3 == len(rows)
    assert {f"3 of {counted} cases, the newest"} == {row["about_cut"] for row in rows}


def test_each_line_says_by_itself_what_it_is_of(board):
    catalog = board.deployment.catalog
    for row in lines(download(board, "comparison", "csv").content):
        assert f"online_share@{catalog.kpi('online_share').definition_hash}" == row["definition"]
        assert catalog.location_version == row["boundaries"]
        assert row["as_of"].startswith("2025-07-28T")
        assert row["about_simulated"].startswith("These cases were made up")


def test_a_workbook_says_on_its_second_sheet_what_the_first_is_of(board):
    book = CalamineWorkbook.from_filelike(io.BytesIO(download(board, "targets", "xlsx").content))
    table, about = (book.get_sheet_by_index(at).to_python() for at in (0, 1))
    assert 1 + 5 == len(table)
    said = " ".join(str(cell) for row in about for cell in row)
    catalog = board.deployment.catalog
    assert catalog.location_version in said
    assert catalog.kpi("online_share").numerator in said
    assert "made up" in said


def test_parquet_keeps_the_types_and_says_in_its_metadata_what_it_is_of(board):
    table = pq.read_table(io.BytesIO(download(board, "targets", "parquet").content))
    assert {"numerator": "int64", "percent": "decimal128(9, 4)", "due": "date32[day]"} == {
        name: str(table.schema.field(name).type) for name in ("numerator", "percent", "due")
    }
    metadata = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    assert board.deployment.catalog.location_version == metadata["boundaries"]
    assert "simulated" in metadata


def test_a_page_on_paper_says_what_it_is_of_and_is_tagged(board):
    pdf = download(board, "targets", "pdf", language="vi").content
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    text = text_of(pdf)
    assert board.deployment.catalog.location_version in text
    assert "North Quay" in text
    assert "Số liệu đến: 17:00 28/7/2025" in text
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_the_same_table_at_the_same_time_is_the_same_file(sheet):
    for form in FORMS.values():
        assert form.make(sheet, PRINTED) == form.make(sheet, PRINTED)


def test_what_is_not_known_is_empty_and_never_0(sheet):
    (_, empty) = lines(FORMS["csv"].make(sheet, PRINTED))
    assert {"name": "empty", "count": "", "share": "", "day": "", "at": ""}.items() <= empty.items()
    (_, second) = pq.read_table(io.BytesIO(FORMS["parquet"].make(sheet, PRINTED))).to_pylist()
    assert {None} == {second[key] for key in ("count", "share", "day", "at")}


@pytest.mark.parametrize("words", EVIL)
def test_no_spreadsheet_takes_words_for_a_formula(sheet, words):
    evil = Sheet("evil", words, sheet.columns, ((words, 1, None, None, None),), (("note", words, words),))
    (row,) = lines(FORMS["csv"].make(evil, PRINTED))
    assert {"'"} == {row["name"][0], row["about_note"][0]}
    book = io.BytesIO(FORMS["xlsx"].make(evil, PRINTED))
    from zipfile import ZipFile

    with ZipFile(book) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
    assert 2 == len(sheets)
    assert not any("<f>" in each or "<hyperlink" in each for each in sheets)


@pytest.mark.parametrize("words", ["a - b", "1+1", "Kim Liên", "", "'quoted'"])
def test_harmless_words_stay_as_they_are(words):
    assert words == harmless(words)


def test_words_that_look_like_markup_are_printed_as_they_stand(sheet):
    words = '#import "x.typ": * $x^2$ *bold* \\ #sys.inputs'
    evil = Sheet("evil", "Title", sheet.columns, ((words, 1, None, None, None),), ())
    assert "#sys.inputs" in text_of(FORMS["pdf"].make(evil, PRINTED))


def test_paper_ends_somewhere_and_says_so(sheet):
    many = Sheet("many", "Many", sheet.columns[:2], (("x", 1),) * (MOST_ON_PAPER + 1), ())
    assert f"{MOST_ON_PAPER:,} of {MOST_ON_PAPER + 1:,}" in text_of(FORMS["pdf"].make(many, PRINTED))


@pytest.mark.parametrize("path", ["nothing.csv?x=1", "targets.exe?x=1", "unit.csv?unit=XX", "cases.csv?kpi=nothing"])
def test_a_file_that_is_not_there_is_said_in_words(board, path):
    answer = board.get(f"/en/board/export/{path}")
    assert 404 == answer.status
    assert "<h1>" in answer.html


def test_every_page_leads_to_its_files(board):
    for path, sheet in (
        ("", "targets"), ("/units/PA-01", "unit"), ("/kpis/on_time", "measure"),
        ("/comparison?kpi=on_time", "comparison"), ("/cases?kpi=on_time", "cases"),
    ):  # fmt: skip
        html = board.get(f"/vi/board{path}").html
        assert 4 == html.count(f"/vi/board/export/{sheet}."), path
