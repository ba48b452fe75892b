"""Queue tickets of a service point."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from pilotkit.model.text import Noun


class TicketState(StrEnum):
    """Where a ticket stands."""

    WAITING = "waiting"
    CALLED = "called"
    SERVED = "served"
    SKIPPED = "skipped"
    """Called, and nobody came; it can be called again."""


class Ticket(Noun):
    """A place in the queue of one point on one day. It names nobody."""

    point: str
    day: date
    """The day where the deployment is; numbers start at 1 on each."""
    number: Annotated[int, Field(ge=1)]
    priority: bool = False
    """For the elderly, the disabled, the pregnant: called before the others."""
    procedure: str | None = None
    state: TicketState = TicketState.WAITING
    counter: Annotated[int, Field(ge=1)] | None = None
    """The counter that called it."""
    taken_at: AwareDatetime
    called_at: AwareDatetime | None = None
    """When it was called last."""
    done_at: AwareDatetime | None = None
    """When the person had been served, or was given up."""
