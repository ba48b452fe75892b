"""What a citizen does: fill in, send, follow, supplement, pay, withdraw, fetch the result, rate."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, File, Response, UploadFile
from fastapi import Form as FormPart
from pydantic import BaseModel, ConfigDict, Field

from pilotkit.api.dependencies import CitizenApplications, CitizenTracking, CurrentUser, DraftToken, FollowKey, Known
from pilotkit.api.file_routes import answer_with, content_of
from pilotkit.api.problems import PROBLEMS
from pilotkit.api.text_types import Answers, Code, Reason, Words
from pilotkit.model.application import Draft, Followed, Gap, Receipt, Tracked
from pilotkit.model.case import Case
from pilotkit.model.form import Form
from pilotkit.model.payment import Payment
from pilotkit.model.personal import Attachment, Person
from pilotkit.model.procedure import Channel, Fee
from pilotkit.model.text import Identifier

router = APIRouter(tags=["filing"], responses=PROBLEMS)
NAUGHT = HTTPStatus.NO_CONTENT


class _Asked(BaseModel):
    """What a program sends: nothing unknown is passed over."""

    model_config = ConfigDict(extra="forbid")


class Start(_Asked):
    """The first call of an application."""

    procedure: Code
    channel: Channel = Channel.ONLINE


class Started(BaseModel):
    """What the next calls send as ``x-draft-token``. Whoever has it can read the draft."""

    token: str


class Applicant(_Asked):
    """Who applies, and which unit decides."""

    person: Person
    unit: Code


class Withdrawal(_Asked):
    """Why, in the person's words."""

    reason: Reason


class Rating(_Asked):
    """How satisfied the person was."""

    score: Annotated[int, Field(ge=1, le=5)]
    comment: Words = ""


@router.post("/drafts", status_code=HTTPStatus.CREATED)
def start(applications: CitizenApplications, asker: CurrentUser, asked: Start) -> Started:
    """Start an application; it is kept for 30 days."""
    return Started(token=applications.start(asked.procedure, asked.channel, asker))


@router.get("/draft")
def read_draft(applications: CitizenApplications, token: DraftToken) -> Draft:
    """Return what was filled in so far."""
    return applications.draft(token)


@router.get("/draft/gaps")
def list_gaps(applications: CitizenApplications, token: DraftToken) -> tuple[Gap, ...]:
    """Return what is still to be done before it can be sent; empty when it is ready."""
    return applications.missing(token)


@router.get("/draft/fees")
def read_fees(applications: CitizenApplications, token: DraftToken) -> tuple[Fee, ...] | Literal["free"] | None:
    """Return what it will cost with these answers; null where nothing is published, which is not 0."""
    draft = applications.draft(token)
    return applications.fees(draft.procedure, draft.channel, draft.answers)


@router.get("/draft/form")
def read_form(applications: CitizenApplications, token: DraftToken) -> Form | None:
    """Return the form of its procedure; null where nothing is asked besides the person's own details."""
    return applications.form(token)


@router.put("/draft/person", status_code=NAUGHT)
def save_person(applications: CitizenApplications, token: DraftToken, asked: Applicant, known: Known) -> None:
    """Who applies. Registers answer about the citizen who has signed in, and about nobody else."""
    applications.save_person(token, asked.person, asked.unit, known_as=known)


@router.put("/draft/pages/{page}", status_code=NAUGHT)
def save_page(applications: CitizenApplications, token: DraftToken, page: Code, answers: Answers) -> None:
    """Save the answers of one page of the procedure's form; GET /procedures/{code}/form has its JSON Schema."""
    applications.save(token, page, answers)


@router.post("/draft/attachments", status_code=HTTPStatus.CREATED)
def attach(
    applications: CitizenApplications,
    token: DraftToken,
    document: Annotated[Identifier, FormPart()],
    file: Annotated[UploadFile, File()],
) -> Attachment:
    """Hand in one file for one of the procedure's documents."""
    return applications.attach(token, content_of(document, file))


@router.get("/draft/attachments/{id}", response_class=Response)
def read_draft_attachment(
    applications: CitizenApplications,
    token: DraftToken,
    id: Code,  # noqa: A002  # the parameter's name in the address
) -> Response:
    """One file of it."""
    return answer_with(*applications.draft_content(token, id))


