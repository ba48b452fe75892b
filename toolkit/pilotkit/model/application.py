"""Applications of citizens: draft, receipt, and the public view of the case."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from pilotkit.model.case import Case, CaseEvent, CaseStatus
from pilotkit.model.payment import Payment
from pilotkit.model.personal import Attachment, Person, PersonalFile
from pilotkit.model.plain_data import PlainData
from pilotkit.model.procedure import Channel
from pilotkit.model.text import Noun


class Draft(Noun):
    """An application that is not submitted yet."""

    procedure: str
    channel: Channel
    unit: str | None = None
    """The code of the unit that will decide; None until the person has chosen it."""
    helped_at_point: str | None = None
    """The service point that assists the person, if any."""
    person: Person | None = None
    answers: dict[str, PlainData] = Field(default_factory=dict)
    """The answers of all pages together, by property."""
    attachments: tuple[Attachment, ...] = ()
    pages_done: tuple[str, ...] = ()
    """The ids of the form's pages with valid answers."""
    updated_at: AwareDatetime
    expires_at: AwareDatetime
    """When it is deleted unless it is changed."""


class Gap(Noun):
    """Something missing before a draft can be submitted."""

    part: Literal["unit", "person", "page", "document", "answers"]
    id: str = ""
    """The id of the page or of the document."""
    message: str
    """An English message for programs; a page has its own wording."""


class Receipt(Noun):
    """The receipt of an application that is stored on disk."""

    case: Case
    follow_key: str
    """The tracking key: with the case's code it gives access to the case. It can be derived again and is not stored."""


class Milestone(Noun):
    """One public event of a case, without reason or name."""

    kind: str
    at: AwareDatetime


class Tracked(Noun):
    """The public status of a case, for anyone with its code: no personal data."""

    code: str
    procedure: str
    procedure_version: int
    channel: Channel
    status: CaseStatus
    step: str | None
    unit: str
    unit_from: date | None = None
    """The first day of the unit, whose code may have been reassigned since. None: the unit with the code on receipt."""
    received_at: AwareDatetime
    due_at: AwareDatetime | None
    promised_at: AwareDatetime | None
    waiting_since: AwareDatetime | None
    finished_at: AwareDatetime | None
    returned_at: AwareDatetime | None
    is_late: bool
    milestones: tuple[Milestone, ...] = ()


class Rating(Noun):
    """The satisfaction rating of one case, stored without the person."""

    case: str
    score: Annotated[int, Field(ge=1, le=5)]
    """From 1, not at all, to 5, very."""
    comment: str = ""
    at: AwareDatetime
    """When it was first submitted."""
    changed_at: AwareDatetime


class Score(Noun):
    """A rating as measures use it: service and unit, without the comment."""

    case: str
    procedure: str
    unit: str
    score: int
    at: AwareDatetime


class Followed(Noun):
    """A case of the logged-in citizen."""

    case: Case
    events: tuple[CaseEvent, ...]
    file: PersonalFile | None
    """None where the case has no personal file."""
    payment: Payment | None
    rating: Rating | None
