"""Points in time as people and systems write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from pilotkit.storage.tables import EPOCH

_MICROSECOND = timedelta(microseconds=1)
_NUMERIC = re.compile(
    r"(?P<first>\d{1,2})[/.-](?P<second>\d{1,2})[/.-](?P<year>\d{4})"
    r"(?:[ T,]+(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<sec>\d{2})(?:[.,](?P<part>\d{1,6}))?)?"
    r"(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?)?"
)
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(.*)", re.DOTALL)
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_NOON = 12


class TimestampParser:
    """Reads instants of one file.

    Args:
        zone: of those that name none.
        day_first: whether the day stands before the month; None where nobody said.
    """

    def __init__(self, zone: ZoneInfo, *, day_first: bool | None) -> None:
        self._zone = zone
        self._day_first = day_first

    def read(self, text: str) -> int:
        """Microseconds since 1970 in UTC. A day alone begins at midnight.

        Raises:
            ValueError: it is not an instant, or may be read in two ways.
        """
        text = text.strip()
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = self._other(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self._zone)
        if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            raise ValueError(f"'{text:.40}' lies outside the years {_FIRST_YEAR} to {_LAST_YEAR}")
        return (moment - EPOCH) // _MICROSECOND

    def _other(self, text: str) -> datetime:
        """Forms that ISO 8601 does not have."""
        try:
            if found := _YEAR_FIRST.fullmatch(text):
                year, month, day, rest = found.groups()
                return datetime.fromisoformat(f"{year}-{int(month):02}-{int(day):02}{rest}")
            if found := _NUMERIC.fullmatch(text):
                return self._numeric(found)
        except ValueError as problem:
            if "day_first" in str(problem):
                raise
        raise ValueError(f"'{text:.40}' is not a date or an instant")

    def _numeric(self, found: re.Match[str]) -> datetime:
        if self._day_first is None:
            raise ValueError(f"'{found[0]:.40}' may be read in two ways; say [source] day_first = true or false")
        first, second = int(found["first"]), int(found["second"])
        day, month = (first, second) if self._day_first else (second, first)
        hour = int(found["hour"] or 0)
        if found["half"]:
            hour = hour % _NOON + (_NOON if found["half"] in "Pp" else 0)
        part = int((found["part"] or "").ljust(6, "0"))
        return datetime(  # noqa: DTZ001  # the reader adds the zone
            int(found["year"]), month, day, hour, int(found["minute"] or 0), int(found["sec"] or 0), part
        )


def iso(micros: int) -> str:
    """Microseconds as the changes of an event have them."""
    return (EPOCH + timedelta(microseconds=micros)).isoformat()


def moment(micros: int) -> datetime:
    """Microseconds as an aware datetime in UTC."""
    return (EPOCH + timedelta(microseconds=micros)).astimezone(UTC)
