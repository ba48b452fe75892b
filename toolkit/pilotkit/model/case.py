"""Cases: one application for one procedure, and the events that its state is projected from."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from pilotkit.model.personal import Content, Person
from pilotkit.model.plain_data import PlainData
from pilotkit.model.procedure import Channel
from pilotkit.model.text import Noun, is_writable


class CaseStatus(StrEnum):
    """The status of a case. Countries map it to their own codes through a :class:`CodeList`."""

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
    """The kind of a case event."""

    RECEIVED = "received"
    ADVANCED = "advanced"
    SUPPLEMENT_REQUESTED = "supplement_requested"
    PAYMENT_REQUESTED = "payment_requested"
    RESUMED = "resumed"
    EXTENDED = "extended"
    TRANSFERRED = "transferred"
    MIGRATED = "migrated"
    """It was migrated to a new version of its procedure."""
    STOPPED = "stopped"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    FINISHED = "finished"
    RETURNED = "returned"


def _writable(answers: dict[str, PlainData]) -> dict[str, PlainData]:
    if not is_writable(answers):
        raise ValueError("holds half a surrogate pair, which is no character")
    return answers


class Application(Noun):
    """The input of :meth:`CaseService.receive`."""

    procedure: str
    channel: Channel
    unit: str
    """The code of the unit that decides."""
    received_at_point: str | None = None
    """The service point that received it; None when it came online."""
    helped_at_point: str | None = None
    """The service point that assisted the person, which may be another unit's."""
    actor: str
    """The submitter: an office, a role or ``citizen``; never a person's name."""
    key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{8,100}$")] | None = None
    """The idempotency key, chosen by the client: a repeated submission returns the case of the first one."""
    draft_as_of: AwareDatetime | None = None
    """When its draft was last changed; a draft that has been changed since is not submitted."""
    answers: Annotated[dict[str, PlainData], AfterValidator(_writable)] = Field(default_factory=dict)
    """The answers to the form, as plain data: validated by the procedure's handler, stored in the personal file."""
    person: Person | None = None
    """The applicant; None where persons are not identified, such as in an import."""
    contents: tuple[Content, ...] = ()
    """The attached files."""


class Case(Noun):
    """The state of a case, projected from its events.

    It has three places: where the person was assisted, where it was received, and the unit that decides. It has two
    clocks: the legal maximum and the office's own service norm.
    """

    code: str
    procedure: str
    procedure_version: Annotated[int, Field(ge=1)]
    procedure_digest: str
    """The digest of the procedure version it was received under, which is stored as long as the case."""
    channel: Channel
    status: CaseStatus
    step: str | None = None
    """The id of its current step; None where the procedure declares none."""
    unit: str
    """The code of the unit that decides."""
    unit_from: date | None = None
    """The first day of that unit, which with the code identifies it permanently; None where only the code is known."""
    received_at_point: str | None
    helped_at_point: str | None
    whole_process: bool
    """Whether no visit was needed: applied online, result online or by post."""
    received_at: AwareDatetime
    due_at: AwareDatetime | None
    """The legal deadline; None when none is published. It is postponed by the time that the clock was suspended."""
    norm_due_at: AwareDatetime | None = None
    """When the service norm of its steps expires; None where the steps state no hours."""
    promised_at: AwareDatetime | None = None
    """The appointment on the receipt; an extension with an apology postpones it, never the legal deadline."""
    waiting_since: AwareDatetime | None = None
    """Since when both clocks have been suspended; None while they run."""
    supplements: Annotated[int, Field(ge=0)] = 0
    """The number of requests for supplements. Only the first suspends the clock."""
    finished_at: AwareDatetime | None = None
    """When it ended, with any outcome."""
    returned_at: AwareDatetime | None = None
    """When the result was handed over."""

    def is_late(self, now: datetime) -> bool:
        """Return whether the legal deadline has passed without an end (equal is in time).

        A second request for supplements counts as late until the case has ended.
        """
        if self.finished_at is None and self.supplements > 1:
            return True
        return self.due_at is not None and (self.finished_at or self.waiting_since or now) > self.due_at


class CaseEvent(Noun):
    """One event of one case. Never changed, never deleted."""

    case: str
    number: Annotated[int, Field(ge=1)]
    """Its number within the case, from 1 without gaps."""
    kind: EventKind
    at: AwareDatetime
    actor: str
    reason: str | None = None
    """The reason in words for the person, as on the statutory form."""
    changes: dict[str, Any]
    """The changed fields of the case with their new values, as JSON."""
