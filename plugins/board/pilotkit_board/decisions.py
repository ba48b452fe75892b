"""What needs a decision now, each with a proposal: the rules held against the day. Words are the template's."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pilotkit import PointKind
from pilotkit.places import PointCondition

if TYPE_CHECKING:
    from pilotkit import AdministrativeUnit, Catalog, ServicePoint
    from pilotkit.places import DayAtWork, PointQueue
    from pilotkit_board.rules import Rules

_KILOMETRES_A_DEGREE = 111.2
_RANKS = {"late": 0, "at_risk": 1, "open": 2}


@dataclass(frozen=True)
class Decision:
    """Something that somebody has to decide, and what is proposed."""

    rule: str
    """The table of ``rules.toml`` that asks for it."""
    severity: str
    """``late``: people suffer from it now; ``at_risk``: they will; ``open``: nobody knows."""
    weight: float
    """How much there is of it, to put the worst first among those alike."""
    unit: str | None = None
    """Where; None: in all of the province."""
    point: str | None = None
    since: datetime | None = None
    """When it began, where that is known."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What the words are filled with."""
    others: int = 0
    """How many more places the same rule asks for; counted with the worst of them."""


def decide(catalog: Catalog, day: DayAtWork, rules: Rules) -> tuple[Decision, ...]:
    """Every decision that is due, the worst first."""
    found = [
        *_long_waits(catalog, day, rules),
        *_late(catalog, day, rules),
        *_will_be_late(catalog, day, rules),
        *_out_of_order(catalog, day, rules),
        *_never_heard(day, rules),
        *_understaffed(catalog, day, rules),
        *_dissatisfied(day, rules),
    ]
    worst_first = sorted(found, key=lambda each: (_RANKS[each.severity], -each.weight, each.unit or "", each.rule))
    return tuple(_one_of_each_first(worst_first))


def _one_of_each_first(found: list[Decision]) -> list[Decision]:
    """Return the worst of every rule before the second worst of any: ten queues do not hide what is different."""
    heaps: dict[str, list[Decision]] = defaultdict(list)
    for each in found:
        heaps[each.rule].append(each)
    heads = [replace(heap[0], others=len(heap) - 1) for heap in heaps.values()]
    return [*heads, *(each for each in found if each is not heaps[each.rule][0])]


def _long_waits(catalog: Catalog, day: DayAtWork, rules: Rules) -> Iterator[Decision]:
    rule, limit = rules.long_wait, timedelta(minutes=rules.long_wait.minutes)
    waiting = {each.point: each.waiting for each in day.queues}
    for queue in day.queues:
        people = sum(wait > limit for wait in queue.waits)
        if people < rule.people or queue.longest is None:
            continue
        point = catalog.points[queue.point]
        facts = {"people": people, "minutes": rule.minutes, **_way_out(catalog, point, queue, waiting)}
        began = day.at - queue.longest + limit
        yield Decision("long_wait", "late", people * 10, point.unit, point.id, began, facts)


def _way_out(catalog: Catalog, point: ServicePoint, queue: PointQueue, waiting: Mapping[str, int]) -> dict[str, Any]:
    """Another counter where one is closed; else the nearest point where at most half as many wait; else nothing."""
    closed = next((each for each in range(1, (point.counters or 0) + 1) if each not in queue.counters), None)
    if closed is not None:
        return {"counter": closed}
    others = (each for each in catalog.points.values() if each.kind is point.kind and each.status == "open")
    quiet = (each for each in others if each.id != point.id and waiting.get(each.id, 0) * 2 <= queue.waiting)
    near = _nearest(point, quiet)
    if near is None:
        return {}
    other, kilometres = near
    return {
        "other": catalog.units[other.unit].name if other.unit in catalog.units else other.name,
        "other_waiting": waiting.get(other.id, 0),
        "kilometres": kilometres,
    }


def _late(catalog: Catalog, day: DayAtWork, rules: Rules) -> Iterator[Decision]:
    for each in day.backlog:
        if each.late >= rules.late.cases and each.unit in catalog.units:
            head = catalog.head_of(each.unit)
            facts = {"cases": each.late, "of": each.open, "office": head.office if head else None}
            yield Decision("late", "late", each.late, each.unit, facts=facts)


def _will_be_late(catalog: Catalog, day: DayAtWork, rules: Rules) -> Iterator[Decision]:
    rule, pressed = rules.will_be_late, {each.unit: each.cases for each in day.pressed}
    for code, cases in pressed.items():
        if cases < rule.cases or code not in catalog.units:
            continue
        helper = _helper(catalog, catalog.units[code], pressed, rule.cases)
        facts = {
            "cases": cases,
            "hours": rule.hours,
            "officers": math.ceil(cases / rule.cases_per_officer),
            "from": helper.name if helper else None,
        }
        yield Decision("will_be_late", "at_risk", cases, code, facts=facts)


