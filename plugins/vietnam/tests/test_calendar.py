from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotkit import PluginError, UnknownError
from pilotkit.data import Calendar
from pilotkit_vietnam import calendar as calendar_module
from pilotkit_vietnam.calendar import FIRST_YEAR, LAST_YEAR, VietnamCalendar

CALENDAR = VietnamCalendar()


def _days(year: int, kind: str) -> dict[date, str]:
    return {each.day: each.name for each in CALENDAR.exceptions(year) if each.kind == kind}


def _span(first: date, last: date) -> set[date]:
    return {first + timedelta(days=count) for count in range((last - first).days + 1)}


def test_it_is_a_calendar():
    assert isinstance(CALENDAR, Calendar)
    assert "vietnam" == CALENDAR.id


@pytest.mark.parametrize(
    ("first", "last"),
    [(date(2025, 1, 27), date(2025, 1, 31)), (date(2026, 2, 16), date(2026, 2, 20))],
)
def test_offices_are_closed_the_whole_working_week_of_tet(first, last):
    assert _span(first, last) <= _days(first.year, "holiday").keys()


def test_the_holidays_of_2025_are_those_announced():
    weekdays = [day for day in _days(2025, "holiday") if day.weekday() < 5]
    assert [
        date(2025, 1, 1), *sorted(_span(date(2025, 1, 27), date(2025, 1, 31))), date(2025, 4, 7), date(2025, 4, 30),
        date(2025, 5, 1), date(2025, 5, 2), date(2025, 9, 1), date(2025, 9, 2),
    ] == weekdays  # fmt: skip


def test_a_holiday_on_a_sunday_is_taken_on_the_monday():
    assert "Ngày Giỗ Tổ Hùng Vương (nghỉ bù)" == _days(2026, "holiday")[date(2026, 4, 27)]


def test_the_make_up_saturday_of_2025_names_the_day_it_makes_up_for():
    assert {date(2025, 4, 26): "Ngày làm bù (thay cho ngày 02/05/2025)"} == _days(2025, "working")


def test_the_make_up_saturdays_of_2026_name_the_days_they_make_up_for():
    assert {
        date(2026, 1, 10): "Ngày làm bù (thay cho ngày 02/01/2026)",
        date(2026, 8, 22): "Ngày làm bù (thay cho ngày 31/08/2026)",
    } == _days(2026, "working")
    assert {date(2026, 1, 2), date(2026, 8, 31)} <= _days(2026, "holiday").keys()


def test_a_saturday_may_make_up_for_a_day_of_the_year_before():
    assert "Ngày nghỉ (thay cho ngày 05/01/2019)" == _days(2018, "holiday")[date(2018, 12, 31)]
    assert {} == _days(2018, "working")
    assert "Ngày làm bù (thay cho ngày 31/12/2018)" == _days(2019, "working")[date(2019, 1, 5)]


def test_a_saturday_may_make_up_for_a_day_of_the_year_after():
    assert "Ngày làm bù (thay cho ngày 02/01/2015)" == _days(2014, "working")[date(2014, 12, 27)]


def test_names_are_vietnamese_whatever_the_language_of_the_machine(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "en_US")
    names = {each.name for each in VietnamCalendar().exceptions(2025)}
    assert {"Tết Nguyên Đán", "Quốc khánh", "Ngày Quốc tế Lao động"} <= names


@pytest.mark.parametrize(("year", "announced"), [(2025, True), (2026, True), (2027, False), (2040, False)])
def test_what_is_only_computed_is_not_called_announced(year, announced):
    assert {announced} == {each.announced for each in CALENDAR.exceptions(year)}


@settings(max_examples=30, deadline=None)
@given(st.integers(min_value=FIRST_YEAR, max_value=LAST_YEAR))
def test_every_year_is_in_order_and_says_one_thing_of_a_day(year):
    days = [each.day for each in CALENDAR.exceptions(year)]
    assert sorted(set(days)) == days
    assert {year} == {day.year for day in days}


def test_a_year_is_worked_out_once():
    assert CALENDAR.exceptions(2026) is CALENDAR.exceptions(2026)


@pytest.mark.parametrize("year", [FIRST_YEAR - 1, LAST_YEAR + 1])
def test_a_year_beyond_the_calendar_is_refused_rather_than_without_holidays(year):
    with pytest.raises(UnknownError, match=f"does not know the year {year}. Ask for a year from 1901 to 2100"):
        CALENDAR.exceptions(year)


def test_a_missing_distribution_is_named(monkeypatch):
    monkeypatch.setattr(calendar_module, "find_spec", lambda name: None)
    calendar_module._country.cache_clear()
    with pytest.raises(PluginError, match="needs the distribution 'holidays'"):
        VietnamCalendar().exceptions(2026)


def test_a_distribution_with_another_layout_is_named(monkeypatch, tmp_path: Path):
    monkeypatch.setattr(Path, "is_file", lambda self: False)
    calendar_module._country.cache_clear()
    with pytest.raises(PluginError, match="with its module for Viet Nam"):
        VietnamCalendar().exceptions(2026)
