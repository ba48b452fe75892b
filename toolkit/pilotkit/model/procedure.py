"""Procedures: what the administration does for a person, under which rules, between which dates.

The interface in its two forms: data (:class:`Procedure`, one YAML file each) and, where data is not enough,
behaviour (:class:`ProcedureHandler`, a protocol that a plugin implements).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Protocol, Self, runtime_checkable

from pydantic import Field, model_validator

from pilotkit.model.source import Certainty, Sourced
from pilotkit.model.text import Identifier, LocalText, Noun


class Channel(StrEnum):
    """How an application reaches the administration."""

    IN_PERSON = "in_person"
    ONLINE = "online"
    POST = "post"


class Level(StrEnum):
    """Which tier of the administration decides."""

    MINISTRY = "ministry"
    PROVINCE = "province"
    COMMUNE = "commune"
    OTHER = "other"


class DeadlineUnit(StrEnum):
    """What a deadline is counted in."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    WORKING_HOURS = "working_hours"


class Deadline(Noun):
    """The legal maximum from receipt to result."""

    amount: Annotated[int, Field(gt=0, le=3660)]
    unit: DeadlineUnit
    certainty: Certainty | None = None
    """Set where it differs from the procedure's own certainty."""


class Fee(Noun):
    """One amount a person pays, in the deployment's currency."""

    id: Identifier
    name: LocalText | None = None
    amount: Annotated[Decimal, Field(gt=0)]
    per: LocalText | None = None
    """What the amount is for, such as a page or a copy; absent means once a case."""
    reference: Identifier | None = None


class Offer(Noun):
    """What a procedure is like through one channel. A figure nobody has published is absent, never 0."""

    deadline: Deadline | None = None
    fees: Literal["free"] | tuple[Fee, ...] | None = None
    """``free`` when the source says so, amounts when it names them, absent when it says nothing."""
    fees_certainty: Certainty | None = None
    """Set where it differs from the procedure's own certainty."""
    whole_process: bool | None = None
    """Whether result and all steps are online too, or by post: no visit at all."""
    whole_process_certainty: Certainty | None = None
    """Set where it differs from the procedure's own certainty."""


class Document(Noun):
    """One paper or record a person hands in."""

    id: Identifier
    name: LocalText
    kind: Literal["form", "original", "copy", "presented", "electronic"] = "copy"
    copies: Annotated[int, Field(ge=1, le=20)] = 1
    required: bool = True
    condition: LocalText | None = None
    """When it is needed, if not always."""
    reusable_from: Identifier | None = None
    """The register that already knows it, so that nobody is asked twice."""
    certainty: Certainty | None = None


class Transition(Noun):
    """Where a case may go after a step."""

    to: Identifier
    guard: str | None = None
    """The name of a fact that opens this way, such as ``incomplete``; absent: always open."""


class Step(Noun):
    """One stretch of work by one role."""

    id: Identifier
    name: LocalText
    role: Identifier
    hours: Annotated[Decimal, Field(gt=0)] | None = None
    """The service norm in working hours: what the office asks of itself, apart from the legal maximum."""
    then: tuple[Transition, ...] = ()
    """Empty: the case is finished here."""
    certainty: Certainty | None = None


class Result(Noun):
    """What a person gets."""

    id: Identifier
    name: LocalText
    code: str | None = None
    electronic: bool | None = None
    """Whether it is issued as a signed electronic record; absent when not known."""


class Procedure(Sourced):
    """A public service with a code, rules, documents, steps and results, valid between two dates."""

    code: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.\-]{0,39}$")]
    version: Annotated[int, Field(ge=1)] = 1
    """A case keeps the version it was received under."""
    name: LocalText
    summary: LocalText | None = None
    domain: Identifier
    levels: Annotated[tuple[Level, ...], Field(min_length=1)]
    life_events: tuple[Identifier, ...] = ()
    terms: tuple[str, ...] = ()
    """What people call it when they search."""
    focus: bool = False
    """Among the high-volume procedures redesigned first."""
    focus_certainty: Certainty | None = None
    """How sure it is that the procedure is among them; set where it differs from the procedure's own certainty."""
    audience: tuple[Literal["citizen", "business", "organisation"], ...] = ("citizen",)
    offers: Annotated[dict[Channel, Offer], Field(min_length=1)]
    eligibility: tuple[LocalText, ...] = ()
    documents: tuple[Document, ...] = ()
    documents_published: Annotated[int, Field(ge=0)] | None = None
    """How many papers the national portal lists, every variant counted; absent when not known."""
    form: Identifier | None = None
    """What is asked besides the person's own details: a file of ``model/forms/``; None: nothing."""
    steps: tuple[Step, ...] = ()
    results: tuple[Result, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    on_change: Literal["pinned", "migratable", "close_and_reopen"] = "pinned"
    """What becomes of open cases when a new version comes: they keep the old one, move to the new one, or are closed
    and opened again."""
    decision: str | None = None
    legal_basis: tuple[str, ...] = ()
    note: LocalText | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        for what, things in (("document", self.documents), ("step", self.steps), ("result", self.results)):
            ids = [thing.id for thing in things]
            if twice := sorted({each for each in ids if ids.count(each) > 1}):
                raise ValueError(f"{what} id {twice[0]!r} stands twice")
        known = {step.id for step in self.steps}
        for step in self.steps:
            for transition in step.then:
                if transition.to not in known:
                    raise ValueError(f"step {step.id!r} leads to {transition.to!r}, which is not a step")
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("valid_to is before valid_from")
        return self

    def offer(self, channel: Channel) -> Offer | None:
        """What the procedure is like through ``channel``, or None where it is not offered."""
        return self.offers.get(channel)

    def is_valid_on(self, day: date) -> bool:
        """Whether the procedure may be applied for on ``day``; open ends are always valid."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@runtime_checkable
class ProcedureHandler(Protocol):
    """Behaviour of a procedure where data is not enough. A plugin offers one in ``register_procedures``.

    ``validate`` is asked whenever an application is received. The others are for pages that ask a person for answers.

    Every method gets the answers of the application as plain data and returns new data; none may write. They are
    called inside the request, so an answer that takes longer than a second belongs in a connector.
    """

    @property
    def procedure_code(self) -> str:
        """The code of the procedure it serves."""

    def prefill(self, person: Mapping[str, object]) -> Mapping[str, object]:
        """Answers that registers already know, so that nobody is asked twice."""

    def validate(self, answers: Mapping[str, object]) -> Sequence[str]:
        """What is wrong with ``answers``, one sentence each; empty when all is well."""

    def fees(self, answers: Mapping[str, object]) -> Sequence[Fee] | None:
        """The fees of this very case; None when they are not published."""

    def decide(self, answers: Mapping[str, object], received: datetime) -> str | None:
        """The id of the result where the rules alone decide; None when an officer must."""
