"""A clock that stands still until it is told to move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """The time of a test. Call it to read it.

    Args:
        now: where it starts; aware. Tuesday 1 July 2025, 09:00 UTC unless told.
    """

    def __init__(self, now: datetime = datetime(2025, 7, 1, 9, tzinfo=UTC)) -> None:
        if now.tzinfo is None:
            raise ValueError("a clock needs a time zone")
        self._now = now

    def __call__(self) -> datetime:
        """Return the time it shows."""
        return self._now

    def show(self, moment: datetime) -> datetime:
        """Set it to another aware time, which may lie in the past, and read it."""
        self._now = moment
        return self._now

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0) -> datetime:
        """Move on by days, hours and minutes, and read it."""
        self._now += timedelta(days=days, hours=hours, minutes=minutes)
        return self._now
