"""How much working time is left of legal clocks: for a whole page of cases in one go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np

from pilotkit.catalog.working_time import WorkingTime
from pilotkit.model.case import Case
from pilotkit.model.procedure import Procedure, Step
from pilotkit.model.work_item import ClockState, Countdown
from pilotkit.storage.tables import microseconds

SOON = Decimal(8)
"""Working hours: with no more than this left, a case is pressing. One working day."""


def countdowns(cases: Sequence[Case], time: WorkingTime, now: datetime) -> tuple[Countdown, ...]:
    """Return the legal clock of each case at ``now``."""
    left = working_time_left(cases, time, now)
    return tuple(Countdown(state=_state(case, now, each), left=each) for case, each in zip(cases, left, strict=True))


def working_time_left(cases: Sequence[Case], time: WorkingTime, now: datetime) -> tuple[timedelta | None, ...]:
    """Working time from ``now``, or from when the clock stands, to each open case's deadline."""
    running = [case for case in cases if case.due_at is not None and case.finished_at is None]
    ends = [(case.waiting_since or now, case.due_at) for case in running if case.due_at is not None]
    if not ends:
        return (None,) * len(cases)
    instants = [each for pair in ends for each in pair]
    table = time.table(min(instants).date(), max(instants).date())
    worked = table.worked(np.array([[microseconds(each) for each in pair] for pair in ends], dtype=np.int64))
    between = iter((worked[:, 1] - worked[:, 0]).tolist())
    is_running = {id(case) for case in running}
    return tuple(timedelta(microseconds=next(between)) if id(case) in is_running else None for case in cases)


def remaining(procedure: Procedure, step: str | None) -> timedelta:
    """Return what the steps from ``step`` to the end take by the service norm, along the ways that are always open."""
    steps = {each.id: each for each in procedure.steps}
    here = steps.get(step) if step else None
    hours, seen = Decimal(0), set[str]()
    while here is not None and here.id not in seen:
        seen.add(here.id)
        hours += here.hours or 0
        here = _onward(steps, here)
    return timedelta(hours=float(hours))


def _onward(steps: dict[str, Step], here: Step) -> Step | None:
    ways = [each.to for each in here.then if each.guard is None] or [each.to for each in here.then]
    return steps.get(ways[0]) if ways else None


def _state(case: Case, now: datetime, left: timedelta | None) -> ClockState:
    if case.finished_at is not None:
        return ClockState.ENDED
    if case.is_late(now):
        return ClockState.LATE
    if case.waiting_since is not None:
        return ClockState.STANDING
    if left is None:
        return ClockState.UNTIMED
    return ClockState.SOON if left <= timedelta(hours=float(SOON)) else ClockState.RUNNING
