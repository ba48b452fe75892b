"""CSV rows into nouns."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from pilotkit.errors import DataError, Place
from pilotkit.reading.files import read_text
from pilotkit.reading.nouns import data_error

_N = TypeVar("_N", bound=BaseModel)


def read_csv(kind: type[_N], path: Path, name: str) -> list[_N]:
    """Every row of a CSV file (RFC 4180, header first) as a noun; an empty cell is an absent value.

    Raises:
        DataError: no header, an unknown or doubled column, a row that is too long, or a wrong value.
    """
    return list(_rows(kind, read_text(path, name), name))


def _rows(kind: type[_N], text: str, name: str) -> Iterator[_N]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, None)
        if header is None:
            raise DataError("is empty.", where=Place(name), remedy="Give it at least its header line.")
        _check_header(kind, header, name)
        adapter = TypeAdapter(kind)
        for cells in reader:
            if not any(cells):
                continue
            if len(cells) != len(header):
                raise DataError(
                    f"has {len(cells)} cells where the header has {len(header)}.",
                    where=Place(name, line=reader.line_num),
                    remedy="Quote cells that hold a comma.",
                )
            row: dict[str, Any] = {column: cell for column, cell in zip(header, cells, strict=True) if cell != ""}
            _refuse_formulas(row, name, reader.line_num)
            for column in _LISTS & row.keys():
                row[column] = row[column].split()
            try:
                yield adapter.validate_python(row)
            except ValidationError as problem:
                raise data_error(problem, name, line=reader.line_num) from None
    except csv.Error as problem:
        raise DataError(
            f"is not valid CSV: {problem}.", where=Place(name, line=reader.line_num), remedy="Mend the line."
        ) from None


_LISTS = {"channels", "roles", "points"}
"""Columns that hold several values, separated by spaces."""


_FORMULA = re.compile(r"\s*(?:[=@]|[+-](?!(?:[\d.]+(?:[eE][+-]?\d+)?)?\s*$))")


def _refuse_formulas(row: dict[str, str], name: str, line: int) -> None:
    """Tables are opened in spreadsheets, which run a cell that starts like a formula: a package could bring one."""
    for column, cell in row.items():
        if _FORMULA.match(cell):
            raise DataError(
                f"starts like a formula (got {cell!r:.80}), which a spreadsheet would run.",
                where=Place(name, column, line),
                remedy="Begin with a letter or a digit.",
            )


def _check_header(kind: type[BaseModel], header: list[str], name: str) -> None:
    for column in header:
        if column not in kind.model_fields:
            raise DataError(
                f"column {column!r} is not one that pilotkit knows.",
                where=Place(name, line=1),
                remedy=f"Columns are: {', '.join(kind.model_fields)}.",
            )
        if header.count(column) > 1:
            raise DataError(f"column {column!r} stands twice.", where=Place(name, line=1), remedy="Remove one.")
