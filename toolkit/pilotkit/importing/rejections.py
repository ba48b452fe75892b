"""Rows that were not taken, each with its reason: a CSV file for whoever mends the log."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import IO, Any

from pilotkit.errors import TargetError

LINE, REASON = "line", "reason"
_SHOWN = 500
"""Different reasons that are counted one by one."""
_RUNS_IN_A_SPREADSHEET = ("=", "+", "-", "@", "\t", "\r")


class Rejections:
    """Collects rejected rows in a file beside the log; there is no file while there is none.

    Args:
        path: the report. One of an earlier import is replaced; anything else is not.
        header: the log's columns.
        hidden: columns that tell who a person is, and are left out.

    Raises:
        TargetError: something else stands there.
    """

    def __init__(self, path: Path, header: tuple[str, ...], hidden: Collection[str]) -> None:
        self.path = path
        self.rows = 0
        self.reasons: Counter[str] = Counter()
        self._header = header
        self._shown = [place for place, column in enumerate(header) if column not in hidden]
        self._file: IO[str] | None = None
        self._writer: Any = None
        _remove_earlier(path)

    def add(self, line: int, reason: str, cells: Sequence[str]) -> None:
        """One row with why it was not taken."""
        if self._file is None:
            self._open()
        self.rows += 1
        self.reasons[reason if reason in self.reasons or len(self.reasons) < _SHOWN else "other reasons"] += 1
        own = [_harmless(cells[place]) for place in self._shown if place < len(cells)]
        self._writer.writerow([line, _harmless(reason), *own])

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self) -> None:
        try:
            self._file = self.path.open("x", encoding="utf-8-sig", newline="")
        except OSError as problem:
            raise TargetError(
                f"the report {self.path} cannot be written: {problem.strerror}.", remedy="Name another with --report."
            ) from None
        self._writer = csv.writer(self._file)
        self._writer.writerow([LINE, REASON, *(_harmless(self._header[place]) for place in self._shown)])


def _remove_earlier(path: Path) -> None:
    if not path.exists():
        return
    with path.open("rb") as file:
        is_ours = file.read(64).removeprefix(b"\xef\xbb\xbf").startswith(f"{LINE},{REASON}".encode())
    if not is_ours:
        raise TargetError(f"{path} is something else than a report.", remedy="Name another file with --report.")
    path.unlink()


def _harmless(cell: str) -> str:
    """Return the cell as a spreadsheet shows it and does not run it (OWASP, CSV injection)."""
    cell = cell.encode(errors="replace").decode()
    return f"'{cell}" if cell.startswith(_RUNS_IN_A_SPREADSHEET) else cell
