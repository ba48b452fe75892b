"""Figures into coordinates: what the SVG components need, computed where it can be tested."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pilotkit.model.location import AdministrativeUnit, ServicePoint

_PADDING = 12.0
_KILOMETRES_A_DEGREE = 111.2
_NEIGHBOURHOOD = 6.0
"""How many of its own radii are seen around a unit."""


@dataclass(frozen=True)
class Land:
    """A unit on a map: a disc of its own area, so that together they have the province's shape."""

    x: float
    y: float
    radius: float
    unit: AdministrativeUnit


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
        tuple(_land(unit, frame) for unit in placed),
        tuple(Marker(*frame.place(*at), point) for point, at in markers),
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
    """The radius of a disc of the unit's area, in degrees of latitude, a little wide so that neighbours touch."""
    return math.sqrt((unit.area_km2 or 1.0) / math.pi) / _KILOMETRES_A_DEGREE * 1.2


def _corners(unit: AdministrativeUnit, times: float = 1) -> tuple[tuple[float, float], tuple[float, float]]:
    latitude, longitude, radius = unit.latitude or 0.0, unit.longitude or 0.0, _degrees(unit) * times
    wide = radius / math.cos(math.radians(latitude))
    return (latitude - radius, longitude - wide), (latitude + radius, longitude + wide)


def _land(unit: AdministrativeUnit, frame: _Projection) -> Land:
    x, y = frame.place(unit.latitude or 0.0, unit.longitude or 0.0)
    return Land(x, y, round(max(_degrees(unit) * frame.scale, 1.5), 1), unit)


def line_points(values: Sequence[float | None], width: float, height: float, low: float, high: float) -> str:
    """Values as the ``points`` of an SVG polyline; those that are None are left out, never drawn as 0."""
    step = width / max(len(values) - 1, 1)
    span = (high - low) or 1.0
    drawn = [
        f"{index * step:.1f},{height - (min(max(value, low), high) - low) / span * height:.1f}"
        for index, value in enumerate(values)
        if value is not None
    ]
    return " ".join(drawn)
