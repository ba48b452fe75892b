"""Locations: administrative units, and the service points where people are served.

The interface in its two forms: data (:class:`AdministrativeUnit`, :class:`ServicePoint`) and, where a country's
register is large or changes, a protocol (:class:`LocationDirectory`) that a plugin implements.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Literal, NamedTuple, Protocol, runtime_checkable

from pydantic import Field, StringConstraints

from pilotkit.model.procedure import Channel
from pilotkit.model.source import Sourced
from pilotkit.model.text import Identifier, Noun

Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]


class UnitKey(NamedTuple):
    """The permanent key of a unit. A code alone is none: reforms reuse codes for other places."""

    scheme: str
    code: str
    valid_from: date


class Succession(Sourced):
    """A unit that took over from another, wholly or in part: ``local/successions.csv``, one row a successor.

    A rename and a merge pass all of a unit on (share 1); a split divides it, and its shares add up to 1.
    """

    scheme: Identifier
    code: str
    """The code of the unit that ended."""
    valid_from: date
    """The first day of the unit that ended, whose code may have been reassigned since."""
    successor: str
    """The code of the unit that took over; it may be the same code."""
    since: date
    """The first day of the successor."""
    share: Annotated[Fraction, Field(gt=0, le=1)] = Fraction(1)
    """The share of the unit that passed to this successor, such as ``1``, ``0.4`` or ``1/3``."""
    share_of_successor: Annotated[Fraction, Field(gt=0, le=1)] | None = None
    """The share of the successor that it makes up, needed under earlier boundaries; absent: by population."""

    @property
    def key(self) -> UnitKey:
        """The unit that ended."""
        return UnitKey(self.scheme, self.code, self.valid_from)

    @property
    def successor_key(self) -> UnitKey:
        """The unit that took over."""
        return UnitKey(self.scheme, self.successor, self.since)


class AdministrativeUnit(Noun):
    """A province or a commune as it was between two dates."""

    scheme: Identifier
    code: str
    valid_from: date
    valid_to: date | None = None
    """The last day; absent while the unit exists."""
    name: str
    """The official name with its kind."""
    kind: str
    """The kind in the country's language."""
    level: Literal["province", "commune"]
    parent: str | None = None
    """The code of the province a commune belongs to, in the same scheme."""
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    area_km2: Annotated[float, Field(gt=0)] | None = None
    population: Annotated[int, Field(gt=0)] | None = None

    @property
    def key(self) -> UnitKey:
        """Scheme, code and first day of validity."""
        return UnitKey(self.scheme, self.code, self.valid_from)


class PointKind(StrEnum):
    """The kind of a service point."""

    CENTRE = "centre"
    BRANCH = "branch"
    COMMUNE_POINT = "commune_point"
    KIOSK = "kiosk"
    MOBILE_TEAM = "mobile_team"
    HOTLINE_DESK = "hotline_desk"


class ServicePoint(Sourced):
    """One place where people are served: ``local/points.csv``."""

    id: Identifier
    kind: PointKind
    name: str
    unit: str
    """The code of the unit it stands in."""
    parent: Identifier | None = None
    """The point that operates it: a kiosk's commune point, a branch's centre."""
    address: str | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    hours: str | None = None
    """Opening hours in OpenStreetMap's ``opening_hours`` grammar, e.g. ``Mo-Fr 08:00-12:00,13:30-17:00``."""
    counters: Annotated[int, Field(ge=0)] | None = None
    channels: tuple[Channel, ...] = ()
    status: Literal["open", "planned", "closed"] = "open"


@runtime_checkable
class LocationDirectory(Protocol):
    """A register of administrative units. Implementations load lazily: most commands never ask."""

    @property
    def scheme(self) -> str:
        """The code scheme of its units."""

    @property
    def version(self) -> str:
        """The edition of the register: every KPI value names the boundaries that it was measured under."""

    def provinces(self) -> tuple[AdministrativeUnit, ...]:
        """Return all provinces of the edition, in the register's order."""

    def communes(self, province: str) -> tuple[AdministrativeUnit, ...]:
        """Return all communes of the province with this code, in the register's order."""

    def find_province(self, wanted: str) -> AdministrativeUnit | None:
        """Return the province by code, or by name with or without its kind and diacritics."""


NamePattern = Annotated[
    str, StringConstraints(pattern=r"^([^{}]|\{unit\}|\{number\})*\{unit\}([^{}]|\{unit\}|\{number\})*$")
]
"""A template with ``{unit}``, the name of a unit, and ``{number}``, counted from 1 within the unit."""


class Pattern(Noun):
    """The pattern of a province's network of points: ``model/network/pattern.yaml``, the start of a new deployment."""

    centre_counters: Annotated[int, Field(ge=1)]
    commune_point_counters: Annotated[int, Field(ge=1)]
    kiosks_per_commune_point: Annotated[int, Field(ge=0)]
    hours: str
    open_kinds: tuple[PointKind, ...] = ()
    """Kinds of points that a province has already, such as those the law gives every commune; others are planned."""
    head_offices: dict[Literal["province", "commune"], NamePattern] = Field(default_factory=dict)
    """The name of the office of a unit's head, by the unit's level."""
    point_names: dict[PointKind, NamePattern] = Field(default_factory=dict)
    """The name of a point, by its kind."""
    reference: Identifier

    def name_head(self, unit: AdministrativeUnit) -> str:
        """Return the name of the office that is accountable for ``unit``."""
        return _filled(self.head_offices.get(unit.level, "Head of {unit}"), unit, 1)

    def name_point(self, kind: PointKind, unit: AdministrativeUnit, number: int = 1) -> str:
        """Return the name of the ``number``-th point of a kind in ``unit``."""
        usual = "{unit}: " + kind.replace("_", " ") + (" {number}" if kind is PointKind.KIOSK else "")
        return _filled(self.point_names.get(kind, usual), unit, number)


def _filled(pattern: str, unit: AdministrativeUnit, number: int) -> str:
    """Return a pattern filled in; a unit's kind inside a name is in lower case: ``Mayor of town Springfield``."""
    is_inside = not pattern.startswith("{unit}") and unit.name.casefold().startswith(unit.kind.casefold())
    name = unit.name[0].lower() + unit.name[1:] if is_inside else unit.name
    return pattern.replace("{number}", str(number)).replace("{unit}", name)
