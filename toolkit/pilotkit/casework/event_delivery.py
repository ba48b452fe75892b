"""Telling plugins what happened to cases, from the outbox: at least once, and the events of one case in their order.

A plugin that fails is named in the log and told again later, after 10 seconds at first and at most an hour apart, for
as long as it takes. Until it has heard an event it hears no later one of that case; other plugins and cases go on.
Cases that were written in bulk, by a simulation or an import, leave nothing in the outbox: nobody is told of them.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pilotkit.casework.case_state import project
from pilotkit.catalog.deployment import Deployment
from pilotkit.errors import PilotkitError
from pilotkit.model.case import Case, CaseEvent, EventKind
from pilotkit.storage import outbox
from pilotkit.storage.outbox import Waiting
from pilotkit.storage.store import Store
from pilotkit.storage.tables import instant, microseconds

_LOG = logging.getLogger(__name__)
LEASE = timedelta(minutes=2)
"""How long rows belong to whoever took them; after that somebody else may take them."""
HOOKS = ("case_received", "case_advanced", "case_finished")
_FIRST_PAUSE = timedelta(seconds=10)
_LONGEST_PAUSE = timedelta(hours=1)


def deliver(
    deployment: Deployment,
    store: Store,
    limit: int = 50,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> int:
    """Tell plugins of events that are due, the oldest first.

    Args:
        deployment: whose plugins.
        store: whose outbox.
        limit: how many events at most.
        clock: answers with the aware present.

    Returns:
        How many events every plugin has now heard; 0 when nothing was due or all that was failed.

    Raises:
        TargetError: the database cannot be read or written; what was told may be told again.
    """
    now = clock()
    with store.read_session() as session:
        if not outbox.is_due(session, now):
            return 0
    with store.write_session() as session:
        rows = outbox.take(session, now, now + LEASE, limit)
    after = _Telling(deployment, store, clock).round(rows, now + LEASE / 2)
    heard = [row.event_id for row in after if not row.next_at]
    with store.write_session() as session:
        outbox.remove(session, heard)
        for row in after:
            if row.next_at:
                outbox.put_off(session, row)
    return len(heard)


class _Telling:
    """One round of telling; remembers who waits for what in which case."""

    def __init__(self, deployment: Deployment, store: Store, clock: Callable[[], datetime]) -> None:
        self._plugins = deployment.plugins
        self._store = store
        self._clock = clock
        self._is_anybody_listening = any(map(self._plugins.listeners, HOOKS))
        self._behind: dict[str, dict[str, int]] = defaultdict(dict)
        """By case: the plugins that have not heard an earlier event, and when they are told it again."""
        self._histories: dict[str, tuple[CaseEvent, ...]] = {}

    def round(self, rows: Iterable[Waiting], end: datetime) -> list[Waiting]:
        """Return the rows that are ours, as they are after telling; what there is no time for is due again at once."""
        after = []
        for row in rows:
            if not row.is_taken:
                self._keep_behind(row)
            elif self._clock() < end:
                after.append(self._tell(row))
            else:
                after.append(replace(row, next_at=microseconds(end)))
        return after

    def _keep_behind(self, row: Waiting) -> None:
        """Note who has not heard an event that is not ours to tell."""
        for name in self._listeners(row):
            if name not in row.told:
                self._behind[row.case][name] = max(row.next_at, self._behind[row.case].get(name, 0))

    def _tell(self, row: Waiting) -> Waiting:
        """Tell those who have not heard it. Its time of another attempt is 0 when nobody is left."""
        told, behind, failed = set(row.told), self._behind[row.case], False
        again = microseconds(self._clock() + _pause(row.attempts))
        for name in self._listeners(row):
            if name in told or name in behind:
                continue
            if self._is_heard(name, row, again):
                told.add(name)
            else:
                behind[name], failed = again, True
        left = [behind[name] for name in self._listeners(row) if name not in told]
        return replace(row, told=frozenset(told), attempts=row.attempts + failed, next_at=max(left) if left else 0)

    def _is_heard(self, name: str, row: Waiting, again: int) -> bool:
        hook = self._hook(row)
        try:
            self._plugins.tell_one(name, hook, case=self._case(row))
        except (PilotkitError, ValueError) as problem:  # the plugin's, or a history that was tampered with
            when = f"{instant(again):%Y-%m-%d %H:%M:%S} UTC"
            _LOG.warning("case %s, event %d: %s It is told again at %s.", row.case, row.number, problem, when)
            return False
        return True

    def _listeners(self, row: Waiting) -> tuple[str, ...]:
        return self._plugins.listeners(self._hook(row)) if self._is_anybody_listening else ()

    def _hook(self, row: Waiting) -> str:
        event = self._events(row)[-1]
        if event.kind is EventKind.RECEIVED:
            return "case_received"
        return "case_finished" if event.changes.get("finished_at") else "case_advanced"

    def _case(self, row: Waiting) -> Case:
        """Return the case as it was after the event."""
        return project(self._events(row))

    def _events(self, row: Waiting) -> tuple[CaseEvent, ...]:
        if row.case not in self._histories:
            self._histories[row.case] = self._store.events(row.case)
        return tuple(event for event in self._histories[row.case] if event.number <= row.number)


def _pause(attempts: int) -> timedelta:
    """How long after this many failures somebody is left alone."""
    return min(_FIRST_PAUSE * (1 << min(attempts, 20)), _LONGEST_PAUSE)
