"""Discs into cells that meet and do not overlap, so that places known only by middle and area read as a map.

The border of two discs that overlap is their radical axis: together the cells are a power diagram (Aurenhammer, "Power
diagrams: properties, algorithms and applications", SIAM Journal on Computing 16, 1987), cut off at the discs' rims.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

_SIDES = 36
"""A rim is drawn with so many corners."""
_SHARE = 0.6
"""How much two weights may differ, as a share of the squared distance: below 1, and every middle keeps its own cell."""

Corner = tuple[float, float]


@dataclass(frozen=True)
class Disc:
    """A circle about a middle, in any one unit of length."""

    x: float
    y: float
    radius: float

    def distance(self, other: Disc) -> float:
        """From middle to middle."""
        return math.hypot(other.x - self.x, other.y - self.y)

    def rim(self) -> list[Corner]:
        """Return the corners of the polygon that stands for the circle."""
        turns = (math.tau * step / _SIDES for step in range(_SIDES))
        return [(self.x + self.radius * math.cos(turn), self.y + self.radius * math.sin(turn)) for turn in turns]


def cells(discs: Sequence[Disc]) -> tuple[tuple[Corner, ...], ...]:
    """Return the corners of each disc's cell, in the order of ``discs``; two discs with one centre share it."""
    neighbours = [_neighbours(discs, disc) for disc in discs]
    weights = _weights(discs, neighbours)
    found = []
    for at, disc in enumerate(discs):
        corners = disc.rim()
        for other in neighbours[at]:
            corners = _cut(corners, disc, discs[other], weights[at] - weights[other])
        found.append(tuple(corners))
    return tuple(found)


def _neighbours(discs: Sequence[Disc], disc: Disc) -> list[int]:
    return [at for at, other in enumerate(discs) if 0 < disc.distance(other) < disc.radius + other.radius]


def _weights(discs: Sequence[Disc], neighbours: Sequence[Sequence[int]]) -> list[float]:
    """Squared radii, made smaller where a large disc would swallow the middle of a small one."""
    weights = [disc.radius**2 for disc in discs]
    is_settled = False
    while not is_settled:
        is_settled = True
        for at, disc in enumerate(discs):
            limits = (weights[other] + _SHARE * disc.distance(discs[other]) ** 2 for other in neighbours[at])
            most = min(limits, default=weights[at])
            if most < weights[at]:
                weights[at], is_settled = most, False
    return weights


def _cut(corners: Sequence[Corner], disc: Disc, other: Disc, difference: float) -> list[Corner]:
    """Return the part on ``disc``'s side of its border with ``other`` (Sutherland-Hodgman clipping, one edge)."""
    east, north = other.x - disc.x, other.y - disc.y
    limit = (east**2 + north**2 + difference) / 2

    def beyond(corner: Corner) -> float:
        return (corner[0] - disc.x) * east + (corner[1] - disc.y) * north - limit

    kept: list[Corner] = []
    for start, end in zip(corners, [*corners[1:], *corners[:1]], strict=True):
        before, after = beyond(start), beyond(end)
        if before <= 0:
            kept.append(start)
        if before * after < 0:
            share = before / (before - after)
            kept.append((start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])))
    return kept
