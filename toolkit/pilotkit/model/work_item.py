"""What an officer has to do: the work list, how urgent each case is, and what becomes of many verbs at once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from pilotkit.model.case import Case
from pilotkit.model.text import Noun


class Group(StrEnum):
    """The heaps that cases lie on; a :class:`CaseStatus` is a narrower one."""

    OPEN = "open"
    LATE = "late"
    SOON = "soon"
    WAITING = "waiting"
    READY = "ready"


class WorkListQuery(Noun):
    """What a work list is narrowed to. Left out: every open case of the jurisdiction."""

    status: str | None = None
    """A :class:`Group` or a :class:`CaseStatus`; None: every open case, or with ``text`` any."""
    procedure: str | None = None
    unit: str | None = None
    due_before: AwareDatetime | None = None
    mine: bool = False
    """Only cases that stand at a step of one's own roles."""
    text: Annotated[str, Field(max_length=80)] = ""
    """How the case code begins."""
    after: str | None = None
    """The cursor of the page before: stable while cases come in. Stands above the number of a page."""


class ClockState(StrEnum):
    """How a case stands against its legal deadline."""

    LATE = "late"
    SOON = "soon"
    RUNNING = "running"
    STANDING = "standing"
    """The person is awaited: the clock does not run."""
    UNTIMED = "untimed"
    """No deadline is published."""
    ENDED = "ended"


class Countdown(Noun):
    """The legal clock of one case, read at one instant."""

    state: ClockState
    left: timedelta | None = None
    """Working time until the deadline, negative once it has passed; None where no clock runs towards one."""


class WorkItem(Noun):
    """One line of the work list."""

    case: Case
    clock: Countdown
    is_mine: bool
    """Whether its step is one of the reader's own roles'."""


class WorkList(Noun):
    """One page of the work list, the most urgent first."""

    items: tuple[WorkItem, ...]
    has_more: bool
    next: str | None = None
    """The cursor to go on with; None on the last page."""

    @property
    def cases(self) -> tuple[Case, ...]:
        """The cases alone."""
        return tuple(item.case for item in self.items)


class CappedCount(Noun):
    """A count that stops counting."""

    count: int
    is_more: bool = False
    """Whether there are more than ``count``."""


class Outcome(Noun):
    """What became of one case of a bulk action."""

    code: str
    problem: str | None = None
    """Why not, in words; None where it was done."""


class UrgentCase(Noun):
    """A case that is late, or will be."""

    case: Case
    left: timedelta
    """Working time until the deadline; negative once it has passed."""
    needed: timedelta
    """Working time that its remaining steps take by the service norm."""
    role: str | None
    """Whose step it stands at."""

    @property
    def is_late(self) -> bool:
        """Whether the deadline has passed."""
        return self.left < timedelta(0) or self.case.supplements > 1

    @property
    def slack(self) -> timedelta:
        """What is left when the remaining steps are done; negative: it will be late unless somebody hurries."""
        return self.left - self.needed


class Load(Noun):
    """What lies with one unit or one role."""

    id: str
    """The unit's code or the role's id; empty where no step names a role."""
    late: int = 0
    will_be_late: int = 0
    """In time still, with more work left than time."""
    soon: int = 0
    """Due within the hours asked for, and with time enough."""
    hours: Decimal = Decimal(0)
    """Working hours that all of these need by the service norm."""


class Workload(Noun):
    """What is late and what will be, read at one instant."""

    hours: Decimal
    pressing: tuple[UrgentCase, ...]
    """The least slack first."""
    by_unit: tuple[Load, ...]
    by_role: tuple[Load, ...]
    is_cut: bool = False
    """Whether there are more than were looked at; those looked at are due first."""
