"""The operations centre: six numbers, one map, one list of what needs a decision, for a wall and for a phone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from pilotkit import PointKind, View
from pilotkit.pages import Stream, point_map
from pilotkit.places import PointCondition
from pilotkit_board.decisions import decide
from pilotkit_board.rules import rules_of

if TYPE_CHECKING:
    from pilotkit import Catalog, Deployment
    from pilotkit.pages import PageRequest, PointMap
    from pilotkit.places import DayAtWork, PointQueue
    from pilotkit_board.decisions import Decision

SHOWN = 4
"""Decisions that fit on a wall; the others are counted, and a phone lists them all."""
EVERY = 10.0
"""Seconds from one computation to the next, for all who look at the same units."""
NAMED = 5
"""Units that are named on the map."""
_APART = 34.0
"""SVG units between two names, so that neither covers the other."""
_MAP = 640.0
_ORDER = (PointCondition.WORKING, PointCondition.LIMITED, PointCondition.BROKEN, PointCondition.UNKNOWN)


@dataclass(frozen=True)
class Mark:
    """A point on the map."""

    x: float
    y: float
    is_kiosk: bool


@dataclass(frozen=True)
class Name:
    """A unit that is named on the map: the middle of it."""

    x: float
    y: float
    text: str
    severity: str


@dataclass(frozen=True)
class Kiosks:
    """How many kiosks there are, and how many of them work."""

    total: int
    working: int
    limited: int
    broken: int
    unknown: int


def show_wall(request: PageRequest) -> View:
    """Show the wall as it stands now; the stream brings what comes after."""
    still = "still" in request.query
    drawn = _drawn(request.deployment, _only(request.authority.units))
    return View("board/wall.html", {**_live(request, request.authority.units), "drawn": drawn, "is_still": still})


def show_stream(request: PageRequest) -> Stream:
    """Show the live part of the wall, again and again."""
    units = request.authority.units
    return Stream(",".join(sorted(units)), lambda shared: View("board/live.html", _live(shared, units)), EVERY)


def _live(request: PageRequest, units: frozenset[str]) -> dict[str, object]:
    """Return what both show: the day of these units, and what is to be decided."""
    catalog = request.catalog
    rules = rules_of(request.deployment.folder)
    at = request.measures.present(request.now).astimezone(request.zone)
    day = request.operations.day(units, at, rules.will_be_late.hours)
    decisions = decide(catalog, day, rules)
    drawn, severities = _drawn(request.deployment, _only(units)), _severities(decisions)
    return {
        "day": day,
        "decisions": decisions[:SHOWN],
        "more": decisions[SHOWN:],
        "place": _place(catalog, units),
        "own": _only(units),
        "unit_count": len(units),
        "queue": max(day.queues, key=_longest, default=None),
        "worst": max(day.backlog, key=lambda each: (each.late, each.open), default=None),
        "kiosks": _kiosks(catalog, day),
        "marks": _marks(drawn, day),
        "names": _names(drawn, severities),
        "severities": severities,
        "size": (drawn.width, drawn.height),
        "is_simulated": request.measures.simulated_until is not None,
        "busiest": max(day.received_by_hour) or 1,
        "hour": at.hour,
        "rules": rules,
    }


def _longest(queue: PointQueue) -> timedelta:
    return queue.longest or timedelta()


def _place(catalog: Catalog, units: frozenset[str]) -> str | None:
    """Return the name of the one unit that is looked at; None: the province."""
    code = _only(units)
    return catalog.units[code].name if code and code in catalog.units else None


def _only(units: frozenset[str]) -> str | None:
    """Return the code of the one unit that is looked at; None where there are several."""
    return next(iter(units)) if len(units) == 1 else None


def _kiosks(catalog: Catalog, day: DayAtWork) -> Kiosks:
    conditions = [each.condition for each in day.states if catalog.points[each.point].kind is PointKind.KIOSK]
    return Kiosks(len(conditions), *(conditions.count(each) for each in _ORDER))


@lru_cache(maxsize=256)
def _drawn(deployment: Deployment, unit: str | None) -> PointMap:
    """Return the map of the province, or around one unit; they stay where they are while the deployment is served."""
    catalog = deployment.catalog
    around = catalog.units.get(unit) if unit else None
    points = [each for each in catalog.points.values() if each.status == "open"]
    return point_map(catalog.communes, points, around, size=_MAP, tallest=_MAP)


def _marks(drawn: PointMap, day: DayAtWork) -> dict[str, list[Mark]]:
    """Points by their condition, in the order in which they are drawn: what does not work lies on top."""
    states = {each.point: each.condition for each in day.states}
    marks: dict[str, list[Mark]] = {condition.value: [] for condition in _ORDER}
    for marker in drawn.markers:
        if marker.point.id in states:
            is_kiosk = marker.point.kind is PointKind.KIOSK
            marks[states[marker.point.id].value].append(Mark(marker.x, marker.y, is_kiosk))
    return marks


def _severities(decisions: tuple[Decision, ...]) -> dict[str, str]:
    """Return the worst of each unit's."""
    found: dict[str, str] = {}
    for each in decisions:
        if each.unit is not None:
            found.setdefault(each.unit, each.severity)
    return found


def _names(drawn: PointMap, severities: dict[str, str]) -> list[Name]:
    """Return the units with the worst decisions, as many as can be read beside each other."""
    middles = {land.unit.code: land for land in drawn.land}
    names: list[Name] = []
    for code, severity in severities.items():
        land = middles.get(code)
        if land is None or any(abs(land.y - each.y) < _APART and abs(land.x - each.x) < _APART * 4 for each in names):
            continue
        names.append(Name(land.x, land.y, _short(land.unit.name, land.unit.kind), severity))
        if len(names) == NAMED:
            break
    return names


def _short(name: str, kind: str) -> str:
    """Return a unit's name without its kind, as on a map."""
    return name[len(kind) :].strip() if name.casefold().startswith(kind.casefold()) else name
