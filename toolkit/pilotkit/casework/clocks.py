"""The two clocks of a case: the legal maximum and the office's own norm. Both stand while the person is awaited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from pilotkit.catalog.working_time import Pause, WorkingTime
from pilotkit.model.case import CaseEvent
from pilotkit.model.procedure import Channel, Procedure


@dataclass(frozen=True)
class Clocks:
    """When a case is due, under the procedure it was received under.

    Args:
        time: the deployment's working time.
        procedure: the definition that the case is pinned to.
        channel: deadlines differ by it.
        received: the aware instant the clocks started.
    """

    time: WorkingTime
    procedure: Procedure
    channel: Channel
    received: datetime

    def legal(self, pauses: Sequence[Pause] = ()) -> datetime | None:
        """Return the end of the legal maximum; None where none is published."""
        offer = self.procedure.offer(self.channel)
        if offer is None or offer.deadline is None:
            return None
        return self.time.due(self.received, offer.deadline, pauses)

    def norm(self, pauses: Sequence[Pause] = ()) -> datetime | None:
        """Return the end of the service norm: the hours of all steps together; None where no step states any."""
        hours = sum((step.hours for step in self.procedure.steps if step.hours), Decimal(0))
        return self.time.after(self.received, hours, pauses) if hours else None


def pauses_of(events: Sequence[CaseEvent], until: datetime) -> tuple[Pause, ...]:
    """Return the stretches in which the clocks stood, the last one up to ``until`` if they still stand."""
    pauses: list[Pause] = []
    since: datetime | None = None
    for event in events:
        if "waiting_since" not in event.changes:
            continue
        if event.changes["waiting_since"] is None and since is not None:
            pauses.append(Pause(since, event.at))
            since = None
        else:
            since = event.at
    return (*pauses, Pause(since, until)) if since is not None else tuple(pauses)
