"""People in their offices: roles, norms, heads, staff, campaigns, courses. Offices only, never a person's name."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from pilotkit.model.location import PointKind
from pilotkit.model.source import Sourced
from pilotkit.model.text import Identifier, LocalText, Noun


class Role(Noun):
    """A role at a service point or in the back office: ``model/people/roles.yaml``."""

    id: Identifier
    name: LocalText
    duty: LocalText
    permissions: tuple[Identifier, ...] = ()


class Norm(Sourced):
    """The minimum staff and equipment of a kind of place: ``model/people/norms.yaml``."""

    id: Identifier
    role: Identifier
    at: PointKind
    minimum: Annotated[int, Field(ge=0)]
    per: Literal["point", "point_day"] = "point"


class Head(Noun):
    """The office that is accountable for a unit: ``local/heads.csv``."""

    id: Identifier
    unit: str
    office: str
    superior: Identifier | None = None
    """The office that targets escalate to."""
    valid_to: date | None = None
    """The last day of the office; absent while it exists."""


class Staffing(Sourced):
    """The number of staff of a role at a point: ``local/staff.csv``."""

    point: Identifier
    role: Identifier
    count: Annotated[int, Field(ge=0)]


class Campaign(Sourced):
    """A period with additional staff: ``model/people/campaigns.yaml``."""

    id: Identifier
    name: LocalText
    days: Annotated[int, Field(ge=1)]
    around_the_clock: bool = False
    institutions: Annotated[int, Field(ge=0)] | None = None
    volunteers: Annotated[int, Field(ge=0)] | None = None
    starts: date | None = None
    tasks: tuple[LocalText, ...] = ()
    note: LocalText | None = None


class Course(Sourced):
    """One step of a training roadmap: ``model/people/courses.yaml``."""

    id: Identifier
    name: LocalText
    roles: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    hours: Annotated[Decimal, Field(gt=0)]
    outcomes: tuple[LocalText, ...] = ()
    requires: tuple[Identifier, ...] = ()
