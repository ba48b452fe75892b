"""Where a target is heading: the last days' line, a forecast for the due date, and what follows for its status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from pilotkit.model.kpi import Kpi, KpiValue, TargetStatus

_PERCENT = Decimal(100)


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

    def status(self, kpi: Kpi, goal: Decimal, value: KpiValue, *, over: bool) -> TargetStatus:
        """How the target stands.

        Args:
            kpi: its direction says which side of the goal is good.
            goal: percent.
            value: the figure now.
            over: whether the due date has passed.
        """
        if value.percent is None or self.forecast is None or self.best is None or self.worst is None:
            return TargetStatus.NOT_MEASURABLE
        up = kpi.direction == "up"
        meets = value.percent >= goal if up else value.percent <= goal
        if over:
            return TargetStatus.MET if meets else TargetStatus.MISSED
        attainable = self.best >= goal if up else self.worst <= goal
        if not attainable:
            return TargetStatus.MISSED
        on_course = self.forecast >= goal if up else self.forecast <= goal
        return TargetStatus.ON_TRACK if on_course else TargetStatus.AT_RISK


def look_ahead(
    days: Mapping[date, tuple[int, int]], value: KpiValue, *, last: date, days_left: int, trend: int
) -> Outlook:
    """The outlook of a figure from its daily counts.

    Args:
        days: numerator and denominator of the cases received each day.
        value: the figure now.
        last: the day the figure is of.
        days_left: days until it is due.
        trend: how many days the line has; the forecast goes on as they did.
    """
    line = _cumulative(days, last, trend, max(1, value.minimum))
    if not value.is_measurable or not days:
        return Outlook(line, None, None, None)
    recent = [count for day, count in days.items() if day > last - timedelta(days=trend)]
    numerator, denominator = sum(n for n, _ in recent), sum(d for _, d in recent)
    left = max(0, days_left)
    coming = Decimal(denominator) * left / trend
    favoured = coming * numerator / denominator if denominator else Decimal(0)
    total = value.denominator + coming
    return Outlook(
        line,
        _share(value.numerator + favoured, total),
        _share(value.numerator + coming, total),
        _share(Decimal(value.numerator), total),
    )


def _cumulative(
    days: Mapping[date, tuple[int, int]], last: date, length: int, minimum: int
) -> tuple[Decimal | None, ...]:
    wanted = [last - timedelta(days=back) for back in range(length - 1, -1, -1)]
    line: list[Decimal | None] = []
    for day in wanted:
        until = [count for each, count in days.items() if each <= day]
        denominator = sum(d for _, d in until)
        line.append(_share(Decimal(sum(n for n, _ in until)), Decimal(denominator)) if denominator >= minimum else None)
    return tuple(line)


def _share(numerator: Decimal, denominator: Decimal) -> Decimal:
    return (numerator * _PERCENT / denominator).quantize(Decimal("0.0001"))
