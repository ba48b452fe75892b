"""Cases: one application for one procedure, and the events that made it what it is."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from pilotkit.model.personal import Content, Person
from pilotkit.model.procedure import Channel
from pilotkit.model.text import Noun, is_writable


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
    ADVANCED = "advanced"
    SUPPLEMENT_REQUESTED = "supplement_requested"
    PAYMENT_REQUESTED = "payment_requested"
    RESUMED = "resumed"
    EXTENDED = "extended"
    TRANSFERRED = "transferred"
    MIGRATED = "migrated"
    """It went over to a new version of its procedure."""
    STOPPED = "stopped"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    FINISHED = "finished"
    RETURNED = "returned"


def _writable(answers: dict[str, Any]) -> dict[str, Any]:
    if not is_writable(answers):
        raise ValueError("holds half a surrogate pair, which is no character")
    return answers


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
    key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{8,100}$")] | None = None
    """Chosen by whoever submits, once for each submission: sent again, it gets the case that the first one became."""
    draft_as_of: AwareDatetime | None = None
    """When the draft that this comes from was last changed. One that has been changed since is not sent."""
    answers: Annotated[dict[str, Any], AfterValidator(_writable)] = Field(default_factory=dict)
    """What the form asks, as plain data: checked by the procedure's handler, and kept in the personal file."""
    person: Person | None = None
    """Who applies; None where nobody is told apart, such as in an import."""
    contents: tuple[Content, ...] = ()
    """The files that come with it."""


class Case(Noun):
    """A case as its events made it.

    It has three places: where the person was helped, where it was received, and the unit that decides. It has two
    clocks: the legal maximum and the office's own service norm.
    """

    code: str
    procedure: str
    procedure_version: Annotated[int, Field(ge=1)]
    procedure_digest: str
    """Names the very definition it was received under, which is kept for as long as the case is."""
    channel: Channel
    status: CaseStatus
    step: str | None = None
    """The id of the step it stands at; None where the procedure declares none."""
    unit: str
    """The code of the unit that decides."""
    unit_from: date | None = None
    """The first day of that unit, which with the code names it for good; None where only the code is known."""
    received_at_point: str | None
    helped_at_point: str | None
    whole_process: bool
    """Whether nobody had to come: applied online, result online or by post."""
    received_at: AwareDatetime
    due_at: AwareDatetime | None
    """The legal deadline; None when none is published. It moves when the clock has stood."""
    norm_due_at: AwareDatetime | None = None
    """When the service norm of its steps runs out; None where the steps state no hours."""
    promised_at: AwareDatetime | None = None
    """The appointment on the receipt; an extension with an apology moves it, and never the legal deadline."""
    waiting_since: AwareDatetime | None = None
    """Since when both clocks have stood; None while they run."""
    supplements: Annotated[int, Field(ge=0)] = 0
    """How often the person was asked for more. Only the first request stops the clock."""
    finished_at: AwareDatetime | None = None
    """When it ended, whatever the end was."""
    returned_at: AwareDatetime | None = None
    """When the person got the result."""

    def is_late(self, now: datetime) -> bool:
        """Whether the legal deadline has passed without an end (equal is in time).

        A second request for supplements counts as late until the case has ended.
        """
        if self.finished_at is None and self.supplements > 1:
            return True
        return self.due_at is not None and (self.finished_at or self.waiting_since or now) > self.due_at


class CaseEvent(Noun):
    """One thing that happened to one case. Never changed, never removed."""

    case: str
    number: Annotated[int, Field(ge=1)]
    """The event's place in its own case, from 1 without gaps."""
    kind: EventKind
    at: AwareDatetime
    actor: str
    reason: str | None = None
    """Why, in words for the person; what the statutory form says."""
    changes: dict[str, Any]
    """The fields of the case that it changed, with their new values as JSON has them."""
