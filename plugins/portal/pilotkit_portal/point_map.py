"""Service points, arranged so that hundreds of kiosks do not drown the place around the corner."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pilotkit import Certainty, Channel, PointKind

if TYPE_CHECKING:
    from pilotkit import AdministrativeUnit, Catalog, Procedure, ServicePoint

ORDER = (
    PointKind.CENTRE,
    PointKind.BRANCH,
    PointKind.COMMUNE_POINT,
    PointKind.MOBILE_TEAM,
    PointKind.HOTLINE_DESK,
    PointKind.KIOSK,
)
"""From the place that does most to the one that does least."""
_STAFFED = {PointKind.CENTRE, PointKind.BRANCH, PointKind.COMMUNE_POINT}
_NEAREST = 4
_MANY = 20
"""More than this of one kind are folded away until asked for."""


@dataclass(frozen=True)
class Cluster:
    """How many points of a kind stand in one unit."""

    unit: AdministrativeUnit
    count: int


@dataclass(frozen=True)
class Group:
    """The points of one kind."""

    kind: PointKind
    points: tuple[ServicePoint, ...]
    clusters: tuple[Cluster, ...]
    """Counts by unit, where the points themselves would be too many to read."""
    is_folded: bool

    @property
    def hours(self) -> str | None:
        """The opening hours that all of them keep; None where they differ or are not published."""
        kept = {point.hours for point in self.points}
        return kept.pop() if len(kept) == 1 else None

    @property
    def is_synthetic(self) -> bool:
        """Whether any of them has a made-up position."""
        return any(point.certainty is Certainty.SYNTHETIC for point in self.points)


def open_points(catalog: Catalog, unit: str = "", kind: str = "") -> tuple[ServicePoint, ...]:
    """Return the points that serve now, of a unit and of a kind where asked."""
    return _points(catalog, "open", unit, kind)


def planned_points(catalog: Catalog, unit: str = "", kind: str = "") -> tuple[ServicePoint, ...]:
    """Return the points that are to open one day: they are counted, and nobody is sent there."""
    return _points(catalog, "planned", unit, kind)


def _points(catalog: Catalog, status: str, unit: str, kind: str) -> tuple[ServicePoint, ...]:
    return tuple(
        point
        for point in catalog.points.values()
        if point.status == status and unit in ("", point.unit) and kind in ("", point.kind)
    )


def grouped(catalog: Catalog, points: Iterable[ServicePoint], *, is_narrow: bool) -> tuple[Group, ...]:
    """Return the points by kind; ``is_narrow``: few enough places were asked for to show each one."""
    points = tuple(points)
    return tuple(
        _group(catalog, kind, mine, is_narrow=is_narrow)
        for kind in ORDER
        if (mine := tuple(point for point in points if point.kind is kind))
    )


def _group(catalog: Catalog, kind: PointKind, points: tuple[ServicePoint, ...], *, is_narrow: bool) -> Group:
    is_many = len(points) > _MANY and not is_narrow
    return Group(kind, points, _clusters(catalog, points) if is_many and kind is PointKind.KIOSK else (), is_many)


def _clusters(catalog: Catalog, points: Iterable[ServicePoint]) -> tuple[Cluster, ...]:
    counts: dict[str, int] = {}
    for point in points:
        counts[point.unit] = counts.get(point.unit, 0) + 1
    return tuple(Cluster(catalog.units[code], count) for code, count in counts.items() if code in catalog.units)


def near(catalog: Catalog, unit: AdministrativeUnit) -> tuple[ServicePoint, ...]:
    """Return the staffed points nearest to the middle of a unit, without its own."""
    placed = [point for point in _staffed(catalog) if point.unit != unit.code and point.latitude is not None]
    return tuple(sorted(placed, key=lambda point: _distance(unit, point))[:_NEAREST])


def _distance(unit: AdministrativeUnit, point: ServicePoint) -> float:
    """Return the square of the straight way, in degrees of latitude: good enough to put neighbours in order."""
    north, east = (unit.latitude or 0) - (point.latitude or 0), (unit.longitude or 0) - (point.longitude or 0)
    return north**2 + (east * math.cos(math.radians(unit.latitude or 0))) ** 2


def _staffed(catalog: Catalog) -> tuple[ServicePoint, ...]:
    return tuple(point for point in open_points(catalog) if point.kind in _STAFFED)


def mapped(
    catalog: Catalog, points: tuple[ServicePoint, ...], unit: AdministrativeUnit | None
) -> tuple[ServicePoint, ...]:
    """Return what a map shows: what was asked for and, around one unit, its neighbours' staffed points."""
    return tuple({point.id: point for point in (*points, *(_staffed(catalog) if unit else ()))}.values())


def receiving(catalog: Catalog, procedure: Procedure) -> tuple[ServicePoint, ...]:
    """Return the open points with people at them, where an application may be handed in; none if it may not be."""
    if procedure.offer(Channel.IN_PERSON) is None:
        return ()
    return tuple(point for point in _staffed(catalog) if not point.channels or Channel.IN_PERSON in point.channels)
