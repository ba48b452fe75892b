"""Figures into coordinates: what the SVG components need, computed where it can be tested."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pilotkit.model.location import AdministrativeUnit, ServicePoint
from pilotkit.web.power_diagram import Disc, cells

_PADDING = 12.0
_KILOMETRES_A_DEGREE = 111.2
_REACH = 1.5
_NEIGHBOURHOOD = 5.0
"""How many of its own radii are seen around a unit."""


@dataclass(frozen=True)
class Land:
    """A unit on a map: a disc of its own area, cut where it meets its neighbours. Schematic: no surveyed border."""

    x: float
    y: float
    radius: float
    unit: AdministrativeUnit
    outline: str
    """The ``d`` of an SVG path."""


@dataclass(frozen=True)
class Marker:
    """A service point on a map."""

    x: float
    y: float
    point: ServicePoint


@dataclass(frozen=True)
class PointMap:
    """A map in SVG units: north is up, and a kilometre is as long in every direction."""

    width: float
    height: float
    land: tuple[Land, ...]
    markers: tuple[Marker, ...]

    def __bool__(self) -> bool:
        """Whether anything has a position."""
        return bool(self.land or self.markers)


@dataclass(frozen=True)
class _Projection:
    west: float
    north: float
    squeeze: float
    """How much shorter a degree of longitude is than one of latitude."""
    scale: float

    def place(self, latitude: float, longitude: float) -> tuple[float, float]:
        x = (longitude - self.west) * self.squeeze * self.scale + _PADDING
        return round(x, 1), round((self.north - latitude) * self.scale + _PADDING, 1)


def point_map(
    units: Iterable[AdministrativeUnit],
    points: Iterable[ServicePoint],
    around: AdministrativeUnit | None = None,
    size: float = 640,
    tallest: float = 640,
) -> PointMap:
    """Units and points drawn to scale, equirectangular about their middle: fair for anything the size of a province.

    Args:
        units: those without a position are left out.
        points: those without a position stand where their unit does; without either they are left out.
        around: the unit in the middle, where not all of them are to be seen.
        size: the width in SVG units.
        tallest: the greatest height.
    """
    known = {unit.code: unit for unit in units}
    placed = [unit for unit in known.values() if unit.latitude is not None and unit.longitude is not None]
    markers = [(point, at) for point in points if (at := _position(point, known)) is not None]
    positions = _seen(placed, [at for _, at in markers], around)
    if not positions:
        return PointMap(size, 0, (), ())
    frame, width, height = _frame(positions, size, tallest)
    return PointMap(
        width,
        height,
        tuple(land for land in _lands(placed, frame) if _is_seen(land.x, land.y, land.radius, width, height)),
        tuple(each for each in _markers(markers, frame) if _is_seen(each.x, each.y, 0, width, height)),
    )


def _seen(
    units: Iterable[AdministrativeUnit], positions: list[tuple[float, float]], around: AdministrativeUnit | None
) -> list[tuple[float, float]]:
    if around is not None and around.latitude is not None and around.longitude is not None:
        return list(_corners(around, _NEIGHBOURHOOD))
    return [corner for unit in units for corner in _corners(unit)] + positions


def _position(point: ServicePoint, units: dict[str, AdministrativeUnit]) -> tuple[float, float] | None:
    for place in (point, units.get(point.unit)):
        if place is not None and place.latitude is not None and place.longitude is not None:
            return place.latitude, place.longitude
    return None


def _frame(positions: Sequence[tuple[float, float]], size: float, tallest: float) -> tuple[_Projection, float, float]:
    latitudes, longitudes = zip(*positions, strict=True)
    squeeze = math.cos(math.radians((min(latitudes) + max(latitudes)) / 2))
    across = max((max(longitudes) - min(longitudes)) * squeeze, 1e-3)
    down = max(max(latitudes) - min(latitudes), 1e-3)
    scale = min((size - 2 * _PADDING) / across, (tallest - 2 * _PADDING) / down)
    width, height = across * scale + 2 * _PADDING, down * scale + 2 * _PADDING
    return _Projection(min(longitudes), max(latitudes), squeeze, scale), round(width, 1), round(height, 1)


def _degrees(unit: AdministrativeUnit) -> float:
    """Return the radius of a disc of the unit's area, in degrees of latitude, wide enough that neighbours touch."""
    return math.sqrt((unit.area_km2 or 1.0) / math.pi) / _KILOMETRES_A_DEGREE * _REACH


def _corners(unit: AdministrativeUnit, times: float = 1) -> tuple[tuple[float, float], tuple[float, float]]:
    latitude, longitude, radius = unit.latitude or 0.0, unit.longitude or 0.0, _degrees(unit) * times
    wide = radius / math.cos(math.radians(latitude))
    return (latitude - radius, longitude - wide), (latitude + radius, longitude + wide)


def _is_seen(x: float, y: float, radius: float, width: float, height: float) -> bool:
    return -radius <= x <= width + radius and -radius <= y <= height + radius


def _markers(points: Iterable[tuple[ServicePoint, tuple[float, float]]], frame: _Projection) -> Iterator[Marker]:
    for point, at in points:
        yield Marker(*frame.place(*at), point)


def _lands(units: Sequence[AdministrativeUnit], frame: _Projection) -> tuple[Land, ...]:
    discs = [_disc(unit, frame) for unit in units]
    pairs = zip(units, discs, cells(discs), strict=True)
    return tuple(Land(disc.x, disc.y, disc.radius, unit, _outline(corners)) for unit, disc, corners in pairs)


def _disc(unit: AdministrativeUnit, frame: _Projection) -> Disc:
    x, y = frame.place(unit.latitude or 0.0, unit.longitude or 0.0)
    return Disc(x, y, round(max(_degrees(unit) * frame.scale, 1.5), 1))


def _outline(corners: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners) + "z"


def line_points(
    values: Sequence[float | Decimal | None], width: float, height: float, low: float | Decimal, high: float | Decimal
) -> str:
    """Values as the ``points`` of an SVG polyline; those that are None are left out, never drawn as 0.

    Where ``low`` and ``high`` are equal, the line lies at the bottom.
    """
    step = width / max(len(values) - 1, 1)
    bottom, top = float(low), float(high)
    span = (top - bottom) or 1.0
    drawn = [
        f"{index * step:.1f},{height - (min(max(float(value), bottom), top) - bottom) / span * height:.1f}"
        for index, value in enumerate(values)
        if value is not None
    ]
    return " ".join(drawn)
