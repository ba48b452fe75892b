"""Procedures: the services of the administration, with rules, documents, steps and validity.

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
    """The channel of an application."""

    IN_PERSON = "in_person"
    ONLINE = "online"
    POST = "post"


class Level(StrEnum):
    """The tier of the administration that decides."""

    MINISTRY = "ministry"
    PROVINCE = "province"
    COMMUNE = "commune"
    OTHER = "other"


class DeadlineUnit(StrEnum):
    """The unit of a deadline."""

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
    """The unit of the amount, such as a page or a copy; absent means once a case."""
    reference: Identifier | None = None


class Offer(Noun):
    """The conditions of a procedure through one channel. A figure that is not published is absent, never 0."""

    deadline: Deadline | None = None
    fees: Literal["free"] | tuple[Fee, ...] | None = None
    """``free`` when the source says so, amounts when it names them, absent when it names none."""
    fees_certainty: Certainty | None = None
    """Set where it differs from the procedure's own certainty."""
    whole_process: bool | None = None
    """Whether result and all steps are online too, or by post: no visit at all."""
    whole_process_certainty: Certainty | None = None
    """Set where it differs from the procedure's own certainty."""


class Document(Noun):
    """One document or record that a person submits."""

    id: Identifier
    name: LocalText
    kind: Literal["form", "original", "copy", "presented", "electronic"] = "copy"
    copies: Annotated[int, Field(ge=1, le=20)] = 1
    required: bool = True
    condition: LocalText | None = None
    """The condition under which it is needed; absent: always."""
    reusable_from: Identifier | None = None
    """The register that holds it already, so that the person is not asked for it (once-only principle)."""
    certainty: Certainty | None = None


class Transition(Noun):
    """A transition of a case to a next step."""

    to: Identifier
    guard: str | None = None
    """The name of its condition, such as ``incomplete``; absent: unconditional."""


class Step(Noun):
    """One step of work by one role."""

    id: Identifier
    name: LocalText
    role: Identifier
    hours: Annotated[Decimal, Field(gt=0)] | None = None
    """The service norm in working hours: the office's own standard, apart from the legal maximum."""
    then: tuple[Transition, ...] = ()
    """Empty: the case is finished here."""
    certainty: Certainty | None = None


class Result(Noun):
    """A result that a person receives."""

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
    """Search terms."""
    focus: bool = False
    """Whether it is among the high-volume procedures redesigned first."""
    focus_certainty: Certainty | None = None
    """The certainty of that; set where it differs from the procedure's own certainty."""
    audience: tuple[Literal["citizen", "business", "organisation"], ...] = ("citizen",)
    offers: Annotated[dict[Channel, Offer], Field(min_length=1)]
    eligibility: tuple[LocalText, ...] = ()
    documents: tuple[Document, ...] = ()
    documents_published: Annotated[int, Field(ge=0)] | None = None
    """The number of documents that the national portal lists, every variant counted; absent when not known."""
    form: Identifier | None = None
    """The form besides the person's own details: a file of ``model/forms/``; None: no form."""
    steps: tuple[Step, ...] = ()
    results: tuple[Result, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    on_change: Literal["pinned", "migratable", "close_and_reopen"] = "pinned"
    """The treatment of open cases at a new version: they keep the old one, are migrated to the new one, or are closed
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
        """Return the offer through ``channel``, or None where there is none."""
        return self.offers.get(channel)

    def is_valid_on(self, day: date) -> bool:
        """Return whether applications are accepted on ``day``; an open end is unlimited."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@runtime_checkable
class ProcedureHandler(Protocol):
    """The behaviour of a procedure where data is not enough. A plugin offers one in ``register_procedures``.

    ``validate`` is called whenever an application is received. The others serve the pages of the form.

    Every method takes the answers of the application as plain data and returns new data; none may write. They are
    called inside the request, so a call that takes longer than a second belongs in a connector.
    """

    @property
    def procedure_code(self) -> str:
        """The code of the procedure it serves."""

    def prefill(self, person: Mapping[str, object]) -> Mapping[str, object]:
        """Return answers from registers, so that the person is not asked for them (once-only principle)."""

    def validate(self, answers: Mapping[str, object]) -> Sequence[str]:
        """Return the faults of ``answers``, one sentence each; empty when they are valid."""

    def fees(self, answers: Mapping[str, object]) -> Sequence[Fee] | None:
        """Return the fees of this case; None when they are not published."""

    def decide(self, answers: Mapping[str, object], received: datetime) -> str | None:
        """Return the id of the result where the rules alone decide; None when an officer must."""
