"""Tables as files: Excel, CSV, Parquet and PDF. What a cell says is data: no program that opens the file runs it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pilotkit import LocalText
from pilotkit.cases import DocumentTemplate, print_document

if TYPE_CHECKING:
    from pilotkit.pages import Formats
    from pilotkit_board.export_tables import Cell, Column, Sheet

MOST_ON_PAPER = 2_000
"""Rows of one PDF; it says where there are more."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}",
            "\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}")  # fmt: skip
"""What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection")."""


@dataclass(frozen=True)
class Printed:
    """What a file needs beside its table."""

    language: str
    formats: Formats
    at: datetime
    """When it was made; the file says so, and the same table made at the same time has the same bytes."""
    about_label: str
    """What the sheet about the table is called."""
    cut_words: str
    """Said where rows were left out; with ``{shown}`` and ``{total}``."""


@dataclass(frozen=True)
class Form:
    """One kind of file."""

    media_type: str
    make: Callable[[Sheet, Printed], bytes]


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe stands before what might be one."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def as_csv(sheet: Sheet, _printed: Printed) -> bytes:
    """UTF-8 with a byte order mark (RFC 4180), one header line; what the table is of stands in columns of its own."""
    made = io.StringIO(newline="")
    writer = csv.writer(made, lineterminator="\r\n")
    constant = [(key, text) for key, _, text in _beside(sheet)]
    writer.writerow([*(column.key for column in sheet.columns), *(f"about_{key}" for key, _ in constant)])
    for row in sheet.rows:
        writer.writerow([*map(_plain, row), *(harmless(text) for _, text in constant)])
    return made.getvalue().encode("utf-8-sig")


def as_parquet(sheet: Sheet, _printed: Printed) -> bytes:
    """Typed columns; what the table is of stands in the schema's metadata, as UTF-8 text."""
    import pyarrow as pa  # noqa: PLC0415  # what most pages never need
    import pyarrow.parquet as pq  # noqa: PLC0415  # the same

    types = {
        "text": pa.string(), "count": pa.int64(), "percent": pa.decimal128(9, 4), "day": pa.date32(),
        "moment": pa.timestamp("us", "UTC"),
    }  # fmt: skip
    metadata = {"title": sheet.title, **{key: text for key, _, text in sheet.about}}
    fields = [pa.field(column.key, types[column.kind], metadata={"label": column.label}) for column in sheet.columns]
    columns = [
        pa.array([_typed(column, row[at]) for row in sheet.rows], types[column.kind])
        for at, column in enumerate(sheet.columns)
    ]
    table = pa.table(columns, schema=pa.schema(fields, metadata=metadata))
    made = io.BytesIO()
    pq.write_table(table, made, compression="zstd")
    return made.getvalue()


def as_excel(sheet: Sheet, printed: Printed) -> bytes:
    """Office Open XML: the table, and a second sheet that says what it is of. Text stays text."""
    import xlsxwriter  # noqa: PLC0415  # what most pages never need

    made = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(made, options)
    book.set_properties({"title": sheet.title, "created": printed.at.replace(tzinfo=None)})
    bold, wrapped = book.add_format({"bold": True, "text_wrap": True}), book.add_format({"text_wrap": True})
    table = book.add_worksheet("1")
    kinds = {
        "count": book.add_format({"num_format": "#,##0"}), "percent": book.add_format({"num_format": "0.0"}),
        "day": book.add_format({"num_format": "d/m/yyyy"}), "moment": book.add_format({"num_format": "hh:mm d/m/yyyy"}),
    }  # fmt: skip
    for at, column in enumerate(sheet.columns):
        table.write_string(0, at, column.label, bold)
        table.set_column(at, at, 34 if column.key.endswith("name") or column.key == "head" else 16)
        for line, row in enumerate(sheet.rows, 1):
            _write(table, line, at, row[at], kinds.get(column.kind))
    table.freeze_panes(1, 0)
    about = book.add_worksheet("2")
    about.set_column(0, 0, 26)
    about.set_column(1, 1, 110)
    for line, (_, label, text) in enumerate([("", printed.about_label, sheet.title), *sheet.about]):
        about.write_string(line, 0, label, bold)
        about.write_string(line, 1, text, wrapped)
    book.close()
    return made.getvalue()


def as_pdf(sheet: Sheet, printed: Printed) -> bytes:
    """Tagged PDF, A4 across: what the table is of first, then the table, its head on every page."""
    rows = sheet.rows[:MOST_ON_PAPER]
    about = [[label, text] for _, label, text in sheet.about]
    if len(rows) < len(sheet.rows):
        shown, total = printed.formats.number(len(rows)), printed.formats.number(len(sheet.rows))
        about.append(["", printed.cut_words.format(shown=shown, total=total)])
    kept = [at for at in range(len(sheet.columns)) if not _is_alike(sheet, at)]
    data = {
        "language": printed.language,
        "title": sheet.title,
        "about": about,
        "columns": [
            {"label": sheet.columns[at].label, "right": sheet.columns[at].kind in {"count", "percent"}} for at in kept
        ],
        "rows": [[_shown(row[at], sheet.columns[at], printed.formats) for at in kept] for row in rows],
    }
    template = DocumentTemplate(
        id="board.figures", title=LocalText({"en": sheet.title}), package=__package__ or "", source="typst/figures.typ",
        data=lambda _request: data,
    )  # fmt: skip
    return print_document(template, data, printed.at)


FORMS: Mapping[str, Form] = {
    "xlsx": Form("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_excel),
    "csv": Form("text/csv; charset=utf-8", as_csv),
    "parquet": Form("application/vnd.apache.parquet", as_parquet),
    "pdf": Form("application/pdf", as_pdf),
}


def _beside(sheet: Sheet) -> list[tuple[str, str, str]]:
    """Return what rows do not say themselves."""
    own = {column.key for column in sheet.columns}
    return [each for each in sheet.about if each[0] not in own]


def _is_alike(sheet: Sheet, at: int) -> bool:
    """Whether a column on paper would only repeat what stands above the table, or nothing at all."""
    repeated = {"definition", "boundaries", "as_of", "completeness", "kpi"}
    of_one_kind = {"numerator", "percent", "amount", "measured_in"}
    key, cells = sheet.columns[at].key, {row[at] for row in sheet.rows}
    return (key in repeated and len(cells) <= 1) or (key in of_one_kind and cells == {None})


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return harmless(cell)
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _typed(column: Column, cell: Cell) -> Any:
    if column.kind == "percent" and isinstance(cell, Decimal):
        return round(cell, 4)
    return cell


def _write(table: Any, line: int, at: int, cell: Cell, shape: Any) -> None:
    if isinstance(cell, str):
        table.write_string(line, at, cell)
    elif isinstance(cell, datetime):
        table.write_datetime(line, at, cell.replace(tzinfo=None), shape)
    elif isinstance(cell, date):
        table.write_datetime(line, at, datetime(cell.year, cell.month, cell.day), shape)  # noqa: DTZ001  # Excel knows no zones
    elif cell is not None:
        table.write_number(line, at, float(cell), shape)


def _shown(cell: Cell, column: Column, formats: Formats) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, datetime):
        return formats.moment(cell)
    if isinstance(cell, date):
        return formats.day(cell)
    if isinstance(cell, str):
        return cell
    return formats.percent(cell) if column.kind == "percent" else formats.number(cell)
