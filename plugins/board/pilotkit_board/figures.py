"""A standing made ready to be read: rounded with care, compared, and with the address of the cases behind it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from pilotkit.figures import TargetStatus
from pilotkit_board.query_parameters import written

if TYPE_CHECKING:
    from pilotkit import Kpi
    from pilotkit.figures import KpiValue, TargetReport
    from pilotkit.pages import PageRequest

_URGENCY = {
    status: rank
    for rank, status in enumerate(
        (
            TargetStatus.MISSED,
            TargetStatus.AT_RISK,
            TargetStatus.ON_TRACK,
            TargetStatus.MET,
            TargetStatus.NOT_MEASURABLE,
        )
    )
}
_FEWEST_PLACES, _MOST_PLACES = 1, 4
_STEP = 10
_WHOLE = 100


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A value and where its cases are. A goal only where somebody was given one."""

    kpi: Kpi
    value: KpiValue
    address: Mapping[str, str]
    """What ``board.cases`` needs to find exactly the cases counted here."""
    goal: Decimal | None = None

    @property
    def percent(self) -> Decimal | None:
        """The share in percent; None when not measurable."""
        return self.value.percent

    @property
    def places(self) -> int:
        """The fewest decimals that do not round the value across its goal: 79.96 never reads 80.0."""
        return places(self.percent, self.goal)


@dataclass(frozen=True, kw_only=True)
class TargetFigure(Figure):
    """A value with a goal, a due date and somebody who answers for it."""

    standing: TargetReport

    @property
    def status(self) -> TargetStatus:
        """How the target stands."""
        return self.standing.status

    @property
    def is_met_now(self) -> bool:
        """Whether the value is on the good side of its goal today, whatever may come."""
        return self.percent is not None and self.standing.gap <= 0

    @property
    def is_open(self) -> bool:
        """Whether there is time left."""
        return self.standing.days_left >= 0 and self.status not in {TargetStatus.MET, TargetStatus.MISSED}

    @cached_property
    def change(self) -> Decimal | None:
        """Points gained over the days of the line; None where there is no line yet."""
        known = [value for value in self.standing.outlook.trend if value is not None]
        return known[-1] - known[0] if len(known) > 1 else None

    @cached_property
    def needed(self) -> int | None:
        """Percent of the coming cases that must count for the goal to be reached; None where nothing is left to win.

        Whole, and rounded to the safe side.
        """
        outlook = self.standing.outlook
        if outlook.best is None or outlook.worst is None or outlook.best <= outlook.worst:
            return None
        share = (self.standing.target.goal - outlook.worst) / (outlook.best - outlook.worst) * _WHOLE
        if not 0 < share <= _WHOLE:
            return None
        return math.ceil(share) if self.kpi.direction == "up" else math.floor(share)


@dataclass(frozen=True)
class Tally:
    """How the units stand together."""

    statuses: Mapping[TargetStatus, int]
    total: int
    meeting: int
    """Units whose value is on the good side of the goal today."""

    @property
    def expected(self) -> int:
        """Units that meet the goal on the due date if the coming days are like the last ones."""
        return self.statuses.get(TargetStatus.MET, 0) + self.statuses.get(TargetStatus.ON_TRACK, 0)

    @property
    def unmeasurable(self) -> int:
        """Units with too few cases to say anything."""
        return self.statuses.get(TargetStatus.NOT_MEASURABLE, 0)

    def status(self, *, over: bool) -> TargetStatus:
        """One word for all of them."""
        measurable = self.total - self.unmeasurable
        if not measurable:
            return TargetStatus.NOT_MEASURABLE
        if over:
            return TargetStatus.MET if self.meeting == measurable else TargetStatus.MISSED
        if self.statuses.get(TargetStatus.MISSED, 0) == measurable:
            return TargetStatus.MISSED
        return TargetStatus.ON_TRACK if self.expected == measurable else TargetStatus.AT_RISK


def figure(request: PageRequest, kpi: Kpi, value: KpiValue, since: date | None, **only: str) -> Figure:
    """Return a value without a goal. ``only`` names the group it is of: unit, procedure, month."""
    return Figure(kpi=kpi, value=value, address=address(request, value, since, **only))


def target_figure(request: PageRequest, standing: TargetReport) -> TargetFigure:
    """Return a standing with the address of its cases."""
    target = standing.target
    where = address(request, standing.value, target.assigned, unit=target.unit)
    return TargetFigure(kpi=standing.kpi, value=standing.value, address=where, goal=target.goal, standing=standing)


def address(request: PageRequest, value: KpiValue, since: date | None, **only: str) -> dict[str, str]:
    """Return what ``board.cases`` needs to count the same cases as ``value`` did."""
    start = {"since": since.isoformat()} if since else {}
    return {"kpi": value.kpi, **only, **start, "as_of": written(request, value.as_of)}


def worst_first(figures: Iterable[TargetFigure]) -> list[TargetFigure]:
    """Missed before at risk before the rest, the widest gap first; what cannot be measured comes last."""
    return sorted(figures, key=lambda each: (_URGENCY[each.status], -each.standing.gap, each.standing.unit.code))


def tally(figures: Sequence[TargetFigure]) -> Tally:
    """How the units stand together, worst status first."""
    counted = Counter(each.status for each in figures)
    statuses = {status: counted[status] for status in _URGENCY if counted[status]}
    return Tally(statuses, len(figures), sum(each.is_met_now for each in figures))


def places(percent: Decimal | None, goal: Decimal | None) -> int:
    """Return the fewest decimals, from one, that keep ``percent`` on its own side of ``goal``."""
    if percent is None or goal is None:
        return _FEWEST_PLACES
    for count in range(_FEWEST_PLACES, _MOST_PLACES):
        rounded = round(percent, count)
        if (rounded > goal, rounded == goal) == (percent > goal, percent == goal):
            return count
    return _MOST_PLACES


def line_scale(figures: Sequence[TargetFigure]) -> tuple[int, int]:
    """Return the percents between which all lines of a table are drawn, so that they can be compared: whole tens.

    Where they end decides: the first days of a line are of few cases, and would flatten all the others.
    """
    shown = [each.percent for each in figures if each.percent is not None]
    if not shown:
        return 0, _WHOLE
    goals = [each.goal for each in figures if each.goal is not None]
    low, high = min([*shown, *goals]), max([*shown, *goals])
    bottom = min(math.floor(low / _STEP) * _STEP, _WHOLE - _STEP)
    return bottom, min(_WHOLE, max(math.ceil(high / _STEP) * _STEP, bottom + _STEP))
