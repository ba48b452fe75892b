"""Where a target is heading: the last days' line, a forecast for the due date, and what follows for its status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from pilotkit.measures.prediction_interval import Day, coming_cases, coming_share
from pilotkit.model.kpi import Kpi, KpiValue, TargetStatus

_PERCENT = Decimal(100)
_STEP = Decimal("0.0001")


class Prospect(NamedTuple):
    """What a figure will be after some more days; percents."""

    forecast: Decimal
    best: Decimal
    worst: Decimal
    lower: Decimal
    upper: Decimal


@dataclass(frozen=True)
class Outlook:
    """The recent line of a figure and what it will be if the coming days are like the last ones."""

    trend: tuple[Decimal | None, ...]
    """Percent up to and including each of the last days, oldest first; None while there were too few cases."""
    forecast: Decimal | None
    """Percent on the due date; None when not measurable."""
    best: Decimal | None
    """Percent on the due date if every coming case counted in the head's favour."""
    worst: Decimal | None
    """Percent on the due date if none did."""
    lower: Decimal | None = None
    """The lower end of the prediction interval (:data:`pilotkit.measures.prediction_interval.CONFIDENCE`)."""
    upper: Decimal | None = None
    """The upper end."""
    recent: tuple[Day, ...] = field(default=(), repr=False)
    """The counts of the days that the forecast goes on from; none where there is no forecast."""

    def after(self, value: KpiValue, days: int) -> Prospect | None:
        """Return what the figure will be after some of the days that are left; None where there is no forecast.

        Args:
            value: the figure now.
            days: from today on; of the due date it is what the outlook itself says.
        """
        return _prospect(value, self.recent, days) if self.recent else None

    def status(self, kpi: Kpi, goal: Decimal, value: KpiValue, *, over: bool) -> TargetStatus:
        """How the target stands; on track only where the whole interval meets the goal.

        Args:
            kpi: its direction says which side of the goal is good.
            goal: percent.
            value: the figure now.
            over: whether the due date has passed.
        """
        if value.percent is None or None in {self.best, self.worst, self.lower, self.upper}:
            return TargetStatus.NOT_MEASURABLE
        if over:
            return TargetStatus.MET if _meets(kpi, goal, value.percent) else TargetStatus.MISSED
        attainable, cautious = (self.best, self.lower) if kpi.direction == "up" else (self.worst, self.upper)
        if not _meets(kpi, goal, attainable):
            return TargetStatus.MISSED
        return TargetStatus.ON_TRACK if _meets(kpi, goal, cautious) else TargetStatus.AT_RISK


def look_ahead(
    days: Mapping[date, tuple[int | Fraction, int | Fraction]],
    value: KpiValue,
    *,
    last: date,
    days_left: int,
    trend: int,
) -> Outlook:
    """Return the outlook of a figure from its daily counts.

    Args:
        days: numerator and denominator of the cases received each day.
        value: the figure now.
        last: the day the figure is of.
        days_left: days until it is due.
        trend: how many days the line has; the forecast goes on as they did, or as those since the first case.
    """
    line = _cumulative(days, last, trend, max(1, value.minimum))
    if not value.is_measurable or not days:
        return Outlook(line, None, None, None)
    recent = _recent(days, last, trend)
    return Outlook(line, *_prospect(value, recent, max(0, days_left)), tuple(recent))


def _prospect(value: KpiValue, recent: Sequence[Day], days: int) -> Prospect:
    amounts = coming_cases(recent, days)
    seen = sum(denominator for _, denominator in recent)
    share = sum(numerator for numerator, _ in recent) / seen if seen else 0.0
    forecast, best, worst = (_after(value, amounts[1], each) for each in (share, 1.0, 0.0))
    ends = [(amount, coming_share(recent, amount)) for amount in amounts]
    lower = min(_after(value, amount, low) for amount, (low, _) in ends)
    upper = max(_after(value, amount, high) for amount, (_, high) in ends)
    return Prospect(forecast, best, worst, min(forecast, max(lower, worst)), max(forecast, min(upper, best)))


def _recent(days: Mapping[date, tuple[int | Fraction, int | Fraction]], last: date, trend: int) -> list[Day]:
    """Every one of the last days since the first case, also those on which nothing came."""
    length = min(trend, max(1, (last - min(days)).days + 1))
    wanted = (last - timedelta(days=back) for back in range(length - 1, -1, -1))
    return [
        (float(numerator), float(denominator)) for numerator, denominator in (days.get(day, (0, 0)) for day in wanted)
    ]


def _after(value: KpiValue, coming: float, share: float) -> Decimal:
    """Percent once ``coming`` more cases have come, of which ``share`` count."""
    more = Decimal(coming)
    return _share(value.numerator + more * Decimal(share), value.denominator + more)


def _cumulative(
    days: Mapping[date, tuple[int | Fraction, int | Fraction]], last: date, length: int, minimum: int
) -> tuple[Decimal | None, ...]:
    first = last - timedelta(days=length - 1)
    before = [count for day, count in days.items() if day < first]
    numerator, denominator = (sum(count[place] for count in before) for place in (0, 1))
    line: list[Decimal | None] = []
    for back in range(length - 1, -1, -1):
        more = days.get(last - timedelta(days=back), (0, 0))
        numerator, denominator = numerator + more[0], denominator + more[1]
        share = Fraction(numerator * 1_000_000, denominator) if denominator >= minimum else None
        line.append(None if share is None else Decimal(round(share)).scaleb(-4))
    return tuple(line)


def _share(numerator: Decimal, denominator: Decimal) -> Decimal:
    return (numerator * _PERCENT / denominator).quantize(_STEP)


def _meets(kpi: Kpi, goal: Decimal, percent: Decimal | None) -> bool:
    if percent is None:
        return False
    return percent >= goal if kpi.direction == "up" else percent <= goal
