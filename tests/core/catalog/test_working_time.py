"""The law's clock, held against a slow calculation that walks minute by minute or day by day."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.drill import size

from pilotkit import Deadline, DeadlineUnit
from pilotkit.catalog.working_time import WorkingTime
from pilotkit.data import DayException
from pilotkit.settings import CalendarSettings

HOURS = CalendarSettings(cutoff=time(15, 0))
OFF = {
    date(2024, 2, 29),
    date(2024, 12, 31),
    *(date(2025, 1, 25) + timedelta(days=n) for n in range(9)),
    date(2025, 7, 14),
}
MADE_UP = {date(2025, 2, 8), date(2025, 7, 19)}
EXCEPTIONS = (
    *(DayException(day=day, kind="holiday", name="off") for day in sorted(OFF)),
    *(DayException(day=day, kind="working", name="made up") for day in sorted(MADE_UP)),
)
ZONES = {name: WorkingTime(HOURS, name, exceptions=EXCEPTIONS) for name in ("Asia/Kathmandu", "Europe/Lisbon")}


def slow_is_working(day: date) -> bool:
    return day in MADE_UP or (day.weekday() < 5 and day not in OFF)


def slow_next_working(day: date) -> date:
    while not slow_is_working(day):
        day += timedelta(days=1)
    return day


def slow_due(received: datetime, deadline: Deadline) -> datetime:
    """Local, naive."""
    if deadline.unit is DeadlineUnit.WORKING_HOURS:
        return slow_hours(received, deadline.amount * 60)
    day = received.date() + timedelta(days=received.time() > time(15))
    day = slow_next_working(day)
    if deadline.unit is DeadlineUnit.WORKING_DAYS:
        for _ in range(deadline.amount):
            day = slow_next_working(day + timedelta(days=1))
    else:
        day = slow_next_working(day + timedelta(days=deadline.amount))
    return datetime.combine(day, time(17))


def slow_hours(moment: datetime, minutes: int) -> datetime:
    """Walks whole minutes; receipts in these tests are whole minutes."""
    while minutes:
        at = moment.time()
        is_open = slow_is_working(moment.date()) and (time(8) <= at < time(12) or time(13) <= at < time(17))
        moment += timedelta(minutes=1)
        minutes -= is_open
    return moment


receipts = st.datetimes(datetime(2024, 1, 1), datetime(2026, 3, 1)).map(lambda at: at.replace(second=0, microsecond=0))
deadlines = st.one_of(
    st.builds(Deadline, amount=st.integers(1, 60), unit=st.sampled_from(["working_days", "calendar_days"])),
    st.builds(Deadline, amount=st.integers(1, 40), unit=st.just("working_hours")),
)


@pytest.mark.parametrize("zone", ZONES)
@given(received=receipts, deadline=deadlines)
@pytest.mark.drill
@settings(max_examples=size(80, 250), deadline=None)
def test_every_deadline_falls_where_a_slow_calculation_says(zone: str, received: datetime, deadline: Deadline) -> None:
    due = ZONES[zone].due(received.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC), deadline)
    assert slow_due(received, deadline) == due.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("received", "amount", "unit", "due"),
    [
        ("2025-07-25T15:00", 1, "working_days", "2025-07-28T17:00"),
        ("2025-07-25T15:01", 1, "working_days", "2025-07-29T17:00"),
        ("2025-07-26T09:00", 1, "working_days", "2025-07-29T17:00"),
        ("2025-07-18T09:00", 1, "working_days", "2025-07-19T17:00"),
        ("2025-07-11T09:00", 1, "working_days", "2025-07-15T17:00"),
        ("2025-07-09T09:00", 3, "calendar_days", "2025-07-15T17:00"),
        ("2025-07-25T16:00", 2, "working_hours", "2025-07-28T09:00"),
        ("2025-07-25T11:00", 2, "working_hours", "2025-07-25T14:00"),
        ("2025-07-25T11:00", 1, "working_hours", "2025-07-25T12:00"),
        ("2024-02-28T09:00", 1, "working_days", "2024-03-01T17:00"),
        ("2024-12-30T09:00", 1, "working_days", "2025-01-01T17:00"),
    ],
)
def test_deadlines_a_lawyer_would_write_down(received: str, amount: int, unit: str, due: str) -> None:
    zone = ZoneInfo("Asia/Kathmandu")
    fallen = ZONES["Asia/Kathmandu"].due(
        datetime.fromisoformat(received).replace(tzinfo=zone), Deadline(amount=amount, unit=DeadlineUnit(unit))
    )
    assert datetime.fromisoformat(due) == fallen.astimezone(zone).replace(tzinfo=None)


def test_the_deployments_own_table_stands_above_the_countrys_calendar() -> None:
    class Country:
        id = "somewhere"

        def exceptions(self, year: int) -> tuple[DayException, ...]:
            return (DayException(day=date(year, 5, 1), kind="holiday", name="May Day"),)

    monday_first_of_may = date(2028, 5, 1)
    assert not WorkingTime(HOURS, "UTC", Country()).is_working(monday_first_of_may)
    opened = DayException(day=monday_first_of_may, kind="working", name="moved")
    assert WorkingTime(HOURS, "UTC", Country(), (opened,)).is_working(monday_first_of_may)


@given(start=receipts, minutes=st.integers(0, 40_000))
@pytest.mark.drill
@settings(max_examples=size(80, 200), deadline=None)
def test_work_measured_after_work_was_added_is_the_work_that_was_added(start: datetime, minutes: int) -> None:
    import numpy as np

    calendar = ZONES["Europe/Lisbon"]
    table = calendar.table(start.date(), start.date() + timedelta(days=200))
    at = np.array([int(start.replace(tzinfo=calendar.zone).timestamp()) * 1_000_000])
    work = np.array([minutes * 60_000_000])
    assert work.tolist() == (table.worked(table.after(at, work)) - table.worked(at)).tolist()
