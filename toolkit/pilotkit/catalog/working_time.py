"""Working time: which days count, when a deadline falls, how long a case was worked on.

The rules, all configurable in ``[calendar]`` and ``local/calendar.csv``:

- What arrives after the cutoff, or on a day off, counts as received on the next working day.
- A deadline of N working days falls at closing time of the N-th working day after the day it counts from.
- A deadline of N calendar days falls N days after that day; on a day off it moves to the next working day's closing.
- A deadline of N working hours runs inside opening hours only, from the moment of receipt.

A day table holds one row a day, so that a million deadlines are a few array operations and no loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from pilotkit.model.calendar import Calendar, DayException
from pilotkit.model.procedure import Deadline, DeadlineUnit
from pilotkit.settings import WEEKDAYS, CalendarSettings

Micros = NDArray[np.int64]
"""Instants: microseconds since 1970-01-01T00:00Z."""
UNITS = (DeadlineUnit.WORKING_DAYS, DeadlineUnit.CALENDAR_DAYS, DeadlineUnit.WORKING_HOURS)
HOUR = 3_600_000_000
MINUTE = 60_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class DayTable:
    """Consecutive days from ``first``; one element a day in every array."""

    first: date
    working: NDArray[np.bool_]
    midnight: Micros
    opens: Micros
    break_starts: Micros
    break_ends: Micros
    closes: Micros
    cutoff: Micros
    working_days: NDArray[np.int64]
    """The index of each working day."""
    ordinal: NDArray[np.int64]
    """How many working days stand before each day."""
    worked_before: Micros
    """Working microseconds before each day."""

    def day_of(self, at: Micros) -> NDArray[np.int64]:
        """Return the index of the local day each instant falls on."""
        return np.searchsorted(self.midnight, at, side="right") - 1

    def counted_day(self, received: Micros) -> NDArray[np.int64]:
        """Return the index of the working day each receipt counts from."""
        day = self.day_of(received)
        return self._next_working(day + (received > self.cutoff[day]))

    def due(self, received: Micros, amount: NDArray[np.int64], unit: NDArray[np.int64]) -> Micros:
        """When each deadline falls.

        Args:
            received: instants of receipt.
            amount: how many of the unit.
            unit: index into :data:`UNITS`.
        """
        counted = self.counted_day(received)
        by_working_days = self.after_working_days(counted, amount * (unit == 0))
        by_calendar_days = self.after_calendar_days(counted, amount * (unit == 1))
        by_hours = self.after(received, amount * (unit == UNITS.index(DeadlineUnit.WORKING_HOURS)) * HOUR)
        return np.select([unit == 0, unit == 1], [by_working_days, by_calendar_days], by_hours)

    def after_working_days(self, counted: NDArray[np.int64], amount: NDArray[np.int64]) -> Micros:
        """Return the close of so many working days after the days that are counted from."""
        day: NDArray[np.int64] = self.working_days[self.ordinal[counted] + amount]
        return self.closes[day]

    def after_calendar_days(self, counted: NDArray[np.int64], amount: NDArray[np.int64]) -> Micros:
        """Return the close of the first working day so many days after the days counted from, or later."""
        return self.closes[self._next_working(counted + amount)]

    def worked(self, at: Micros) -> Micros:
        """Working microseconds between the table's first day and each instant."""
        day = self.day_of(at)
        morning = np.clip(at - self.opens[day], 0, self.break_starts[day] - self.opens[day])
        afternoon = np.clip(at - self.break_ends[day], 0, self.closes[day] - self.break_ends[day])
        return self.worked_before[day] + np.where(self.working[day], morning + afternoon, 0)

    def after(self, start: Micros, work: Micros) -> Micros:
        """Return the instants at which ``work`` working microseconds have passed since ``start``."""
        target = self.worked(start) + work
        day = self.working_days[np.searchsorted(self._worked_after, target, side="left")]
        within = target - self.worked_before[day]
        morning = self.break_starts[day] - self.opens[day]
        return np.where(within <= morning, self.opens[day] + within, self.break_ends[day] + within - morning)

    def _next_working(self, day: NDArray[np.int64]) -> NDArray[np.int64]:
        return self.working_days[self.ordinal[day]]

    @cached_property
    def _worked_after(self) -> Micros:
        """Working microseconds up to the close of each working day."""
        day = self.working_days
        length = self.closes[day] - self.break_ends[day] + self.break_starts[day] - self.opens[day]
        return self.worked_before[day] + length


class Pause(NamedTuple):
    """A stretch in which the clock stood: two aware instants."""

    start: datetime
    end: datetime


