"""The work of officers: work list, urgency of cases, and outcomes of bulk actions."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from pilotkit.model.case import Case
from pilotkit.model.text import Noun


class Group(StrEnum):
    """The groups of the work list; a :class:`CaseStatus` is a narrower one."""

    OPEN = "open"
    LATE = "late"
    SOON = "soon"
    WAITING = "waiting"
    READY = "ready"


class WorkListQuery(Noun):
    """The filter of a work list. The default is every open case of the jurisdiction."""

    status: str | None = None
    """A :class:`Group` or a :class:`CaseStatus`; None: every open case, or with ``text`` any."""
    procedure: str | None = None
    unit: str | None = None
    due_before: AwareDatetime | None = None
    mine: bool = False
    """Only cases at a step of the reader's own roles."""
    text: Annotated[str, Field(max_length=80)] = ""
    """A prefix of the case code."""
    after: str | None = None
    """The cursor of the previous page, stable while cases come in. It takes precedence over the page number."""


class ClockState(StrEnum):
    """The state of a case's legal clock."""

    LATE = "late"
    SOON = "soon"
    RUNNING = "running"
    STANDING = "standing"
    """The clock is suspended, waiting for the person."""
    UNTIMED = "untimed"
    """No deadline is published."""
    ENDED = "ended"


class Countdown(Noun):
    """The legal clock of one case, read at one instant."""

    state: ClockState
    left: timedelta | None = None
    """Working time until the deadline, negative once it has passed; None where no clock runs."""


class WorkItem(Noun):
    """One line of the work list."""

    case: Case
    clock: Countdown
    is_mine: bool
    """Whether its step belongs to one of the reader's own roles."""


class WorkList(Noun):
    """One page of the work list, the most urgent first."""

    items: tuple[WorkItem, ...]
    has_more: bool
    next: str | None = None
    """The cursor of the next page; None on the last."""

    @property
    def cases(self) -> tuple[Case, ...]:
        """The cases of the items."""
        return tuple(item.case for item in self.items)


class CappedCount(Noun):
    """A count with an upper bound."""

    count: int
    is_more: bool = False
    """Whether there are more than ``count``."""


class Outcome(Noun):
    """The outcome of a bulk action for one case."""

    code: str
    problem: str | None = None
    """The reason of the failure, in words; None where it succeeded."""


class UrgentCase(Noun):
    """A case that is late, or will be."""

    case: Case
    left: timedelta
    """Working time until the deadline; negative once it has passed."""
    needed: timedelta
    """Working time of its remaining steps by the service norm."""
    role: str | None
    """The role of its current step."""

    @property
    def is_late(self) -> bool:
        """Whether the deadline has passed."""
        return self.left < timedelta(0) or self.case.supplements > 1

    @property
    def slack(self) -> timedelta:
        """Time left after the remaining steps; negative: it is going to be late."""
        return self.left - self.needed


class Load(Noun):
    """The workload of one unit or one role."""

    id: str
    """The unit's code or the role's id; empty where no step names a role."""
    late: int = 0
    will_be_late: int = 0
    """Not late, with more work left than time."""
    soon: int = 0
    """Due within the requested hours, with enough time."""
    hours: Decimal = Decimal(0)
    """Working hours of all of these by the service norm."""


class Workload(Noun):
    """The late cases and those at risk, at one instant."""

    hours: Decimal
    pressing: tuple[UrgentCase, ...]
    """By slack, the least first."""
    by_unit: tuple[Load, ...]
    by_role: tuple[Load, ...]
    is_cut: bool = False
    """Whether there are more than were examined; those with the earliest due dates are examined first."""
