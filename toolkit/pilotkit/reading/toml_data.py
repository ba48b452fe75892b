"""TOML as plain data."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from pilotkit.errors import DataError, Place
from pilotkit.reading.files import read_text
from pilotkit.reading.limits import MAXIMUM_DEPTH, MAXIMUM_KEYS

_LINE = re.compile(r"line (\d+)")
_LONGEST_KEY = 16
_ENDLESS_KEY = re.compile(
    rf"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{_LONGEST_KEY}}}""",
)
"""A TOML key of so many parts that tomllib's time, which grows with their square, matters."""
_MARKS = re.compile(r"[=.\[{]")
"""What makes keys, parts of keys, tables and lists; inside text it makes none, and is counted all the same."""


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
    if sum(1 for _ in _MARKS.finditer(text)) > MAXIMUM_KEYS:
        raise DataError(
            f"holds more than {MAXIMUM_KEYS} keys, tables and lists.",
            where=Place(name),
            remedy="Write the data in several files.",
        )
    try:
        data = tomllib.loads(text)
    except (RecursionError, ValueError) as problem:
        found = _LINE.search(str(problem))
        raise DataError(
            f"is not valid TOML: {problem}.",
            where=Place(name, line=int(found[1]) if found else None),
            remedy="Mend the line.",
        ) from None
    if _is_deeper(data, MAXIMUM_DEPTH):
        raise DataError(f"nests more than {MAXIMUM_DEPTH} levels deep.", where=Place(name), remedy="Write it flatter.")
    return data


def _is_deeper(data: dict[str, Any], most: int) -> bool:
    waiting: list[tuple[Any, int]] = [(data, 0)]
    while waiting:
        value, depth = waiting.pop()
        if depth > most:
            return True
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        waiting.extend((each, depth + 1) for each in inner)
    return False


def read_toml(path: Path, name: str) -> dict[str, Any]:
    """Return the TOML file ``path`` as plain data."""
    return parse_toml(read_text(path, name), name)
