"""Which of the languages we have a visitor would rather read (RFC 9110, 12.5.4)."""

from __future__ import annotations

from collections.abc import Sequence

_LONGEST = 500


def preferred(accepted: str, offered: Sequence[str]) -> str:
    """Return the best of ``offered`` for an ``Accept-Language`` header; the first where nothing fits."""
    ranges = [_parsed(part) for part in accepted[:_LONGEST].split(",") if part.strip()]
    for wanted, quality in sorted(ranges, key=lambda each: -each[1]):
        if quality <= 0:
            continue
        for language in offered:
            if wanted == "*" or _fits(wanted, language.lower()):
                return language
    return offered[0]


def _parsed(part: str) -> tuple[str, float]:
    language, _, rest = part.strip().lower().partition(";")
    name, _, value = rest.strip().partition("=")
    try:
        return language.strip(), float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return language.strip(), 0.0


def _fits(wanted: str, language: str) -> bool:
    return wanted == language or wanted.partition("-")[0] == language or wanted == language.partition("-")[0]
