"""A tokenizer: text as a sequence of folded words, for donor fingerprints."""

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
    """Return ``text`` composed (NFC) and case-folded; line breaks are kept."""
    return unicodedata.normalize("NFC", text).casefold()


def words_of(text: str) -> tuple[str, ...]:
    """Return the folded words of ``text``; a number with thousands separators is several."""
    return tuple(WORD.findall(fold(text)))


def forms_of_figure(value: Decimal) -> Iterator[tuple[str, ...]]:
    """Yield the spellings of a figure: ``74000``, ``74.000``, ``74,000``, ``74 000``; none of a common number.

    A number is too common with fewer than four digits, as a year, or as one digit and zeros.
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
    """Yield the spellings of a phone number: whole, or in groups of two to four digits."""
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
