"""Text as a sequence of words: what donor marks are made of and looked for in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal

WORD = re.compile(r"\w+")
_YEARS = range(1900, 2101)
_LEAST_DIGITS = 4
_GROUPS = (2, 3, 4)


def fold(text: str) -> str:
    """``text`` composed and without case; lines stay where they are."""
    return unicodedata.normalize("NFC", text).casefold()


def words_of(text: str) -> tuple[str, ...]:
    """The words of ``text``, folded; a number with marks between its thousands is several."""
    return tuple(WORD.findall(fold(text)))


def forms_of_figure(value: Decimal) -> Iterator[tuple[str, ...]]:
    """The ways a figure is written: ``74000``, ``74.000``, ``74,000``, ``74 000``; none where it says too little.

    Fewer than four digits, a year, or one digit and zeros: such numbers stand everywhere for other things.
    """
    text = f"{value.normalize():f}"
    digits = text.replace(".", "").strip("0")
    whole = "." not in text
    if len(text.replace(".", "")) < _LEAST_DIGITS or len(digits) <= 1 or (whole and int(text) in _YEARS):
        return
    yield words_of(text)
    if whole:
        yield words_of(f"{int(value):,}")


def forms_of_phone(phone: str) -> Iterator[tuple[str, ...]]:
    """The ways a number is dialled and written: whole, or in groups of two to four digits."""
    digits = re.sub(r"\D", "", phone)
    if len(digits) < _LEAST_DIGITS:
        return
    yield words_of(phone)
    yield (digits,)
    yield from _grouped(digits, 4)


def _grouped(digits: str, most: int) -> Iterator[tuple[str, ...]]:
    if len(digits) in _GROUPS:
        yield (digits,)
    if most > 1:
        for size in _GROUPS:
            for rest in _grouped(digits[size:], most - 1) if len(digits) > size else ():
                yield (digits[:size], *rest)
