"""One test, two sizes: what ``make test`` runs in a reduced form, ``make drill`` runs whole.

A test that is marked ``drill`` asks :func:`size` how much it does; ``pytest --drill`` runs those tests alone and whole,
and keeps when that was, how long each took, and the figures that it reported through ``record_property``.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import cycle, product
from pathlib import Path
from typing import Any, TypeVar

import pytest

RESULTS = Path(__file__).parents[1] / "bench" / "drill.json"
_Size = TypeVar("_Size")
_First = TypeVar("_First")
_Second = TypeVar("_Second")
_mode = {"whole": False}


def choose(*, whole: bool) -> None:
    """Say, before any test is read, which of the two sizes holds."""
    _mode["whole"] = whole


def size(reduced: _Size, whole: _Size) -> _Size:
    """The amount that a test does: the first in ``make test``, the second in ``make drill``."""
    return whole if _mode["whole"] else reduced


def pairs(first: Iterable[_First], second: Iterable[_Second]) -> list[tuple[_First, _Second]]:
    """Every combination in ``make drill``; in ``make test`` each of ``first`` with one of ``second``, in turn."""
    return size([*zip(first, cycle(second), strict=False)], [*product(first, second)])


class Record:
    """Writes down what ran: the row of a test that ran is new, those of the others stay.

    Args:
        path: the file.
    """

    def __init__(self, path: Path = RESULTS) -> None:
        self._path = path
        self._rows: dict[str, dict[str, Any]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add up a test's phases; the last of them knows its figures."""
        row = self._rows.setdefault(
            report.nodeid, {"test": report.nodeid, "date": f"{datetime.now(UTC):%Y-%m-%d}", "seconds": 0.0}
        )
        row["seconds"] = round(row["seconds"] + report.duration, 1)
        if row.get("outcome") != "failed" and (report.when == "call" or report.outcome != "passed"):
            row["outcome"] = report.outcome
        if report.user_properties:
            row["figures"] = dict(report.user_properties)

    def pytest_sessionfinish(self) -> None:
        """Write the file."""
        known = json.loads(self._path.read_text(encoding="utf-8"))["tests"] if self._path.is_file() else []
        rows = {each["test"]: each for each in known} | self._rows
        kept = {
            "repeat": "make drill",
            "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()},
            "tests": sorted(rows.values(), key=lambda each: str(each["test"])),
        }
        if self._rows:
            self._path.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
