"""What an officer does, within the units of the assignment."""

from __future__ import annotations

from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Query, Response, UploadFile
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from pilotkit.api.dependencies import Desk, State
from pilotkit.api.file_routes import answer_with, content_of
from pilotkit.api.paging import PageOf, WantedPage
from pilotkit.api.problems import PROBLEMS
from pilotkit.api.text_types import Answers, Code, Reason
from pilotkit.errors import UnknownError
from pilotkit.model.application import Receipt
from pilotkit.model.case import Application, Case, CaseEvent, EventKind
from pilotkit.model.personal import Attachment, FileRead, Person, PersonalFile
from pilotkit.model.procedure import Channel
from pilotkit.model.text import Identifier, LocalText
from pilotkit.model.work_item import CappedCount, Countdown, Group, Outcome, WorkListQuery, Workload

router = APIRouter(tags=["desk"], responses=PROBLEMS)
MANY = 100
"""Cases of one bulk action."""


class _Asked(BaseModel):
    """What a program sends: nothing unknown is passed over."""

    model_config = ConfigDict(extra="forbid")


class Received(_Asked):
    """An application taken in on behalf of a person."""

    procedure: Code
    unit: Code
    channel: Channel = Channel.IN_PERSON
    received_at_point: Code | None = None
    helped_at_point: Code | None = None
    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{8,100}$")] | None = None
    """Chosen by the sender: sent again, it gets the case that the first one became."""
    person: Person
    answers: Answers = Field(default_factory=dict)


class Act(_Asked):
    """One verb."""

    kind: EventKind
    reason: Reason | None = None
    to: Code | None = None
    """The next step, where there is a choice."""
    until: AwareDatetime | None = None
    """The new appointment of an extension."""
    unit: Code | None = None
    """Where a transfer goes."""
    facts: Annotated[frozenset[Code], Field(max_length=20)] = frozenset()
    """What holds for this case, for the guards of its steps."""
    amount: Annotated[Decimal, Field(gt=0, max_digits=15, decimal_places=2)] | None = None
    """What is to be paid online, where a payment is asked for."""


class ManyActs(Act):
    """The same verb for many cases."""

    cases: Annotated[tuple[Code, ...], Field(min_length=1, max_length=MANY)]


class Look(_Asked):
    """Why a personal file is looked at; kept with who and when."""

    reason: Reason


class Reused(Look):
    """What is to be copied from another case."""

    source: Code
    """The other case."""
    attachment: Code


class Sought(_Asked):
    """A person, by a number that stands in no address and so in no log."""

    identity_number: Annotated[str, Field(min_length=1, max_length=80)]
    procedure: Code | None = None


class SoughtDocument(Look):
    """A person's earlier documents of one kind."""

    identity_number: Annotated[str, Field(min_length=1, max_length=80)]
    document: Code


class Reusable(BaseModel):
    """A document that was handed in before."""

    case: str
    attachment: Attachment


class Printable(BaseModel):
    """A document that can be printed."""

    id: str
    title: LocalText
    reference: str


@router.get("/cases")
def list_cases(  # what the list can be narrowed by
    *,
    desk: Desk,
    wanted: WantedPage,
    status: Annotated[Code | None, Query()] = None,
    procedure: Annotated[Code | None, Query()] = None,
    unit: Annotated[Code | None, Query()] = None,
    due_before: AwareDatetime | None = None,
    mine: bool = False,
    text: Annotated[Code, Query()] = "",
) -> PageOf[Case]:
    """Return the work list by due date."""
    asked = WorkListQuery(status=status, procedure=procedure, unit=unit, due_before=due_before, mine=mine, text=text)
    found = desk.work_list(asked, wanted.page, wanted.size)
    return PageOf(items=tuple(found.cases), page=wanted.page, size=wanted.size, has_more=found.has_more)


@router.post("/cases", status_code=HTTPStatus.CREATED)
def receive(desk: Desk, asked: Received) -> Receipt:
    """Take an application in. When this answers, the case is on disk."""
    return desk.take_in(Application(**asked.model_dump(), actor=desk.actor))


@router.get("/case-counts")
def count_cases(  # what the list can be narrowed by
    *, desk: Desk, procedure: Annotated[Code | None, Query()] = None, unit: Annotated[Code | None, Query()] = None
) -> dict[Group, CappedCount]:
    """How many cases lie on each heap of the work list; a count stops at 1,000."""
    return desk.counts(WorkListQuery(procedure=procedure, unit=unit))


@router.get("/cases/{code}")
def read_case(desk: Desk, code: Code) -> Case:
    """One case, without anything personal."""
    return desk.case(code)


@router.get("/cases/{code}/events")
def read_events(desk: Desk, code: Code) -> tuple[CaseEvent, ...]:
    """Everything that happened to a case, in order."""
    return desk.history(code)


