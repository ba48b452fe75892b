"""Points and kiosks report how they are, and are asked how they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from pilotkit.catalog.deployment import Deployment
from pilotkit.errors import CaseError
from pilotkit.model.heartbeat import Heartbeat, PointCondition, PointState, Reported
from pilotkit.storage.heartbeat_store import heartbeats_of, keep_heartbeat
from pilotkit.storage.store import Store

SILENT_AFTER = timedelta(minutes=10)
"""Whoever has not reported for longer is unknown. Points report every minute or two."""


class Heartbeats:
    """The reports of a deployment's points.

    Args:
        deployment: whose points.
        store: where reports are kept.
        clock: answers with the aware present.
    """

    def __init__(self, deployment: Deployment, store: Store, clock: Callable[[], datetime]) -> None:
        self._catalog = deployment.catalog
        self._store = store
        self._clock = clock

    def report(self, point: str, condition: Reported, fault: str | None = None) -> Heartbeat:
        """Return a point says how it is.

        Raises:
            UnknownError: there is no such point.
            CaseError: a point that works names a fault.
        """
        if condition is PointCondition.WORKING and fault:
            raise CaseError(
                f"point '{point}' is said to be working with the fault '{fault}'.", remedy="Report it as limited."
            )
        heartbeat = Heartbeat(
            point=self._catalog.point(point).id, at=self._clock(), condition=condition, fault=fault or None
        )
        with self._store.write_session() as session:
            keep_heartbeat(session, heartbeat)
        return heartbeat

    def states(self, points: Iterable[str], at: datetime | None = None) -> tuple[PointState, ...]:
        """How each of the points is, in their order; unknown where it has not reported in the last ten minutes."""
        wanted, now = tuple(points), at or self._clock()
        with self._store.read_session() as session:
            found = heartbeats_of(session, wanted)
        return tuple(_state(point, found.get(point), now) for point in wanted)


def _state(point: str, heard: Heartbeat | None, now: datetime) -> PointState:
    if heard is None:
        return PointState(point=point, condition=PointCondition.UNKNOWN)
    is_silent = now - heard.at > SILENT_AFTER
    return PointState(
        point=point,
        condition=PointCondition.UNKNOWN if is_silent else PointCondition(heard.condition),
        reported_at=heard.at,
        fault=None if is_silent else heard.fault,
        synthetic=heard.synthetic,
    )
