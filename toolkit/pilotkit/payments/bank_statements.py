"""Bank statements as CSV files in a folder: what has arrived for a reference. Read tolerantly, trusted with nothing.

Banks write each their own way, so columns are found by their heading, in the words that the connector knows. A
reference counts wherever it stands in the text of a row, since banks put words around what a payer wrote.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from pilotkit.model.text import search_form

MAX_SIZE = 20 * 1024 * 1024
"""The most that one statement may have, in bytes."""
_NOT_CODE = re.compile(r"[^0-9A-Z]+")
_AMOUNT = re.compile(r"[+-]?[0-9]+(?:[., '\u00a0\u202f][0-9]+)*")
_HEADING_ROWS = 30
"""How far down a heading may stand: banks write their name and the account above it."""
_THOUSAND = 3


@dataclass(frozen=True)
class _Statement:
    """One file: how often it has each row, as text and amount."""

    rows: Counter[tuple[str, ...]]
    said: Mapping[tuple[str, ...], tuple[str, Decimal]]


class BankStatements:
    """The statements in one folder.

    A row that stands in two files is one transfer, since statements overlap; one that stands twice in the same file is
    two. Give statements a column with the bank's own number of the transfer, and no two rows are ever the same.

    Args:
        folder: where the files are; it may be missing.
        texts: headings of columns that may hold a reference, in any writing.
        amounts: headings of the column with what came in.
    """

    def __init__(self, folder: Path, texts: Sequence[str], amounts: Sequence[str]) -> None:
        self._folder = folder
        self._texts = frozenset(map(search_form, texts))
        self._amounts = frozenset(map(search_form, amounts))
        self._read: dict[Path, tuple[tuple[int, int], _Statement | str]] = {}

    def received(self, reference: str, is_order: Callable[[str], bool]) -> Decimal:
        """All that has arrived with this reference and no other, less what was taken back; never under 0.

        Args:
            reference: what the payer was asked to write.
            is_order: whether a word of the same length is the reference of any order.
        """
        wanted = _NOT_CODE.sub("", reference.upper())
        most: Counter[tuple[str, ...]] = Counter()
        amounts: dict[tuple[str, ...], Decimal] = {}
        for statement in self._statements():
            named = (row for row, (text, _) in statement.said.items() if wanted and wanted in text)
            found = {row for row in named if not _names_another(statement.said[row][0], wanted, is_order)}
            most |= Counter({row: statement.rows[row] for row in found})
            amounts |= {row: statement.said[row][1] for row in found}
        return max(sum((amounts[row] * times for row, times in most.items()), Decimal(0)), Decimal(0))

    def problems(self) -> tuple[str, ...]:
        """Return the files that cannot be read, each with why. They hold up no other."""
        return tuple(f"{path.name} {found}" for path, found in self._files() if isinstance(found, str))

    def _statements(self) -> Iterator[_Statement]:
        for _, found in self._files():
            if isinstance(found, _Statement):
                yield found

    def _files(self) -> Iterator[tuple[Path, _Statement | str]]:
        for path in sorted(self._folder.glob("*.csv")):
            if path.is_symlink() or not path.is_file():
                continue
            stat = path.stat()
            version = (stat.st_mtime_ns, stat.st_size)
            if path not in self._read or self._read[path][0] != version:
                self._read[path] = (version, self._parsed(path, stat.st_size))
            yield path, self._read[path][1]

    def _parsed(self, path: Path, size: int) -> _Statement | str:
        if size > MAX_SIZE:
            return f"has more than {MAX_SIZE // 2**20} MB."
        try:
            rows = list(_rows(_text(path.read_bytes())))
        except (OSError, UnicodeDecodeError, csv.Error) as problem:
            return f"cannot be read as CSV: {problem}."
        start, texts, amount = self._columns(rows)
        if amount is None or not texts:
            return "has no heading for the text and the amount of a transfer."
        return _statement(rows[start:], texts, amount)

    def _columns(self, rows: Sequence[Sequence[str]]) -> tuple[int, list[int], int | None]:
        for number, row in enumerate(rows[:_HEADING_ROWS], start=1):
            headings = [search_form(cell) for cell in row]
            texts = [index for index, heading in enumerate(headings) if heading in self._texts]
            amounts = [index for index, heading in enumerate(headings) if heading in self._amounts]
            if texts and amounts:
                return number, texts, amounts[0]
        return 0, [], None


def _names_another(text: str, wanted: str, is_order: Callable[[str], bool]) -> bool:
    """Whether a text names one more order; without what it says of the one that is wanted."""
    size = len(wanted)
    rest = text.replace(wanted, "|")
    return any(is_order(word) for at in range(len(rest) - size + 1) if "|" not in (word := rest[at : at + size]))


def amount_in(text: str) -> Decimal | None:
    """Return an amount as people and banks write it: ``1.500.000``, ``1,500,000.50``, ``+1 500``; None for none.

    A mark before exactly three digits parts thousands: no currency here has three decimals.
    """
    found = _AMOUNT.search(text.strip())
    if found is None:
        return None
    written = re.sub("[ '\u00a0\u202f]", "", found[0])
    head, mark, tail = written, "", ""
    if (last := max(written.rfind("."), written.rfind(","))) >= 0:
        head, mark, tail = written[:last], written[last], written[last + 1 :]
    if mark and (len(tail) == _THOUSAND or mark in head):
        head, tail = head + tail, ""
    return Decimal(re.sub("[.,]", "", head) + (f".{tail}" if tail else ""))


def _statement(rows: Iterable[Sequence[str]], texts: Sequence[int], amount: int) -> _Statement:
    counted: Counter[tuple[str, ...]] = Counter()
    said: dict[tuple[str, ...], tuple[str, Decimal]] = {}
    for row in rows:
        found = amount_in(row[amount]) if amount < len(row) else None
        if found is not None:
            key = tuple(row)
            counted[key] += 1
            # a mark that is no letter stands between columns, so that no reference is put together from two
            said[key] = ("|".join(_NOT_CODE.sub("", row[each].upper()) for each in texts if each < len(row)), found)
    return _Statement(counted, said)


def _rows(text: str) -> Iterator[list[str]]:
    head = text[:10_000]
    delimiter = max(";\t,", key=head.count)
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        cells = [cell.strip() for cell in row]
        if any(cells):
            yield cells


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    return data.decode("utf-8-sig")
