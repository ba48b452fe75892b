"""Numbers, dates, money and opening hours as each language writes them (Unicode CLDR, through Babel)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, format_percent

_WORLD_ENGLISH = "en_001"
_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_SPAN = r"\d\d:\d\d-\d\d:\d\d"
_RULE = re.compile(rf"(?:(?P<first>[A-Z][a-z])(?:-(?P<last>[A-Z][a-z]))? )?(?P<times>{_SPAN}(?:,{_SPAN})*)")
_TO = "\N{EN DASH}"
NO_CURRENCY = "XXX"
"""ISO 4217 for "no currency": amounts are shown bare."""


@dataclass(frozen=True)
class Formats:
    """How one language writes figures.

    Args:
        language: a BCP 47 tag; one that CLDR does not know is written as world English is.
        currency: ISO 4217.
    """

    language: str
    currency: str = NO_CURRENCY

    @cached_property
    def locale(self) -> Locale:
        """The CLDR locale. English without a country is the world's: 28/07, not 07/28."""
        if self.language == "en":
            return Locale.parse(_WORLD_ENGLISH)
        try:
            return Locale.parse(self.language, sep="-")
        except (UnknownLocaleError, ValueError):
            return Locale.parse(_WORLD_ENGLISH)

    def number(self, value: float | Decimal, places: int | None = None) -> str:
        """``18.692``; with ``places``, that many decimals."""
        pattern = None if places is None else "#,##0" + ("." + "0" * places if places else "")
        return format_decimal(value, format=pattern, locale=self.locale)

    def percent(self, value: float | Decimal, places: int = 1) -> str:
        """``78,0%`` from 78: percents are kept as percents, never as shares."""
        pattern = "#,##0" + ("." + "0" * places if places else "") + "%"
        return format_percent(Decimal(str(value)) / 100, format=pattern, locale=self.locale)

    def money(self, amount: Decimal) -> str:
        """``8.000 ₫`` in the deployment's currency."""
        if self.currency == NO_CURRENCY:
            return self.number(amount)
        return format_currency(amount, self.currency, locale=self.locale)

    def day(self, value: date) -> str:
        """``28/7/2025``; in English with the month's name, which nobody reads the wrong way round."""
        skeleton = "yMMMd" if self.locale.language == "en" else "yMd"
        return format_skeleton(skeleton, value, locale=self.locale)

    def day_and_month(self, value: date) -> str:
        """``28/7``: where the year is plain from its surroundings."""
        return format_skeleton("MMMd" if self.locale.language == "en" else "Md", value, locale=self.locale)

    def weekday(self, value: date) -> str:
        """Return the day of the week in full."""
        return format_date(value, "EEEE", locale=self.locale)

    def clock(self, value: datetime | time) -> str:
        """``17:00``: hours of the day are written alike in every language."""
        return value.strftime("%H:%M")

    def moment(self, value: datetime) -> str:
        """``17:00 28/7/2025``."""
        return f"{self.clock(value)} {self.day(value)}"

    def listed(self, words: list[str]) -> str:
        """Return ``a, b and c``."""
        return format_list(words, locale=self.locale)

    def hours(self, opening: str) -> str:
        """Return opening hours in words, from OpenStreetMap's grammar; as they stand where it goes further."""
        if opening.strip() == "24/7":
            return f"{self._days('Mo', 'Su')}: 00:00{_TO}24:00"
        rules = [_RULE.fullmatch(rule.strip()) for rule in opening.split(";")]
        if not all(rules):
            return opening
        return "; ".join(self._rule(rule) for rule in rules if rule)

    def _rule(self, rule: re.Match[str]) -> str:
        times = self.listed([span.replace("-", _TO) for span in rule["times"].split(",")])
        return f"{self._days(rule['first'] or 'Mo', rule['last'] or rule['first'] or 'Su')}: {times}"

    def _days(self, first: str, last: str) -> str:
        names = self.locale.days["stand-alone"]["wide"]
        known = [names[_DAYS.index(day)] for day in (first, last) if day in _DAYS]
        return f" {_TO} ".join(dict.fromkeys(known)) or f"{first}-{last}"


def language_name(language: str) -> str:
    """Return what speakers call their language: ``Català``, ``English``."""
    try:
        name = Locale.parse(language, sep="-").get_display_name(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        name = None
    return name[:1].upper() + name[1:] if name else language