@router.delete("/draft/attachments/{id}", status_code=NAUGHT)
def detach(applications: CitizenApplications, token: DraftToken, id: Code) -> None:  # noqa: A002  # the parameter's name in the address
    """Take a file out again."""
    applications.detach(token, id)


@router.post("/draft/submission", status_code=HTTPStatus.CREATED)
def submit(applications: CitizenApplications, token: DraftToken, asker: CurrentUser) -> Receipt:
    """Send the application. Sent again, the same receipt comes back and nothing new is made."""
    return applications.submit(token, asker)


@router.get("/draft/receipt")
def read_receipt(applications: CitizenApplications, token: DraftToken) -> Receipt:
    """Return the receipt of a draft that was sent, for 30 days."""
    return applications.receipt(token)


@router.get("/tracking/{code}")
def track(tracking: CitizenTracking, code: Code) -> Tracked:
    """Where a case stands, for whoever knows its code: nothing personal."""
    return tracking.track(code)


@router.get("/followed")
def list_followed(tracking: CitizenTracking, asker: CurrentUser) -> tuple[Case, ...]:
    """Return the newest cases of the citizen who has signed in; none for anybody else."""
    return tracking.mine(asker)


@router.get("/followed/{code}")
def follow(tracking: CitizenTracking, asker: CurrentUser, code: Code, key: FollowKey = "") -> Followed:
    """One's own case, with what was handed in."""
    return tracking.follow(code, key, asker)


@router.post("/followed/{code}/supplement")
def answer_supplement(  # a form's parts
    tracking: CitizenTracking,
    asker: CurrentUser,
    code: Code,
    document: Annotated[Identifier, FormPart()],
    file: Annotated[UploadFile, File()],
    note: Annotated[Words, FormPart()] = "",
    key: FollowKey = "",
) -> Case:
    """Hand in what the office asked for; the clock goes on."""
    return tracking.answer_supplement(code, key, asker, [content_of(document, file)], note)


@router.post("/followed/{code}/withdrawal")
def withdraw(tracking: CitizenTracking, asker: CurrentUser, code: Code, asked: Withdrawal, key: FollowKey = "") -> Case:
    """Take the application back."""
    return tracking.withdraw(code, key, asker, asked.reason)


@router.get("/followed/{code}/payment")
def read_payment(tracking: CitizenTracking, asker: CurrentUser, code: Code, key: FollowKey = "") -> Payment | None:
    """Return what is to be paid, and how; null where nothing is."""
    return tracking.payment(code, key, asker)


@router.post("/followed/{code}/payment/check")
def check_payment(tracking: CitizenTracking, asker: CurrentUser, code: Code, key: FollowKey = "") -> Payment | None:
    """Ask whether the payment has arrived; when it has, the clock goes on."""
    return tracking.check_payment(code, key, asker)


@router.get("/followed/{code}/attachments/{id}", response_class=Response)
def read_attachment(
    tracking: CitizenTracking,
    asker: CurrentUser,
    code: Code,
    id: Code,  # noqa: A002  # the parameter's name in the address
    key: FollowKey = "",
) -> Response:
    """One file: what was handed in, or the result."""
    return answer_with(*tracking.content(code, key, asker, id))


@router.get("/followed/{code}/results")
def list_results(
    tracking: CitizenTracking, asker: CurrentUser, code: Code, key: FollowKey = ""
) -> tuple[Attachment, ...]:
    """Return the files that are the result; none until the case is finished."""
    return tracking.results(code, key, asker)


@router.post("/followed/{code}/collection")
def collect(tracking: CitizenTracking, asker: CurrentUser, code: Code, key: FollowKey = "") -> Case:
    """Take the result that came as files: the case counts as returned."""
    return tracking.collect(code, key, asker)


@router.put("/followed/{code}/rating", status_code=NAUGHT)
def rate(tracking: CitizenTracking, asker: CurrentUser, code: Code, asked: Rating, key: FollowKey = "") -> None:
    """Say how it was, once the case has ended."""
    tracking.rate(code, key, asker, asked.score, asked.comment)
