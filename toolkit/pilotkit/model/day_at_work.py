"""What goes on in a province now: the nouns of the operations centre."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import AwareDatetime, Field

from pilotkit.model.heartbeat import PointState
from pilotkit.model.text import Noun


class PointQueue(Noun):
    """Who waits at one point."""

    point: str
    waiting: int = 0
    longest: timedelta | None = None
    """How long the one who came first has waited; None where nobody waits."""
    waits: tuple[timedelta, ...] = ()
    """How long each has waited, the longest first."""
    counters: tuple[int, ...] = ()
    """The counters that are open: they have somebody, or called somebody within the last hour."""


class UnitBacklog(Noun):
    """The open cases of one unit."""

    unit: str
    open: int = 0
    due_today: int = 0
    """In time still, and due before the day is over."""
    late: int = 0


class UnitPressure(Noun):
    """Cases of one unit that will be late: in time still, due soon, and with more work left than time."""

    unit: str
    cases: int


class DayAtWork(Noun):
    """Everything of one day until one instant, of the units that were asked for."""

    at: AwareDatetime
    received_by_hour: Annotated[tuple[int, ...], Field(min_length=24, max_length=24)]
    """Cases received in each local hour of the day; hours that have not come are 0 like those in which nobody came."""
    received_online: int
    backlog: tuple[UnitBacklog, ...]
    """Units with open cases."""
    pressed: tuple[UnitPressure, ...]
    """Units with cases that will be late unless somebody hurries, the most first."""
    is_cut: bool
    """Whether there are more cases due than were looked at, so that there may be more of these."""
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
        """Cases that are being worked on."""
        return sum(each.open for each in self.backlog)

    @property
    def due_today(self) -> int:
        """Cases that are due before the day is over."""
        return sum(each.due_today for each in self.backlog)

    @property
    def late(self) -> int:
        """Open cases past their deadline."""
        return sum(each.late for each in self.backlog)

    @property
    def waiting(self) -> int:
        """People who wait at the points."""
        return sum(each.waiting for each in self.queues)
