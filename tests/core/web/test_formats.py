"""Figures are written as the reader's language writes them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotkit.web.formats import Formats, language_name

VI, EN = Formats("vi", "VND"), Formats("en", "VND")


def test_numbers_have_the_language_s_own_separators():
    assert ("18.692", "18,692") == (VI.number(18692), EN.number(18692))
    assert ("0,5", "0.5") == (VI.number(Decimal("0.5")), EN.number(Decimal("0.5")))
    assert ("3,00", "3") == (VI.number(3, 2), VI.number(3, 0))


def test_a_percent_is_given_as_a_percent():
    assert ("78,0%", "78.0%") == (VI.percent(78), EN.percent(78))
    assert "26%" == VI.percent(Decimal("26.4"), 0)


@given(st.decimals(0, 100, places=4))
def test_a_percent_is_never_a_hundred_times_off(value):
    shown = Decimal(VI.percent(value, 4).removesuffix("%").replace(".", "").replace(",", "."))
    assert value == shown


def test_a_date_cannot_be_read_the_wrong_way_round():
    assert ("28/7/2025", "28 Jul 2025") == (VI.day(date(2025, 7, 28)), EN.day(date(2025, 7, 28)))
    assert ("28/7", "28 Jul") == (VI.day_and_month(date(2025, 7, 28)), EN.day_and_month(date(2025, 7, 28)))


def test_a_moment_has_its_hour_first():
    assert "17:00 28/7/2025" == VI.moment(datetime(2025, 7, 28, 17, 0, tzinfo=UTC))


def test_a_weekday_is_written_out():
    assert ("Thứ Hai", "Monday") == (VI.weekday(date(2025, 7, 28)), EN.weekday(date(2025, 7, 28)))


def test_money_is_in_the_deployment_s_currency_or_bare():
    assert "8.000\N{NO-BREAK SPACE}₫" == VI.money(Decimal(8000))
    assert "8.000" == Formats("vi").money(Decimal(8000))


@pytest.mark.parametrize(
    ("opening", "words"),
    [
        ("Mo-Fr 08:00-12:00,13:00-17:00", "Monday – Friday: 08:00–12:00 and 13:00–17:00"),
        ("Sa 08:00-12:00", "Saturday: 08:00–12:00"),
        ("08:00-12:00", "Monday – Sunday: 08:00–12:00"),
        ("24/7", "Monday – Sunday: 00:00–24:00"),
        ("Mo-Fr 08:00-17:00; Sa 08:00-12:00", "Monday – Friday: 08:00–17:00; Saturday: 08:00–12:00"),
        ("PH off", "PH off"),
        ("by appointment", "by appointment"),
        ("", ""),
    ],
)
def test_opening_hours_are_put_into_words_as_far_as_they_are_understood(opening, words):
    assert words == EN.hours(opening)


@given(st.text(max_size=60))
def test_opening_hours_never_fail(opening):
    assert isinstance(VI.hours(opening), str)


def test_a_language_calls_itself_by_its_own_name():
    assert ["Tiếng Việt", "English", "Français"] == [language_name(code) for code in ("vi", "en", "fr")]


def test_a_language_that_nobody_has_data_for_is_written_as_world_english():
    assert ("1,000", "xx") == (Formats("xx").number(1000), language_name("xx"))
