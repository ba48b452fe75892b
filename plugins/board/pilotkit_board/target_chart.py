"""The line of a target, day by day: what was, and what will be if the coming days are like the last ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pilotkit.figures import TargetReport

MOST_AHEAD = 62
"""Days of a forecast that are drawn."""


@dataclass(frozen=True)
class Day:
    """One day of the line; percents, None where there is none."""

    day: date
    value: Decimal | None = None
    forecast: Decimal | None = None
    best: Decimal | None = None
    """If every coming case counted in the head's favour."""
    worst: Decimal | None = None
    """If none did."""
    lower: Decimal | None = None
    """The lower end of the forecast's interval."""
    upper: Decimal | None = None
    """The upper end."""


def line_of(standing: TargetReport, last: date) -> tuple[Day, ...]:
    """Return the ten days until ``last``, and those until the due date.

    Args:
        standing: of the target.
        last: the local day that its value is of.
    """
    trend = standing.outlook.trend
    past = [
        Day(last - timedelta(days=len(trend) - 1 - at), value)
        for at, value in enumerate(trend)
    ]  # fmt: skip
    ahead = list(_ahead(standing, last))
    if ahead and past and past[-1].value is not None:
        now = past[-1].value
        past[-1] = Day(last, now, now, now, now, now, now)
    return (*past, *ahead)


def _ahead(standing: TargetReport, last: date) -> Iterator[Day]:
    """Yield what the outlook says of each day until the due date; nothing where no more cases are expected."""
    outlook, left = standing.outlook, standing.days_left
    if outlook.best == outlook.worst or not 0 < left <= MOST_AHEAD:
        return
    for days in range(1, left + 1):
        found = outlook.after(standing.value, days)
        if found is not None:
            yield Day(
                last + timedelta(days=days),
                forecast=found.forecast, best=found.best, worst=found.worst, lower=found.lower, upper=found.upper,
            )  # fmt: skip
