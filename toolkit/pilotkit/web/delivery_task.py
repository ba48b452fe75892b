"""Delivery of case events to plugins, in the background of the web application."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pilotkit.casework.case_service import Clock
from pilotkit.casework.event_delivery import deliver
from pilotkit.catalog.deployment import Deployment
from pilotkit.errors import PilotkitError
from pilotkit.storage.address import is_there
from pilotkit.storage.store import Store

_LOG = logging.getLogger(__name__)
_PAUSE = 1.0
"""Seconds between two looks into the outbox."""
_PAUSE_AFTER_FAILURE = 30.0
"""Seconds to leave a database alone that cannot be read or written."""
_PATIENCE = 10.0
"""Seconds that a plugin may still take when the server stops; what it did not hear, it hears after the next start."""


class Delivering:
    """One thread that looks into the outbox each second.

    Args:
        deployment: its plugins are told.
        store: returns the database; called when there is one.
        clock: returns the aware present.
    """

    def __init__(self, deployment: Deployment, store: Callable[[], Store], clock: Clock) -> None:
        self._deployment = deployment
        self._store = store
        self._clock = clock
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="delivering", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the event that is being told, and end."""
        self._is_over.set()
        self._thread.join(_PATIENCE)

    def _work(self) -> None:
        pause = 0.0
        while not self._is_over.wait(pause):
            try:
                pause = 0.0 if self._is_there() and self._deliver() else _PAUSE
            except PilotkitError as problem:
                _LOG.warning("plugins are not told of cases: %s", problem)
                pause = _PAUSE_AFTER_FAILURE
            except Exception:  # noqa: BLE001  # a bug that is logged must not end the telling for good
                _LOG.exception("plugins are not told of cases")
                pause = _PAUSE_AFTER_FAILURE

    def _is_there(self) -> bool:
        """Whether there is a database; looking into the outbox is no reason to make one."""
        return is_there(self._deployment.settings.storage.url, self._deployment.folder)

    def _deliver(self) -> int:
        return deliver(self._deployment, self._store(), clock=self._clock)


@contextmanager
def delivering(deployment: Deployment, store: Callable[[], Store], clock: Clock) -> Iterator[None]:
    """Deliver case events to plugins for as long as the block lasts."""
    thread = Delivering(deployment, store, clock)
    thread.start()
    try:
        yield
    finally:
        thread.stop()
