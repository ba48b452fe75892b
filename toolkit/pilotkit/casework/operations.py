"""What goes on today: intake, backlog, queues, points and ratings of some units, read at one instant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from pilotkit.casework import workload
from pilotkit.casework.definitions import Definitions
from pilotkit.casework.heartbeats import Heartbeats
from pilotkit.casework.queue import OPEN_FOR
from pilotkit.catalog.catalog import Catalog
from pilotkit.model.day_at_work import DayAtWork, PointQueue, UnitBacklog, UnitPressure
from pilotkit.model.location import PointKind, ServicePoint
from pilotkit.model.procedure import Channel
from pilotkit.model.ticket import TicketState
from pilotkit.model.work_item import UrgentCase
from pilotkit.storage import day_counts as counted
from pilotkit.storage.application_store import scores_between
from pilotkit.storage.store import Store

_HOURS = 24
_SATISFIED = 4
"""On the scale from 1 to 5."""


class Operations:
    """The day of a deployment.

    Args:
        catalog: units and points.
        store: where cases and tickets are kept.
        definitions: the versions of procedures that cases were received under.
        heartbeats: how points and kiosks are.
    """

    def __init__(self, catalog: Catalog, store: Store, definitions: Definitions, heartbeats: Heartbeats) -> None:
        self._catalog = catalog
        self._store = store
        self._definitions = definitions
        self._heartbeats = heartbeats

    def day(self, units: frozenset[str], at: datetime, hours: Decimal = Decimal(16)) -> DayAtWork:
        """Return the day until ``at``.

        Args:
            units: codes; what is of other units is not looked at.
            at: aware.
            hours: how many working hours are looked ahead for what will be late.
        """
        local = at.astimezone(self._catalog.working_time.zone)
        start = local.replace(hour=0, minute=0, second=0, microsecond=0)
        codes, points = sorted(units), [each for each in self._open_points() if each.unit in units]
        ids = [each.id for each in points]
        with self._store.read_session() as session:
            hourly = counted.received_by_hour(session, codes, start, at)
            backlog = counted.backlog(session, codes, at, start + timedelta(days=1))
            tickets = counted.tickets_at_work(session, ids, local.date(), at - OPEN_FOR)
            taken = counted.tickets_of(session, ids, local.date())
            scores = [each.score for each in scores_between(session, start, at) if each.unit in units]
        ahead = workload.look_ahead(self._catalog, self._store, self._definitions, units, hours, at)
        return DayAtWork(
            at=at,
            received_by_hour=_by_hour(hourly),
            received_online=sum(count for _, channel, count in hourly if channel == Channel.ONLINE),
            backlog=tuple(UnitBacklog(unit=u, open=n, due_today=d, late=late) for u, n, d, late in backlog),
            pressed=_pressed(ahead.pressing, timedelta(hours=float(hours))),
            is_cut=ahead.is_cut,
            queues=_queues(tickets, at),
            served=sum(served for _, served in taken.values()),
            calls=_calls(points, taken),
            states=self._heartbeats.states(ids, at),
            ratings=len(scores),
            satisfied=sum(score >= _SATISFIED for score in scores),
        )

    def _open_points(self) -> Iterable[ServicePoint]:
        return (each for each in self._catalog.points.values() if each.status == "open")


def _by_hour(hourly: Iterable[tuple[int, str, int]]) -> tuple[int, ...]:
    """Where the clocks are set back a day has a 25th hour: it counts with the last."""
    hours = [0] * _HOURS
    for hour, _, count in hourly:
        hours[min(hour, _HOURS - 1)] += count
    return tuple(hours)


def _pressed(pressing: Iterable[UrgentCase], within: timedelta) -> tuple[UnitPressure, ...]:
    """Those due within the time; what is due later may still be helped by what is ordinary."""
    coming = (each for each in pressing if not each.is_late and each.slack < timedelta() and each.left <= within)
    counted = Counter(each.case.unit for each in coming)
    return tuple(UnitPressure(unit=unit, cases=cases) for unit, cases in counted.most_common())


def _queues(tickets: Iterable[tuple[str, str, int | None, datetime]], now: datetime) -> tuple[PointQueue, ...]:
    waits: dict[str, list[timedelta]] = {}
    counters: dict[str, set[int]] = {}
    for point, state, counter, taken_at in tickets:
        if state == TicketState.WAITING:
            waits.setdefault(point, []).append(max(now - taken_at, timedelta()))
        elif counter is not None:
            counters.setdefault(point, set()).add(counter)
    return tuple(
        _queue(point, sorted(waits.get(point, ()), reverse=True), counters.get(point, set()))
        for point in sorted(waits.keys() | counters.keys())
    )


def _queue(point: str, waits: list[timedelta], counters: set[int]) -> PointQueue:
    longest = waits[0] if waits else None
    return PointQueue(
        point=point, waiting=len(waits), longest=longest, waits=tuple(waits), counters=tuple(sorted(counters))
    )


def _calls(points: Iterable[ServicePoint], taken: dict[str, tuple[int, int]]) -> int | None:
    """Unknown is absent: a hotline that keeps no queue here is not one that nobody calls."""
    desks = [each.id for each in points if each.kind is PointKind.HOTLINE_DESK and each.id in taken]
    return sum(taken[each][0] for each in desks) if desks else None