@router.get("/cases/{code}/clock")
def read_clock(desk: Desk, code: Code) -> Countdown:
    """Its legal clock as it stands now."""
    return desk.clock(desk.case(code))


@router.get("/cases/{code}/could-end")
def read_could_end(desk: Desk, code: Code) -> AwareDatetime | None:
    """When the rest of the work would be done: what an apology may promise. Null where its hours are not known."""
    return desk.could_end(desk.case(code))


@router.get("/cases/{code}/possible")
def read_possible(desk: Desk, code: Code) -> tuple[EventKind, ...]:
    """Return what the asker may do to the case now."""
    return desk.possible(desk.case(code))


@router.post("/cases/{code}/events", status_code=HTTPStatus.CREATED)
def act(desk: Desk, code: Code, asked: Act) -> Case:
    """Move a case by one verb."""
    return desk.act(code, **_verb(asked))


@router.post("/case-events")
def act_on_many(desk: Desk, asked: ManyActs) -> tuple[Outcome, ...]:
    """Move many cases; each says what became of it, and one that cannot take the verb stops no other."""
    return desk.act_on(asked.cases, **_verb(asked))


def _verb(asked: Act) -> dict[str, Any]:
    return {name: getattr(asked, name) for name in Act.model_fields}


@router.post("/cases/{code}/file-reads")
def read_file(desk: Desk, code: Code, asked: Look) -> PersonalFile:
    """Return the personal file. The look at it is written down with its reason."""
    return desk.file(code, asked.reason)


@router.get("/cases/{code}/file-reads")
def list_file_reads(desk: Desk, code: Code) -> tuple[FileRead, ...]:
    """Who has looked at the personal file, when and why."""
    return desk.reads(code)


@router.post("/cases/{code}/attachments/{id}/reads", response_class=Response)
def read_attachment(
    desk: Desk,
    code: Code,
    id: Code,  # noqa: A002  # the parameter's name in the address
    asked: Look,
) -> Response:
    """One file of a case. The look at it is written down with its reason."""
    return answer_with(*desk.content(code, id, asked.reason))


@router.post("/cases/{code}/attachments", status_code=HTTPStatus.CREATED)
def attach(
    desk: Desk,
    code: Code,
    document: Annotated[Identifier, Form()],
    file: Annotated[UploadFile, File()],
    kind: Annotated[Literal["submitted", "result"], Form()] = "submitted",
) -> Attachment:
    """Add a scan, or the result."""
    return desk.attach(code, [content_of(document, file, kind)])[0]


@router.post("/cases/{code}/reused", status_code=HTTPStatus.CREATED)
def reuse(desk: Desk, code: Code, asked: Reused) -> Attachment:
    """Put a copy of what the same person handed in with another case into this one; both looks are written down."""
    return desk.reuse(code, asked.source, asked.attachment, asked.reason)


@router.post("/people/cases")
def list_cases_of(desk: Desk, asked: Sought) -> tuple[Case, ...]:
    """Return a person's cases in one's units, the newest first; with a procedure, the open ones for it: duplicates."""
    if asked.procedure is None:
        return desk.cases_of(asked.identity_number)
    return desk.duplicates(asked.identity_number, asked.procedure)


@router.post("/people/documents")
def list_reusable(desk: Desk, asked: SoughtDocument) -> tuple[Reusable, ...]:
    """Return what a person has handed in of a document before; the look is written down with its reason."""
    found = desk.reusable(asked.identity_number, asked.document, asked.reason)
    return tuple(Reusable(case=case, attachment=attachment) for case, attachment in found)


@router.get("/outlook")
def read_outlook(desk: Desk, hours: Annotated[Decimal, Query(gt=0, le=400)] = Decimal(16)) -> Workload:
    """Return what is late, and what will be before it is: by unit, by role, and case by case."""
    return desk.outlook(hours)


@router.get("/cases/{code}/documents")
def list_documents(desk: Desk, here: State, code: Code) -> tuple[Printable, ...]:
    """Return the statutory forms that can be printed for the case as it stands."""
    offered = here.services.printing.offered(desk.case(code), desk.history(code))
    return tuple(Printable(id=each.id, title=each.title, reference=each.reference) for each in offered)


@router.post("/cases/{code}/documents/{id}", response_class=Response)
def print_document(
    desk: Desk,
    here: State,
    code: Code,
    id: Code,  # noqa: A002  # the parameter's name in the address
    asked: Look,
) -> Response:
    """One statutory form as PDF. It names the person, so the look at the file is written down with its reason."""
    desk.case(code)
    pdf = here.services.printing.case(id, code, here.now(), file=_file(desk, code, asked.reason))
    return Response(pdf, media_type="application/pdf", headers={"cache-control": "no-store"})


def _file(desk: Desk, code: str, reason: str) -> PersonalFile | None:
    try:
        return desk.file(code, reason)
    except UnknownError:
        return None  # a case that keeps nothing personal
