"""Answering for figures: what a head signed, and who is told when a target goes wrong."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from pilotkit.model.kpi import KpiValue, Target, TargetStatus
from pilotkit.model.source import Sourced
from pilotkit.model.text import Identifier, LocalText, Noun

Remark = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class Occasion(StrEnum):
    """What an escalation is about."""

    AT_RISK = "at_risk"
    """The goal may be missed if the coming days are like the last ones."""
    MISSED = "missed"
    """The goal was missed, or can no longer be reached."""
    NOT_MEASURABLE = "not_measurable"
    """There are too few cases to say anything."""
    UNSIGNED = "unsigned"
    """The due date has passed, and the head has not signed the figure."""


class EscalationRule(Sourced):
    """Who is told when a target goes wrong, and from when on: ``model/kpis/escalations.yaml``."""

    id: Identifier
    name: LocalText
    occasion: Occasion
    days: Annotated[int, Field(ge=-366, le=366)]
    """From how many days after the due date on it holds; negative: before it. A target without one is never told."""
    levels: Annotated[int, Field(ge=0, le=5)] = 1
    """How far up: 0 the head who answers, 1 the head's superior, 2 the office above that."""

    @model_validator(mode="after")
    def _is_in_time(self) -> Self:
        if self.occasion is Occasion.UNSIGNED and self.days < 0:
            raise ValueError("days of an unsigned figure count from the due date on, so they cannot be negative")
        return self


class Escalation(Noun):
    """One office that is to be told of one target."""

    rule: Identifier
    occasion: Occasion
    target: Target
    status: TargetStatus
    since: date
    """The first day on which the rule held."""
    level: int
    head: Identifier | None
    """The head who answers for the target."""
    told: Identifier | None
    """The id of the office that is told; None where the chain of superiors ends before."""
    office: str | None
    """What that office is called."""


class SignOff(Noun):
    """A figure that a head answers for, as it was when it was signed. Never changed, never removed."""

    number: Annotated[int, Field(ge=1)]
    """Its place among all sign-offs of the deployment, from 1."""
    kpi: Identifier
    scheme: Identifier
    unit: str
    unit_from: date
    """The first day of the unit, which with scheme and code names it for good."""
    goal: Decimal
    assigned: date | None
    due: date | None
    head: Identifier
    """The id of the office that answers for it."""
    office: str
    """What that office was called then."""
    status: TargetStatus
    numerator: Annotated[int, Field(ge=0)]
    denominator: Annotated[int, Field(ge=1)]
    minimum: Annotated[int, Field(ge=1)]
    definition_hash: str
    """Of the KPI as it was counted."""
    location_version: str
    """Of the boundaries that it was counted under."""
    as_of: AwareDatetime
    completeness: Annotated[Decimal, Field(ge=0, le=100)] | None
    apportioned: bool
    simulated: bool
    """Whether the cases were simulated, so that it says nothing about any office."""
    signed_by: str
    """The login that signed: an office's account, never a person's name."""
    signed_at: AwareDatetime
    remark: Remark | None = None
    """What the head has to say to the figure."""

    @property
    def value(self) -> KpiValue:
        """The figure that was signed."""
        return KpiValue(
            kpi=self.kpi, unit=self.unit, unit_from=self.unit_from, numerator=self.numerator,
            denominator=self.denominator, minimum=self.minimum, definition_hash=self.definition_hash,
            location_version=self.location_version, as_of=self.as_of, completeness=self.completeness,
            apportioned=self.apportioned,
        )  # fmt: skip

    def is_of(self, target: Target, unit_from: date) -> bool:
        """Whether it signs this target of the unit that began on ``unit_from``."""
        asked = (target.kpi, target.unit, unit_from, target.assigned, target.due)
        return asked == (self.kpi, self.unit, self.unit_from, self.assigned, self.due)
