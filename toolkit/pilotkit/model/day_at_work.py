"""The present state of a province, as the operations centre shows it."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import AwareDatetime, Field

from pilotkit.model.heartbeat import PointState
from pilotkit.model.text import Noun


class PointQueue(Noun):
    """The queue of one point."""

    point: str
    waiting: int = 0
    longest: timedelta | None = None
    """The waiting time of the first in the queue; None where nobody waits."""
    waits: tuple[timedelta, ...] = ()
    """All waiting times, the longest first."""
    counters: tuple[int, ...] = ()
    """The open counters: they serve somebody, or called somebody within the last hour."""


class UnitBacklog(Noun):
    """The open cases of one unit."""

    unit: str
    open: int = 0
    due_today: int = 0
    """Due before the day ends and not late."""
    late: int = 0


class UnitPressure(Noun):
    """The cases of one unit that will be late: not late yet, due soon, with more work left than time."""

    unit: str
    cases: int


class DayAtWork(Noun):
    """The state of one day up to one instant, for the selected units."""

    at: AwareDatetime
    received_by_hour: Annotated[tuple[int, ...], Field(min_length=24, max_length=24)]
    """Cases received in each local hour of the day; future hours are 0."""
    received_online: int
    backlog: tuple[UnitBacklog, ...]
    """Units with open cases."""
    pressed: tuple[UnitPressure, ...]
    """Units with cases that will be late, the most first."""
    is_cut: bool
    """Whether more cases are due than were examined, so that there may be more of these."""
    queues: tuple[PointQueue, ...]
    """Points where somebody waits or a counter is open."""
    served: int
    """People who were served at the points today."""
    calls: int | None
    """People who took a ticket at a hotline desk today; None where no hotline desk keeps a queue here."""
    states: tuple[PointState, ...]
    """Every open point."""
    ratings: int
    satisfied: int
    """Ratings of 4 and 5."""

    @property
    def received(self) -> int:
        """Cases received today."""
        return sum(self.received_by_hour)

    @property
    def open(self) -> int:
        """Open cases."""
        return sum(each.open for each in self.backlog)

    @property
    def due_today(self) -> int:
        """Cases due before the day ends."""
        return sum(each.due_today for each in self.backlog)

    @property
    def late(self) -> int:
        """Open cases past their deadline."""
        return sum(each.late for each in self.backlog)

    @property
    def waiting(self) -> int:
        """People waiting at the points."""
        return sum(each.waiting for each in self.queues)