def _helper(
    catalog: Catalog, unit: AdministrativeUnit, pressed: Mapping[str, int], limit: int
) -> AdministrativeUnit | None:
    """Return the nearest commune with less than half as many decisions, else the province, else None."""
    if unit.level == "province":
        return None
    free = (each for each in catalog.communes if each.code != unit.code and pressed.get(each.code, 0) * 2 < limit)
    near = _nearest(unit, free)
    return near[0] if near else catalog.province


def _out_of_order(catalog: Catalog, day: DayAtWork, rules: Rules) -> Iterator[Decision]:
    """Points of one unit together: whoever drives there looks at all of them."""
    broken = {PointCondition.BROKEN, PointCondition.LIMITED}
    heaps: dict[str, list[Any]] = defaultdict(list)
    for state in day.states:
        is_silent = state.condition is PointCondition.UNKNOWN and state.reported_at is not None
        if is_silent or state.condition in broken:
            heaps[catalog.points[state.point].unit].append(state)
    for unit, states in heaps.items():
        if len(states) < rules.out_of_order.points:
            continue
        serves = [each for each in states if catalog.points[each.point].kind is not PointKind.KIOSK]
        worst = serves or states
        first = worst[0]
        facts = {
            "points": len(states),
            "name": catalog.points[first.point].name if len(states) == 1 else None,
            "silent": sum(each.condition is PointCondition.UNKNOWN for each in states),
            "faults": sorted({each.fault for each in states if each.fault}),
        }
        stopped = [each for each in serves if each.condition is PointCondition.BROKEN]
        since = min((each.reported_at for each in states if each.condition is PointCondition.UNKNOWN), default=None)
        yield Decision("out_of_order", "late" if stopped else "at_risk", len(states), unit, first.point, since, facts)


def _never_heard(day: DayAtWork, rules: Rules) -> Iterator[Decision]:
    points = sum(each.reported_at is None for each in day.states)
    if points >= rules.never_heard.points:
        yield Decision("never_heard", "open", points, facts={"points": points, "of": len(day.states)})


def _understaffed(catalog: Catalog, day: DayAtWork, rules: Rules) -> Iterator[Decision]:
    """Only where staffing is known: a point that nobody has counted is not one without people."""
    counted = Counter[tuple[str, str]]()
    for staffing in catalog.staffing:
        counted[staffing.point, staffing.role] += staffing.count
    asked = {each.point for each in day.states}
    for norm in catalog.norms.values():
        short = [
            (catalog.points[point], norm.minimum - count)
            for (point, role), count in counted.items()
            if role == norm.role and point in asked and catalog.points[point].kind is norm.at
        ]
        short = [(point, missing) for point, missing in short if missing >= rules.understaffed.missing]
        if short:
            point = max(short, key=lambda each: (each[1], each[0].id))[0]
            facts = {
                "points": len(short),
                "name": point.name,
                "missing": sum(missing for _, missing in short),
                "role": catalog.roles[norm.role].name,
            }
            unit = point.unit if len(short) == 1 else None
            yield Decision("understaffed", "at_risk", sum(missing for _, missing in short), unit, facts=facts)


def _dissatisfied(day: DayAtWork, rules: Rules) -> Iterator[Decision]:
    rule = rules.dissatisfied
    if day.ratings >= rule.ratings and day.satisfied * 100 < rule.percent * day.ratings:
        facts = {"percent": day.satisfied * 100 / day.ratings, "ratings": day.ratings, "goal": rule.percent}
        yield Decision("dissatisfied", "at_risk", day.ratings - day.satisfied, facts=facts)


def _nearest(here: Any, others: Iterable[Any]) -> tuple[Any, float] | None:
    """Return the nearest of the places that have a position, and how far it is as the crow flies, in kilometres."""
    if here.latitude is None or here.longitude is None:
        return None
    far = [
        (each, _kilometres(here, each)) for each in others if each.latitude is not None and each.longitude is not None
    ]
    return min(far, key=lambda each: each[1], default=None)


def _kilometres(one: Any, other: Any) -> float:
    squeeze = math.cos(math.radians(one.latitude))
    across, down = (other.longitude - one.longitude) * squeeze, other.latitude - one.latitude
    return math.hypot(across, down) * _KILOMETRES_A_DEGREE