class WorkingTime:
    """The working time of one deployment.

    Args:
        settings: ``[calendar]``.
        timezone: IANA name.
        calendar: the source of exceptions, if any.
        exceptions: the deployment's own table, which stands above it.
    """

    def __init__(
        self,
        settings: CalendarSettings,
        timezone: str,
        calendar: Calendar | None = None,
        exceptions: tuple[DayException, ...] = (),
    ) -> None:
        self._settings = settings
        self.zone = ZoneInfo(timezone)
        self._calendar = calendar
        self._own = {exception.day: exception.kind == "working" for exception in exceptions}
        self._week = frozenset(WEEKDAYS.index(day) for day in settings.working_days)
        self._tables: dict[tuple[int, int], DayTable] = {}
        self._exceptions_of = lru_cache(maxsize=None)(self._year)

    def is_working(self, day: date) -> bool:
        """Whether the administration works on ``day``."""
        if day in self._own:
            return self._own[day]
        return self._exceptions_of(day.year).get(day, day.weekday() in self._week)

    def due(self, received: datetime, deadline: Deadline, pauses: Sequence[Pause] = ()) -> datetime:
        """When ``deadline`` falls for a case received at the aware instant ``received``; in UTC.

        A pause gives back what it took, in the deadline's own unit: the working days, calendar days or working hours
        from the day (or moment) that its start counts from to the one that its end counts from.
        """
        last = max([received, *(pause.end for pause in pauses)])
        table = self.table(received.date(), last.date() + _reach(deadline))
        at = _array(received)
        if deadline.unit is DeadlineUnit.WORKING_HOURS:
            work = sum(self._worked(table, pause) for pause in pauses)
            fallen = table.after(at, np.array([deadline.amount * HOUR + work], dtype=np.int64))
        else:
            days = np.array([deadline.amount + sum(_days(table, pause, deadline.unit) for pause in pauses)])
            is_calendar = deadline.unit is DeadlineUnit.CALENDAR_DAYS
            after = table.after_calendar_days if is_calendar else table.after_working_days
            fallen = after(table.counted_day(at), days)
        return _EPOCH + timedelta(microseconds=int(fallen[0]))

    def after(self, received: datetime, hours: Decimal, pauses: Sequence[Pause] = ()) -> datetime:
        """When ``hours`` working hours have passed since ``received``, pauses left out; in UTC."""
        last = max([received, *(pause.end for pause in pauses)])
        table = self.table(received.date(), last.date() + timedelta(days=int(hours) + 60))
        work = int(hours * HOUR) + sum(self._worked(table, pause) for pause in pauses)
        return _EPOCH + timedelta(microseconds=int(table.after(_array(received), np.array([work]))[0]))

    def _worked(self, table: DayTable, pause: Pause) -> int:
        return int(table.worked(_array(pause.end))[0] - table.worked(_array(pause.start))[0])

    def table(self, first: date, last: date) -> DayTable:
        """Return a day table that covers both days with room on either side. Tables are kept by whole years."""
        span = ((first - timedelta(days=40)).year, (last + timedelta(days=40)).year)
        if span not in self._tables:
            self._tables[span] = self._build(date(span[0], 1, 1), date(span[1], 12, 31))
        return self._tables[span]

    def _build(self, first: date, last: date) -> DayTable:
        days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
        working = np.array([self.is_working(day) for day in days])
        hours = self._settings
        clock = {name: self._instants(days, getattr(hours, name)) for name in _HOURS}
        midnight = self._instants(days, time(0))
        cutoff = self._instants(days, hours.cutoff or hours.closes)
        length = clock["closes"] - clock["break_ends"] + clock["break_starts"] - clock["opens"]
        before: Any = np.concatenate([[0], np.cumsum(np.where(working, length, 0))[:-1]])
        ordinal: Any = np.concatenate([[0], np.cumsum(working)[:-1]])
        return DayTable(first, working, midnight, **clock, cutoff=cutoff, working_days=np.flatnonzero(working),
                        ordinal=ordinal, worked_before=before)  # fmt: skip

    def _instants(self, days: list[date], at: time) -> Micros:
        local = (datetime.combine(day, at, tzinfo=self.zone) for day in days)
        return np.array([int(moment.timestamp()) * 1_000_000 for moment in local], dtype=np.int64)

    def _year(self, year: int) -> dict[date, bool]:
        exceptions = self._calendar.exceptions(year) if self._calendar else ()
        return {exception.day: exception.kind == "working" for exception in exceptions}


_HOURS = ("opens", "break_starts", "break_ends", "closes")


def _array(moment: datetime) -> Micros:
    return np.array([(moment - _EPOCH) // timedelta(microseconds=1)], dtype=np.int64)


def _days(table: DayTable, pause: Pause, unit: DeadlineUnit) -> int:
    start, end = (table.counted_day(_array(moment)) for moment in pause)
    if unit is DeadlineUnit.WORKING_DAYS:
        start, end = table.ordinal[start], table.ordinal[end]
    return int((end - start)[0])


def _reach(deadline: Deadline) -> timedelta:
    """More calendar days than the deadline can take, however many are days off."""
    return timedelta(days=deadline.amount * 2 + 60)
