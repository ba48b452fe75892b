"""TOML as plain data."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from pilotkit.errors import DataError, Place
from pilotkit.reading.files import read_text

_LINE = re.compile(r"line (\d+)")
_LONGEST_KEY = 100
_ENDLESS_KEY = re.compile(
    rf"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{_LONGEST_KEY}}}""",
)
"""A TOML key of so many parts that tomllib's time, which grows with their square, matters."""


def parse_toml(text: str, name: str) -> dict[str, Any]:
    """TOML as plain data.

    Raises:
        DataError: syntax, or keys without end.
    """
    if found := _ENDLESS_KEY.search(text):
        raise DataError(
            f"holds a key of more than {_LONGEST_KEY} parts.",
            where=Place(name, line=text.count("\n", 0, found.start()) + 1),
            remedy="Shorten the line.",
        )
    try:
        return tomllib.loads(text)
    except (RecursionError, ValueError) as problem:
        found = _LINE.search(str(problem))
        raise DataError(
            f"is not valid TOML: {problem}.",
            where=Place(name, line=int(found[1]) if found else None),
            remedy="Mend the line.",
        ) from None


def read_toml(path: Path, name: str) -> dict[str, Any]:
    """The TOML file ``path`` as plain data."""
    return parse_toml(read_text(path, name), name)
