"""Tables of other systems as rows of text, one at a time: CSV, workbooks, Parquet and XES."""

from __future__ import annotations

import codecs
import csv
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from pilotkit.errors import DataError, Place
from pilotkit.importing.mapping import Source
from pilotkit.importing.xes import xes_columns, xes_rows
from pilotkit.model.plain_data import PlainData

Row = tuple[int, tuple[str, ...]]
"""The line in a CSV file, the row in a workbook or Parquet file, the event in an XES log, from 1; and the cells."""
_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16", codecs.BOM_UTF8: "utf-8-sig"}
_DELIMITERS = ",;\t|"
_ENDINGS = {
    ".csv": "csv", ".txt": "csv", ".tsv": "csv", ".xlsx": "xlsx", ".xlsm": "xlsx", ".xls": "xlsx", ".ods": "xlsx",
    ".parquet": "parquet", ".xes": "xes", ".xes.gz": "xes",
}  # fmt: skip
_LARGEST_WORKBOOK = 2 * 1024**3
_LONGEST_CELL = 1_000_000


class Table(NamedTuple):
    """One opened file."""

    header: tuple[str, ...]
    rows: Callable[[], Iterator[Row]]


def open_table(path: Path, source: Source) -> Table:
    """Return the columns of a file, and a way to read its rows from the start.

    Raises:
        DataError: it is missing, of an unknown kind, or not what its kind says.
    """
    if not path.is_file():
        raise DataError("is missing.", where=Place(str(path)), remedy="Name the file to import.")
    by_name = (kind for end, kind in _ENDINGS.items() if path.name.lower().endswith(end))
    kind: str | None = source.format or next(by_name, None)
    if kind is None:
        raise DataError("is of no known kind.", where=Place(path.name), remedy='Say [source] format = "csv", "xlsx", …')
    table = {"csv": _csv, "xlsx": _workbook, "parquet": _parquet, "xes": _xes}[kind](path, source)
    _check_header(table.header, path.name)
    named = tuple(column or f"column {number}" for number, column in enumerate(table.header, start=1))
    return Table(named, table.rows)


def _check_header(header: tuple[str, ...], name: str) -> None:
    twice = sorted({column for column in header if column and header.count(column) > 1})
    if not any(header) or twice:
        raise DataError(
            f"has the column {twice[0]!r} twice." if twice else "has no header.",
            where=Place(name, line=1),
            remedy="Give every column a name of its own in the first line.",
        )


def _csv(path: Path, source: Source) -> Table:
    encoding = source.encoding or _encoding(path)
    delimiter = source.delimiter or _delimiter(path, encoding)

    def records() -> Iterator[Row]:
        csv.field_size_limit(_LONGEST_CELL)
        line = 1
        try:
            with path.open(encoding=encoding, newline="") as text:
                reader = csv.reader(text, delimiter=delimiter)
                for cells in reader:
                    line = reader.line_num
                    if cells:
                        yield line, tuple(cells)
        except (UnicodeError, LookupError) as problem:
            raise DataError(
                f"is not text in {encoding}: {problem}.", where=Place(path.name, line=line),
                remedy='Say how it is written, such as [source] encoding = "cp1258".',
            ) from None  # fmt: skip
        except csv.Error as problem:
            raise DataError(
                f"is not valid CSV: {problem}.", where=Place(path.name, line=line + 1), remedy="Mend the line."
            ) from None

    header = next(records(), (1, ()))[1]
    return Table(tuple(column.strip() for column in header), lambda: islice(records(), 1, None))


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4)
    return next((encoding for mark, encoding in _MARKS.items() if start.startswith(mark)), "utf-8")


def _delimiter(path: Path, encoding: str) -> str:
    try:
        with path.open(encoding=encoding) as text:
            first = text.readline(_LONGEST_CELL)
    except (UnicodeError, LookupError):
        first = ""  # said with its line when the rows are read
    return max(_DELIMITERS, key=first.count)


def _workbook(path: Path, source: Source) -> Table:
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415  # only where it is needed

    _refuse_bomb(path)
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        name = source.sheet or workbook.sheet_names[0]
        if name not in workbook.sheet_names:
            raise DataError(
                f"has no sheet '{name}'.", where=Place(path.name), remedy=f"Sheets: {', '.join(workbook.sheet_names)}."
            )
        cells = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (CalamineError, OSError, IndexError, zipfile.BadZipFile) as problem:
        raise DataError(f"is not a workbook: {problem}.", where=Place(path.name), remedy="Save it anew.") from None
    header = tuple(text_of(cell).strip() for cell in (cells[0] if cells else ()))

    def rows() -> Iterator[Row]:
        for number, row in enumerate(cells[1:], start=2):
            texts = tuple(map(text_of, row))
            if any(texts):
                yield number, texts

    return Table(header, rows)


def _refuse_bomb(path: Path) -> None:
    """Refuse a workbook that unpacks to more than fits into memory: it is a ZIP archive."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            size = sum(each.file_size for each in archive.infolist())
        if size > _LARGEST_WORKBOOK:
            raise DataError("unpacks to more than 2 GiB.", where=Place(path.name), remedy="Save it as CSV.")


def _parquet(path: Path, _source: Source) -> Table:
    import pyarrow as pa  # noqa: PLC0415  # only where it is needed
    import pyarrow.parquet as pq  # noqa: PLC0415  # the same

    try:
        with pq.ParquetFile(path) as file:
            header = tuple(file.schema_arrow.names)
    except (pa.ArrowException, OSError) as problem:
        raise DataError(f"is not a Parquet file: {problem}.", where=Place(path.name), remedy="Write it anew.") from None

    def rows() -> Iterator[Row]:
        number = 0
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=20_000):
                columns = [[text_of(cell) for cell in column.to_pylist()] for column in batch.columns]
                for cells in zip(*columns, strict=True):
                    number += 1
                    yield number, cells

    return Table(header, rows)


def _xes(path: Path, _source: Source) -> Table:
    header = xes_columns(path)
    return Table(header, lambda: xes_rows(path, header))


def text_of(cell: PlainData) -> str:  # noqa: PLR0911  # one line for each kind of cell
    """Return a cell as CSV would have it: whole numbers without a point, instants as ISO 8601, truth as ``true``."""
    match cell:
        case None:
            return ""
        case str():
            return cell
        case bool():
            return "true" if cell else "false"
        case float():
            return str(int(cell)) if cell.is_integer() else repr(cell)
        case datetime() | date():
            return cell.isoformat()
        case bytes():
            return cell.decode(errors="replace")
    return str(cell)
