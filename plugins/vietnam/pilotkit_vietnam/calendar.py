"""Days off and made up, for the offices of the state (Labour Code 2019, art. 112, and the yearly announcements)."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pilotkit import PluginError, UnknownError
from pilotkit.data import DayException

if TYPE_CHECKING:
    from holidays import HolidayBase

FIRST_YEAR = 1901
LAST_YEAR = 2100
LAST_ANNOUNCED_YEAR = 2026
"""Later years are computed from the law and the lunar calendar; the government may still announce other days."""

SWAPS = ((date(2026, 1, 2), date(2026, 1, 10)),)
"""Day off and the Saturday that makes up for it, where ``holidays`` does not have the pair.

2 January 2026: agreed by the Government and announced by the Ministry of Home Affairs on 25 December 2025 (press).
"""


class VietnamCalendar:
    """The national calendar from PyPI ``holidays``, with Vietnamese names; a :class:`pilotkit.Calendar`.

    A deployment's own ``local/calendar.csv`` stands above it.
    """

    def __init__(self) -> None:
        self._years: dict[int, tuple[DayException, ...]] = {}

    @property
    def id(self) -> str:
        """``vietnam``."""
        return "vietnam"

    def exceptions(self, year: int) -> tuple[DayException, ...]:
        """Holidays, days in lieu and make-up Saturdays of one year in order of date.

        Raises:
            UnknownError: the year is before 1901 or after 2100.
            PluginError: the installed ``holidays`` is not laid out as expected.
        """
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise UnknownError(
                f"the calendar 'vietnam' does not know the year {year}.",
                remedy=f"Ask for a year from {FIRST_YEAR} to {LAST_YEAR}.",
            )
        if year not in self._years:
            self._years[year] = tuple(_exceptions(year))
        return self._years[year]


def _exceptions(year: int) -> list[DayException]:
    # A swap may reach into the year before or after, and is named after its other half.
    known = _country()(years=(year - 1, year, year + 1), language="vi")
    off = _swapped() | dict(known.items())
    working = {day: _made_up(day, off) for day in {*known.weekend_workdays, *(day for _, day in SWAPS)}}
    announced = year <= LAST_ANNOUNCED_YEAR
    days = [
        *(DayException(day=day, kind="holiday", name=name, announced=announced) for day, name in off.items()),
        *(DayException(day=day, kind="working", name=name, announced=announced) for day, name in working.items()),
    ]
    return sorted((each for each in days if each.day.year == year), key=lambda each: each.day)


def _swapped() -> dict[date, str]:
    return {day: f"Ngày nghỉ (thay cho ngày {saturday:%d/%m/%Y})" for day, saturday in SWAPS}


def _made_up(saturday: date, off: dict[date, str]) -> str:
    for day, name in off.items():
        if f"{saturday:%d/%m/%Y}" in name:
            return f"Ngày làm bù (thay cho ngày {day:%d/%m/%Y})"
    return "Ngày làm bù"


@cache
def _country() -> type[HolidayBase]:
    # Through its package the country's module brings 250 other countries with it, half a second; alone it does not.
    package = find_spec("holidays")
    path = Path(package.origin).parent / "countries" / "vietnam.py" if package and package.origin else None
    spec = spec_from_file_location(f"{__name__}.country", path) if path and path.is_file() else None
    if spec is None or spec.loader is None:
        raise PluginError(
            "the calendar 'vietnam' needs the distribution 'holidays' with its module for Viet Nam.",
            remedy="pip install 'holidays>=0.109'.",
        )
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    country: type[Any] = module.Vietnam
    return country
