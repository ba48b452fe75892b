"""The tables of ``local/`` as cells: what a change does not touch stays as it was written."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from pilotkit.model.plain_data import PlainData
from pilotkit.reading.files import read_text

Row = dict[str, str]


class CellTable:
    """One CSV file, its rows by column. It has been read as nouns before, so it is known to be whole.

    Args:
        folder: the deployment.
        file: relative to it; where it is not there, the table is empty.
    """

    def __init__(self, folder: Path, file: str) -> None:
        self.file = file
        self.is_there = (folder / file).is_file()
        text = read_text(folder / file, file) if self.is_there else ""
        reader = csv.DictReader(io.StringIO(text, newline=""))
        self.columns: list[str] = list(reader.fieldnames or ())
        self.rows: list[Row] = [dict(row) for row in reader]

    def add(self, thing: BaseModel | Mapping[str, Any]) -> None:
        """Add a row; what is absent in it is an empty cell."""
        values = thing.model_dump(mode="json") if isinstance(thing, BaseModel) else thing
        cells = {name: _cell(value) for name, value in values.items() if _cell(value) or name in self.columns}
        self.rows.append(cells)
        self._widen(cells)

    def set(self, row: Row, column: str, value: PlainData) -> None:
        """One cell."""
        row[column] = _cell(value)
        self._widen(row)

    def text(self) -> str:
        """Return the file as it is to be written."""
        written = io.StringIO(newline="")
        writer = csv.DictWriter(written, self.columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        return written.getvalue()

    def _widen(self, cells: Row) -> None:
        self.columns += [name for name in cells if name not in self.columns]


def _cell(value: PlainData) -> str:
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    return "" if value is None else str(value)
