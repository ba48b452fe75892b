"""What a change of units does to a deployment, told before anything is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Literal

from pilotkit.boundaries.local_tables import is_over, merged_targets
from pilotkit.boundaries.unit_change import UnitChange
from pilotkit.casework.jurisdiction import cases_of
from pilotkit.catalog.deployment import Deployment
from pilotkit.model.kpi import Target
from pilotkit.model.location import AdministrativeUnit
from pilotkit.model.text import Noun
from pilotkit.storage.open_cases import OpenCase, count_cases, open_cases
from pilotkit.storage.store import Store

Kind = Literal["rename", "recode", "merge", "split", "goes_on"]


class SuccessorShare(Noun):
    """A successor of a unit, and what it gets of it."""

    code: str
    name: str
    share: str
    """As a fraction."""
    open_cases: int
    points: int
    accounts: int


class UnitImpact(Noun):
    """What happens to one unit that ends."""

    code: str
    name: str
    valid_from: str
    kind: Kind
    successors: tuple[SuccessorShare, ...]
    open_cases: int
    """Cases that are handed over."""
    all_cases: int
    """Cases of all its time, ended ones too: they keep its code, and count for its successors from now on."""
    apportioned: bool
    """Whether its series are divided by shares under the new boundaries, and so are no longer counted case by case."""
    targets_passed_on: int
    targets_over: int
    """Targets that were due before: they stay its own."""
    code_passes_to: str | None
    """The unit that its code names from now on, where that is another place."""


class GoalConflict(Noun):
    """Units with different goals become one: the goal that asks most is kept, until somebody decides otherwise."""

    successor: str
    kpi: str
    due: str | None
    goals: tuple[str, ...]
    kept: str


class ChangeImpact(Noun):
    """What a change of units does."""

    since: str
    is_recorded: bool
    units: tuple[UnitImpact, ...]
    conflicts: tuple[GoalConflict, ...]
    undivided_back: tuple[str, ...]
    """Successors of which nothing says what share of them each former unit was: figures of later cases cannot be shown
    under the boundaries before the change."""


def impact_of(deployment: Deployment, store: Store, change: UnitChange) -> ChangeImpact:
    """Return what the change does to open cases, targets and series; nothing is changed.

    Raises:
        TargetError: the database cannot be read.
    """
    places = Counter((case.unit, taker.code) for case, taker in left_to_hand_over(deployment, store, change))
    return ChangeImpact(
        since=change.since.isoformat(),
        is_recorded=change.is_recorded,
        units=tuple(_unit(deployment, store, change, unit, places) for unit in change.ended.values()),
        conflicts=tuple(_conflicts(deployment, change)),
        undivided_back=tuple(code for code in change.made if not _can_be_divided(change, code)),
    )


def left_to_hand_over(
    deployment: Deployment, store: Store, change: UnitChange
) -> Iterator[tuple[OpenCase, AdministrativeUnit]]:
    """Every open case that is still with a unit that ends, and who takes it over."""
    for case in open_cases(store, list(change.ended)):
        if _holder(deployment, case, change) == change.ended[case.unit]:
            yield case, change.taker(case.unit, case.point)


def _holder(deployment: Deployment, case: OpenCase, change: UnitChange) -> AdministrativeUnit | None:
    """Return the unit that a case is with: as it says, or else whom its code named when it was received."""
    if case.unit_from is not None:
        ended = change.ended[case.unit]
        return ended if case.unit_from == ended.valid_from else None
    day = case.received_at.astimezone(deployment.catalog.working_time.zone).date()
    return deployment.catalog.lineage.holder(case.unit, day)


def _unit(
    deployment: Deployment,
    store: Store,
    change: UnitChange,
    unit: AdministrativeUnit,
    places: Counter[tuple[str, str]],
) -> UnitImpact:
    targets = [each for each in deployment.catalog.targets if (each.unit, each.unit_from) == (unit.code, None)]
    over = 0 if change.is_recorded else sum(is_over(each, change) for each in targets)
    taken = change.made.get(unit.code)
    rows = change.rows_of(unit.code)
    return UnitImpact(
        code=unit.code,
        name=unit.name,
        valid_from=unit.valid_from.isoformat(),
        kind=_kind(change, unit),
        successors=tuple(
            _successor(deployment, change, unit, code, places) for code in (row.successor for row in rows)
        ),
        open_cases=sum(count for (code, _), count in places.items() if code == unit.code),
        all_cases=count_cases(store, cases_of(deployment.catalog, unit)),
        apportioned=len(rows) > 1,
        targets_passed_on=0 if change.is_recorded else len(targets) - over,
        targets_over=over,
        code_passes_to=taken.name if taken and unit.code not in change.before(taken.code) else None,
    )


def _successor(
    deployment: Deployment, change: UnitChange, unit: AdministrativeUnit, code: str, places: Counter[tuple[str, str]]
) -> SuccessorShare:
    catalog = deployment.catalog
    points = [] if change.is_recorded else [each.id for each in catalog.points.values() if each.unit == unit.code]
    accounts = [] if change.is_recorded else [each for each in catalog.accounts.values() if each.unit == unit.code]
    return SuccessorShare(
        code=code,
        name=change.made[code].name,
        share=str(next(row.share for row in change.rows_of(unit.code) if row.successor == code)),
        open_cases=places[unit.code, code],
        points=sum(change.taker(unit.code, each).code == code for each in points),
        accounts=sum(change.taker(unit.code, each.point).code == code for each in accounts),
    )


def _kind(change: UnitChange, unit: AdministrativeUnit) -> Kind:
    rows = change.rows_of(unit.code)
    if len(rows) > 1:
        return "split"
    made = change.made[rows[0].successor]
    if len(change.before(made.code)) > 1:
        return "merge"
    if made.code != unit.code:
        return "recode"
    return "goes_on" if (made.name, made.kind) == (unit.name, unit.kind) else "rename"


def _conflicts(deployment: Deployment, change: UnitChange) -> Iterator[GoalConflict]:
    if change.is_recorded:
        return
    passed: dict[tuple[str, str, object], list[Target]] = {}
    for target in deployment.catalog.targets:
        if target.unit in change.ended and target.unit_from is None and not is_over(target, change):
            for row in change.rows_of(target.unit):
                passed.setdefault((row.successor, target.kpi, target.due), []).append(target)
    for (successor, kpi, due), targets in passed.items():
        goals = tuple(str(goal) for goal in sorted({each.goal for each in targets}))
        if len(goals) > 1:
            kept = next(merged_targets(deployment.catalog, [(successor, each) for each in targets]))
            day = str(due) if due else None
            yield GoalConflict(successor=successor, kpi=kpi, due=day, goals=goals, kept=str(kept.goal))


def _can_be_divided(change: UnitChange, successor: str) -> bool:
    rows = [row for row in change.rows if row.successor == successor]
    has_shares = all(row.share_of_successor is not None for row in rows)
    return len(rows) == 1 or has_shares or all(change.ended[row.code].population is not None for row in rows)
