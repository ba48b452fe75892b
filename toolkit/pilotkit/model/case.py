"""Cases: one application for one procedure, and the events that made it what it is."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from pilotkit.model.procedure import Channel
from pilotkit.model.text import Noun


class CaseStatus(StrEnum):
    """Where a case stands. Countries map these to their own codes through a :class:`CodeList`."""

    REGISTERED = "registered"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    PROCESSING = "processing"
    SUPPLEMENT_REQUESTED = "supplement_requested"
    PAYMENT_REQUESTED = "payment_requested"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"
    FINISHED = "finished"
    RETURNED = "returned"


class EventKind(StrEnum):
    """What happened to a case."""

    RECEIVED = "received"
    FINISHED = "finished"


class Application(Noun):
    """What is handed in to :meth:`Casework.receive`."""

    procedure: str
    channel: Channel
    unit: str
    """The code of the unit that decides."""
    received_at_point: str | None = None
    """The service point that took it in; None when it came online."""
    helped_at_point: str | None = None
    """The service point where the person was helped, which may be another's."""
    actor: str
    """Who hands it in: an office, a role or ``citizen``; never a person's name."""


class Case(Noun):
    """A case as its events made it."""

    code: str
    procedure: str
    procedure_version: Annotated[int, Field(ge=1)]
    channel: Channel
    status: CaseStatus
    unit: str
    received_at_point: str | None
    helped_at_point: str | None
    whole_process: bool
    """Whether nobody had to come: applied online, result online or by post."""
    received_at: AwareDatetime
    due_at: AwareDatetime | None
    """The legal deadline; None when none is published."""
    finished_at: AwareDatetime | None = None

    def is_late(self, now: datetime) -> bool:
        """Whether the legal deadline has passed without a result (equal is in time)."""
        return self.due_at is not None and (self.finished_at or now) > self.due_at


class CaseEvent(Noun):
    """One thing that happened to one case. Never changed, never removed."""

    case: str
    number: Annotated[int, Field(ge=1)]
    """The event's place in its own case, from 1 without gaps."""
    kind: EventKind
    at: AwareDatetime
    actor: str
    status: CaseStatus
    """The status after the event."""
