"""The line of a target, day by day: what was, and what will be if the coming days are like the last ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from pilotkit import Standing

_WHOLE = Decimal(100)
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


def line_of(standing: Standing, last: date) -> tuple[Day, ...]:
    """The ten days until ``last``, and those until the due date.

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
        past[-1] = Day(last, now, now, now, now)
    return (*past, *ahead)


def _ahead(standing: Standing, last: date) -> Iterator[Day]:
    """As many cases a day as lately, and the same share of them: what the outlook says of the due date, day by day."""
    outlook, left = standing.outlook, standing.days_left
    coming = _coming(standing)
    if coming is None or outlook.forecast is None or not 0 < left <= MOST_AHEAD:
        return
    numerator, denominator = standing.value.numerator, standing.value.denominator
    favoured = outlook.forecast * (denominator + coming) / _WHOLE - numerator
    for days in range(1, left + 1):
        more = coming * days / left
        whole = denominator + more
        yield Day(
            last + timedelta(days=days),
            forecast=_percent(numerator + favoured * days / left, whole),
            best=_percent(numerator + more, whole),
            worst=_percent(Decimal(numerator), whole),
        )


def _coming(standing: Standing) -> Decimal | None:
    """How many cases the outlook expects until the due date; None where it expects none, or cannot say."""
    outlook, numerator, denominator = standing.outlook, standing.value.numerator, standing.value.denominator
    if outlook.best is None or outlook.worst is None or outlook.best <= outlook.worst:
        return None
    if outlook.best < _WHOLE:
        return (outlook.best * denominator - _WHOLE * numerator) / (_WHOLE - outlook.best)
    return numerator * _WHOLE / outlook.worst - denominator


def _percent(numerator: Decimal, denominator: Decimal) -> Decimal:
    return round(min(max(numerator * _WHOLE / denominator, Decimal(0)), _WHOLE), 4)
