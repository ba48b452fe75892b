"""What a citizen does with the administration: a draft, its receipt, and what may be seen of the case afterwards."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from pilotkit.model.case import Case, CaseEvent, CaseStatus
from pilotkit.model.payment import Payment
from pilotkit.model.personal import Attachment, Person, PersonalFile
from pilotkit.model.procedure import Channel
from pilotkit.model.text import Noun


class Draft(Noun):
    """An application that is not sent yet."""

    procedure: str
    channel: Channel
    unit: str | None = None
    """The code of the unit that will decide; None until the person has said where."""
    helped_at_point: str | None = None
    """The service point where the person is helped with it, if at one."""
    person: Person | None = None
    answers: dict[str, Any] = Field(default_factory=dict)
    """The answers of all pages together, by property."""
    attachments: tuple[Attachment, ...] = ()
    pages_done: tuple[str, ...] = ()
    """The ids of the form's pages that were answered without a fault."""
    updated_at: AwareDatetime
    expires_at: AwareDatetime
    """When it is thrown away if nothing is done with it."""


class Gap(Noun):
    """Something that is still to be done before a draft can be sent."""

    part: Literal["unit", "person", "page", "document", "answers"]
    id: str = ""
    """The id of the page or of the document."""
    message: str
    """In English, for a program; a page says it in its own words."""


class Receipt(Noun):
    """What a person gets when the application is on disk."""

    case: Case
    follow_key: str
    """With the case's code it opens the case to whoever has it; it can be made again and is stored nowhere."""


class Milestone(Noun):
    """One thing that happened to a case, as the public may know it: no reason, no name."""

    kind: str
    at: AwareDatetime


class Tracked(Noun):
    """Where a case stands, for whoever knows its code: nothing personal."""

    code: str
    procedure: str
    procedure_version: int
    channel: Channel
    status: CaseStatus
    step: str | None
    unit: str
    unit_from: date | None = None
    """The first day of the unit: its code may have been given to another since. None: whom it named on receipt."""
    received_at: AwareDatetime
    due_at: AwareDatetime | None
    promised_at: AwareDatetime | None
    waiting_since: AwareDatetime | None
    finished_at: AwareDatetime | None
    returned_at: AwareDatetime | None
    is_late: bool
    milestones: tuple[Milestone, ...] = ()


class Rating(Noun):
    """How satisfied the person was with one case; kept without the person."""

    case: str
    score: Annotated[int, Field(ge=1, le=5)]
    """From 1, not at all, to 5, very."""
    comment: str = ""
    at: AwareDatetime
    """When it was first given."""
    changed_at: AwareDatetime


class Score(Noun):
    """A rating as measures see it: which service of which unit, and nothing that was written."""

    case: str
    procedure: str
    unit: str
    score: int
    at: AwareDatetime


class Followed(Noun):
    """One's own case."""

    case: Case
    events: tuple[CaseEvent, ...]
    file: PersonalFile | None
    """None where nothing personal is kept with it."""
    payment: Payment | None
    rating: Rating | None
