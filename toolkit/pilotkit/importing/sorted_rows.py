"""The rows of a log by case and in order of time, with bounded memory: DuckDB sorts them on disk."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa

from pilotkit.errors import DataError, Place, TargetError
from pilotkit.importing.mapping import Mapping
from pilotkit.importing.rejections import Rejections
from pilotkit.importing.sources import Row, Table
from pilotkit.importing.timestamps import TimestampParser

CHUNK = 20_000
_BETWEEN = "\x00"
"""Stands between the cells of a row while it is staged; no cell holds it."""
MOST_ROWS = 10_000
"""A case of more rows is none: the column does not tell cases apart."""
_SCHEMA = pa.schema(
    [("code", pa.string()), ("happened", pa.int64()), ("line", pa.int64()), ("problem", pa.string()),
     ("cells", pa.string())]
)  # fmt: skip
_IN_ORDER = (
    "SELECT code, happened, line, problem, cells FROM staged JOIN "
    "(SELECT code, min(happened) AS first FROM staged GROUP BY code) USING (code) ORDER BY first, code, happened, line"
)


class Staged(NamedTuple):
    """One row of a case."""

    code: str
    at: int | None
    """Microseconds since 1970; None where it cannot be told."""
    line: int
    problem: str | None
    """Why it cannot be taken."""
    cells: list[str]


@dataclass
class SortedRows:
    """Rows on their way into order.

    Args:
        table: the opened file.
        mapping: how it is read.
        instants: reads its points in time.
        until: the present in microseconds; nothing can have happened after it.
        rejections: where rows go that belong to no case.
    """

    table: Table
    mapping: Mapping
    instants: TimestampParser
    until: int
    rejections: Rejections
    rows: int = 0
    left_out: int = 0
    _only: list[tuple[int, frozenset[str]]] = field(init=False)

    def __post_init__(self) -> None:
        place = self.place
        self._only = [(place(column), frozenset(words)) for column, words in self.mapping.source.only.items()]
        self._case, self._at = place(self.mapping.columns.case), place(self.mapping.columns.at)

    def place(self, column: str) -> int:
        """Where a column stands.

        Raises:
            DataError: there is none of this name.
        """
        try:
            return self.table.header.index(column)
        except ValueError:
            raise DataError(
                f"names the column '{column}', which the file does not have.",
                where=Place("map.toml", "columns"),
                remedy=f"Its columns are: {', '.join(self.table.header)}.",
            ) from None

    @contextmanager
    def cases(self, folder: Path, progress: Callable[[str], None]) -> Iterator[Iterator[list[Staged]]]:
        """Yield the rows of each case together, by time; cases by their first row's time.

        Args:
            folder: holds a temporary file of about the size of the log.
            progress: told what is being done.
        """
        with tempfile.TemporaryDirectory(dir=folder, prefix="import-") as room:
            settings: dict[str, str | bool | int | float | list[str]] = {
                "threads": 2, "memory_limit": "256MB", "temp_directory": f"{room}/spill",
                "preserve_insertion_order": False, "autoinstall_known_extensions": False,
            }  # fmt: skip
            connection = duckdb.connect(f"{room}/staged.duckdb", config=settings)
            try:
                self._fill(connection)
                progress("Putting them in order")
                yield self._grouped(connection)
            except duckdb.Error as problem:
                raise TargetError(
                    f"the rows cannot be put in order: {str(problem).splitlines()[0]}",
                    remedy=f"Make room on the disk of {folder}.",
                ) from None
            finally:
                connection.close()

    def _fill(self, connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(
            "CREATE TABLE staged (code VARCHAR, happened BIGINT, line BIGINT, problem VARCHAR, cells VARCHAR)"
        )
        rows = self._staged()
        while chunk := list(islice(rows, CHUNK)):
            columns = [
                pa.array(values, kind.type) for values, kind in zip(zip(*chunk, strict=True), _SCHEMA, strict=True)
            ]
            connection.register("chunk", pa.Table.from_arrays(columns, schema=_SCHEMA))
            connection.execute("INSERT INTO staged SELECT * FROM chunk")
            connection.unregister("chunk")

    def _staged(self) -> Iterator[tuple[str, int | None, int, str | None, str]]:
        width = len(self.table.header)
        for row in self.table.rows():
            self.rows += 1
            line, cells = row
            if problem := self._broken(row, width):
                self.rejections.add(line, problem, cells)
            elif all(cells[place].strip() in words for place, words in self._only):
                at, problem = self._moment(cells[self._at])
                yield cells[self._case].strip(), at, line, problem, _BETWEEN.join(cells)
            else:
                self.left_out += 1

    def _broken(self, row: Row, width: int) -> str | None:
        _, cells = row
        if len(cells) != width:
            return f"has {len(cells)} cells where the header has {width}"
        if not cells[self._case].strip():
            return f"has no case in the column '{self.mapping.columns.case}'"
        if not _is_text("".join(cells)):
            return "holds a character that no database keeps"
        return None

    def _moment(self, text: str) -> tuple[int | None, str | None]:
        if not text.strip():
            return None, f"has no instant in the column '{self.mapping.columns.at}'"
        try:
            at = self.instants.read(text)
        except (ValueError, OverflowError) as problem:
            return None, str(problem)
        return (at, None) if at <= self.until else (None, f"'{text:.40}' lies in the future")

    def _grouped(self, connection: duckdb.DuckDBPyConnection) -> Iterator[list[Staged]]:
        for code, rows in groupby(_streamed(connection), key=itemgetter(0)):
            together = list(islice(rows, MOST_ROWS + 1))
            if len(together) <= MOST_ROWS:
                yield together
                continue
            for row in chain(together, rows):
                self.rejections.add(row.line, f"case '{code:.40}' has more than {MOST_ROWS:,} rows", row.cells)


def _streamed(connection: duckdb.DuckDBPyConnection) -> Iterator[Staged]:
    connection.execute(_IN_ORDER)
    while chunk := connection.fetchmany(5_000):
        for code, at, line, problem, cells in chunk:
            yield Staged(code, at, line, problem, cells.split(_BETWEEN))


def _is_text(text: str) -> bool:
    """Whether every database keeps it: no NUL, and nothing that UTF-8 cannot write."""
    if _BETWEEN in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
