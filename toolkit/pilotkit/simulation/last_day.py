"""The last simulated day at the points: who waits, who was served, and what kiosks report. All of it made up."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
from sqlmodel import Session

from pilotkit.catalog.catalog import Catalog
from pilotkit.model.heartbeat import Heartbeat, PointCondition
from pilotkit.model.location import PointKind, ServicePoint
from pilotkit.model.ticket import Ticket, TicketState
from pilotkit.storage.heartbeat_store import HeartbeatRow
from pilotkit.storage.store import Store
from pilotkit.storage.ticket_store import QueueDayRow, ticket_row

_CONDITIONS = (PointCondition.WORKING, PointCondition.LIMITED, PointCondition.BROKEN)
_SHARES = (0.97, 0.02, 0.01)
_FAULTS = ("printer", "scanner", "network")
_SILENT, _NEVER = 0.02, 0.01
_QUEUED = frozenset({PointKind.CENTRE, PointKind.BRANCH, PointKind.COMMUNE_POINT})
_SERVED = 24
"""Mean of people served at a point in the last hours of the day."""
_WAITING = 2.2
"""Mean of people who wait at a point."""
_COUNTERS = 5
_CROWDED = 0.04
"""Share of points with too many people for the counters that are open."""


def lay_out(catalog: Catalog, store: Store, until: datetime, seed: int) -> None:
    """Write what the points of a deployment look like at the end of its simulated days.

    Args:
        catalog: whose points.
        store: where it goes.
        until: the instant that everything is as of; aware.
        seed: the same seed gives the same day.
    """
    random = np.random.default_rng((seed, 8))
    points = [each for each in catalog.points.values() if each.status == "open"]
    with store.write_session() as session:
        for point in points:
            _report(session, random, point, until)
            if point.kind in _QUEUED:
                _queue(session, random, point, until.astimezone(catalog.working_time.zone))


def _report(session: Session, random: np.random.Generator, point: ServicePoint, until: datetime) -> None:
    if random.random() < _NEVER:
        return
    condition = _CONDITIONS[int(random.choice(len(_CONDITIONS), p=_SHARES))]
    age = random.integers(20, 60) * 60 if random.random() < _SILENT else random.integers(5, 100)
    fault = None if condition is PointCondition.WORKING else str(random.choice(_FAULTS))
    heartbeat = Heartbeat(
        point=point.id, at=until - timedelta(seconds=int(age)), condition=condition, fault=fault, synthetic=True
    )
    session.merge(HeartbeatRow(**heartbeat.model_dump(mode="python")))


def _queue(session: Session, random: np.random.Generator, point: ServicePoint, until: datetime) -> None:
    """Lay out a queue: some have been served, the last by each open counter within the hour; others wait."""
    counters, is_crowded = min(point.counters or _COUNTERS, _COUNTERS), random.random() < _CROWDED
    staffed = max(1, counters - 2) if is_crowded else counters
    served = int(random.poisson(_SERVED)) + staffed
    mean, longest = (_WAITING * 6, 48) if is_crowded else (_WAITING, 14)
    waits = np.sort(random.uniform(1, longest, int(random.poisson(mean))))[::-1]
    calls = np.concatenate([np.sort(random.uniform(60, 240, served - staffed))[::-1], random.uniform(2, 50, staffed)])
    tickets = [
        Ticket(
            point=point.id, day=until.date(), number=number, state=TicketState.SERVED, counter=number % staffed + 1,
            taken_at=until - timedelta(minutes=float(called + random.uniform(1, 12))),
            called_at=until - timedelta(minutes=float(called)), done_at=until - timedelta(minutes=float(called / 2)),
        )
        for number, called in enumerate(calls, 1)
    ] + [
        Ticket(point=point.id, day=until.date(), number=number, taken_at=until - timedelta(minutes=float(wait)))
        for number, wait in enumerate(waits, served + 1)
    ]  # fmt: skip
    session.add_all([ticket_row(each) for each in tickets])
    session.add(QueueDayRow(point=point.id, day=until.date().isoformat(), last=len(tickets)))
