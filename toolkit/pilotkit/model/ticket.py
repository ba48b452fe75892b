"""Queue tickets of a service point."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from pilotkit.model.text import Noun


class TicketState(StrEnum):
    """The state of a ticket."""

    WAITING = "waiting"
    CALLED = "called"
    SERVED = "served"
    SKIPPED = "skipped"
    """Called without response; it can be called again."""


class Ticket(Noun):
    """A place in the queue of one point on one day, without personal data."""

    point: str
    day: date
    """The local day; numbers start at 1 on each."""
    number: Annotated[int, Field(ge=1)]
    priority: bool = False
    """Priority, for the elderly, the disabled and the pregnant: called first."""
    procedure: str | None = None
    state: TicketState = TicketState.WAITING
    counter: Annotated[int, Field(ge=1)] | None = None
    """The counter that called it."""
    taken_at: AwareDatetime
    called_at: AwareDatetime | None = None
    """When it was last called."""
    done_at: AwareDatetime | None = None
    """When service ended, or the ticket was abandoned."""
