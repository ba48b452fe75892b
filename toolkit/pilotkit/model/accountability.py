"""Accountability for figures: sign-offs of heads, and escalations of targets at risk."""

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
    """The occasion of an escalation."""

    AT_RISK = "at_risk"
    """The goal may be missed if the coming days are like the last ones."""
    MISSED = "missed"
    """The goal was missed, or can no longer be reached."""
    NOT_MEASURABLE = "not_measurable"
    """There are too few cases to measure."""
    UNSIGNED = "unsigned"
    """The due date has passed, and the head has not signed the figure."""


class EscalationRule(Sourced):
    """A rule on which office is notified of a target at risk, and from when on: ``model/kpis/escalations.yaml``."""

    id: Identifier
    name: LocalText
    occasion: Occasion
    days: Annotated[int, Field(ge=-366, le=366)]
    """Days after the due date from which it applies; negative: before it. A target without a due date is exempt."""
    levels: Annotated[int, Field(ge=0, le=5)] = 1
    """The level: 0 the accountable head, 1 the head's superior, 2 the office above that."""

    @model_validator(mode="after")
    def _is_in_time(self) -> Self:
        if self.occasion is Occasion.UNSIGNED and self.days < 0:
            raise ValueError("days of an unsigned figure count from the due date on, so they cannot be negative")
        return self


class Escalation(Noun):
    """The notification of one office about one target."""

    rule: Identifier
    occasion: Occasion
    target: Target
    status: TargetStatus
    since: date
    """The first day on which the rule applied."""
    level: int
    head: Identifier | None
    """The head who is accountable for the target."""
    told: Identifier | None
    """The id of the notified office; None where the chain of superiors ends before."""
    office: str | None
    """The name of that office."""


class SignOff(Noun):
    """A figure as a head signed it. Never changed, never deleted."""

    number: Annotated[int, Field(ge=1)]
    """Its number among all sign-offs of the deployment, from 1."""
    kpi: Identifier
    scheme: Identifier
    unit: str
    unit_from: date
    """The first day of the unit, which with scheme and code identifies it permanently."""
    goal: Decimal
    assigned: date | None
    due: date | None
    head: Identifier
    """The id of the accountable office."""
    office: str
    """The name of that office at the time."""
    status: TargetStatus
    numerator: Annotated[int, Field(ge=0)]
    denominator: Annotated[int, Field(ge=1)]
    minimum: Annotated[int, Field(ge=1)]
    definition_hash: str
    """The definition hash of the KPI."""
    location_version: str
    """The version of the boundaries that it was computed under."""
    as_of: AwareDatetime
    completeness: Annotated[Decimal, Field(ge=0, le=100)] | None
    apportioned: bool
    simulated: bool
    """Whether the cases were simulated, so that it is no statement about any office."""
    signed_by: str
    """The signing login: an office's account, never a person's name."""
    signed_at: AwareDatetime
    remark: Remark | None = None
    """The head's comment on the figure."""

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
        """Return whether it is of this target of the unit with the first day ``unit_from``."""
        asked = (target.kpi, target.unit, unit_from, target.assigned, target.due)
        return asked == (self.kpi, self.unit, self.unit_from, self.assigned, self.due)
