"""What templates call by name to turn data into words: ``{{ fee.amount|money }}``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, tzinfo
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

from pilotkit.model.text import LocalText
from pilotkit.web.formats import Formats


def filters(formats: Formats, written_in: str, zone: tzinfo | None = None) -> dict[str, Callable[..., Any]]:
    """Return the filters of one language, by name.

    Args:
        formats: how that language writes figures.
        written_in: the language of the deployment's own names, those of its units, points and offices.
        zone: where moments are told; None: where they come from.
    """

    def plain(words: LocalText | str | None) -> str:
        return words.in_language(formats.language) if isinstance(words, LocalText) else words or ""

    def text(words: LocalText | str | None) -> str | Markup:
        if not isinstance(words, LocalText) or words.language_of(formats.language) == formats.language:
            return plain(words)
        return Markup('<span lang="{}">{}</span>').format(words.language_of(formats.language), plain(words))

    def local(name: str) -> str | Markup:
        """Return a name as it is written where it is used, marked where the page speaks another language."""
        return name if formats.language == written_in else Markup('<span lang="{}">{}</span>').format(written_in, name)

    def here(value: Any) -> Any:
        is_moment = zone is not None and isinstance(value, datetime) and value.tzinfo is not None
        return value.astimezone(zone) if is_moment else value

    def iso_day(written: str) -> str:
        """Return a day of plain data, such as a form's answer; what is none stays as it is."""
        try:
            return formats.day(date.fromisoformat(written))
        except ValueError:
            return written

    return {
        "text": text,
        "local": local,
        "plain": plain,
        "number": formats.number,
        "percent": formats.percent,
        "money": formats.money,
        "day": lambda value: formats.day(here(value)),
        "iso_day": iso_day,
        "day_and_month": formats.day_and_month,
        "weekday": formats.weekday,
        "clock": lambda value: formats.clock(here(value)),
        "moment": lambda value: formats.moment(here(value)),
        "listed": formats.listed,
        "hours": formats.hours,
        "web_address": web_address,
        "dialled": dialled,
    }


def web_address(address: str | None) -> str | None:
    """``address`` where it is one of the web, else None: data may not bring ``javascript:`` into a link."""
    if not address:
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in {"http", "https"} and parts.netloc else None


def dialled(phone: str) -> str:
    """Return a phone number as ``tel:`` takes it (RFC 3966)."""
    return "".join(char for char in phone if char.isdecimal() or char in "+*#")
