"""What will be late before it is: open cases, the time left to each and the work still to be done on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from pilotkit.casework.definitions import Definitions
from pilotkit.casework.jurisdiction import reach
from pilotkit.casework.permissions import step_of
from pilotkit.casework.remaining_time import remaining, working_time_left
from pilotkit.catalog.catalog import Catalog
from pilotkit.model.case import Case
from pilotkit.model.procedure import Procedure
from pilotkit.model.work_item import Load, UrgentCase, Workload
from pilotkit.storage import case_queries
from pilotkit.storage.store import Store

LOOKED_AT = 5000
"""Cases: the first due ones of the units."""
_NOTHING = timedelta(0)
_HOUR = timedelta(hours=1)


def look_ahead(
    catalog: Catalog, store: Store, definitions: Definitions, units: frozenset[str], hours: Decimal, now: datetime
) -> Workload:
    """Return what is late, what has more work left than time, and what is due soon.

    Args:
        catalog: units and working time.
        store: where cases are kept.
        definitions: the versions of procedures that cases were received under.
        units: codes; cases of others are left out.
        hours: working hours that count as soon.
        now: aware.
    """
    time = catalog.working_time
    horizon = time.after(now, max(hours, _longest(definitions.all().values())))
    with store.read_session() as session:
        codes, strangers = reach(catalog, units)
        cases, is_cut = case_queries.due_first(session, codes, strangers, horizon, LOOKED_AT)
    left = working_time_left(cases, time, now)
    found = [_pressing(definitions, case, each) for case, each in zip(cases, left, strict=True) if each is not None]
    soon = timedelta(hours=float(hours))
    pressing = sorted((each for each in found if each.is_late or each.slack < _NOTHING or each.left <= soon), key=_rank)
    return Workload(
        hours=hours,
        pressing=tuple(pressing),
        by_unit=_loads(pressing, lambda each: each.case.unit),
        by_role=_loads(pressing, lambda each: each.role or ""),
        is_cut=is_cut,
    )


def _longest(procedures: Iterable[Procedure]) -> Decimal:
    """Return the most working hours that any case can still need."""
    ways = (remaining(procedure, step.id) for procedure in procedures for step in procedure.steps)
    return Decimal(str(max(ways, default=_NOTHING) / _HOUR))


def _pressing(definitions: Definitions, case: Case, left: timedelta) -> UrgentCase:
    procedure = definitions.of(case.procedure_digest)
    step = step_of(procedure, case)
    return UrgentCase(case=case, left=left, needed=remaining(procedure, case.step), role=step.role if step else None)


def _rank(each: UrgentCase) -> tuple[timedelta, str]:
    return each.slack, each.case.code


def _loads(pressing: Iterable[UrgentCase], place: Callable[[UrgentCase], str]) -> tuple[Load, ...]:
    """Return what lies with each, the one with the most that is or will be late first."""
    heaps: dict[str, list[UrgentCase]] = {}
    for each in pressing:
        heaps.setdefault(place(each), []).append(each)
    loads = [_load(id_, heap) for id_, heap in heaps.items()]
    return tuple(sorted(loads, key=lambda load: (-load.late - load.will_be_late, -load.soon, load.id)))


def _load(id_: str, heap: list[UrgentCase]) -> Load:
    late = sum(each.is_late for each in heap)
    coming = sum(not each.is_late and each.slack < _NOTHING for each in heap)
    hours = Decimal(str(round(sum((each.needed for each in heap), _NOTHING) / _HOUR, 2)))
    return Load(id=id_, late=late, will_be_late=coming, soon=len(heap) - late - coming, hours=hours)
