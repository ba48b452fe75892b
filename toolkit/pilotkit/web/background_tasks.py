"""Background tasks of the web application: delivery of case events to plugins, and the plugins' jobs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from pilotkit.casework.case_service import Clock
from pilotkit.casework.event_delivery import deliver
from pilotkit.catalog.deployment import Deployment
from pilotkit.errors import PilotkitError
from pilotkit.jobs.job_runner import JobRunner, jobs_of
from pilotkit.storage.address import is_there
from pilotkit.storage.store import Store

_LOG = logging.getLogger(__name__)
_PAUSE = 1.0
"""Seconds between two looks for work."""
_PAUSE_AFTER_FAILURE = 30.0
"""Seconds to leave a database alone that cannot be read or written."""
_STOP_WITHIN = 10.0
"""Seconds that a plugin may still take when the server stops; what was not done is done after the next start."""


class BackgroundTask:
    """One thread that looks for work each second.

    Args:
        name: of the thread, and of the task in the log.
        work: does what there is to do; returns whether there may be more at once.
        stop: lets work that takes long know that the server stops.
    """

    def __init__(self, name: str, work: Callable[[], bool], stop: Callable[[], None] = lambda: None) -> None:
        self._name = name
        self._work_once = work
        self._stop = stop
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being done, and end."""
        self._is_over.set()
        self._stop()
        self._thread.join(_STOP_WITHIN)

    def _work(self) -> None:
        pause = 0.0
        while not self._is_over.wait(pause):
            try:
                pause = 0.0 if self._work_once() else _PAUSE
            except PilotkitError as problem:
                _LOG.warning("%s: %s", self._name, problem)
                pause = _PAUSE_AFTER_FAILURE
            except Exception:  # noqa: BLE001  # a bug that is logged must not end the task for good
                _LOG.exception("%s", self._name)
                pause = _PAUSE_AFTER_FAILURE


@contextmanager
def background_tasks(deployment: Deployment, store: Callable[[], Store], clock: Clock) -> Iterator[None]:
    """Deliver case events and run jobs for as long as the block lasts.

    Args:
        deployment: its plugins are told, and offer the jobs.
        store: returns the database; called when there is one.
        clock: returns the aware present.
    """
    with ExitStack() as running:
        for task in (_delivery(deployment, store, clock), *_jobs(deployment, store, clock)):
            task.start()
            running.callback(task.stop)
        yield


def _delivery(deployment: Deployment, store: Callable[[], Store], clock: Clock) -> BackgroundTask:
    def work() -> bool:
        return _is_there(deployment) and deliver(deployment, store(), clock=clock) > 0

    return BackgroundTask("delivery of case events", work)


def _jobs(deployment: Deployment, store: Callable[[], Store], clock: Clock) -> Iterator[BackgroundTask]:
    """Yield the task that runs jobs, where any plugin offers one."""
    if not jobs_of(deployment):
        return
    runners: list[JobRunner] = []

    def work() -> bool:
        if not runners and _is_there(deployment):
            runners.append(JobRunner(deployment, store(), clock))
        return any(runner.run_due() for runner in runners)

    def stop() -> None:
        for runner in runners:
            runner.stop()

    yield BackgroundTask("background jobs", work, stop)


def _is_there(deployment: Deployment) -> bool:
    """Whether there is a database; looking for work is no reason to make one."""
    return is_there(deployment.settings.storage.url, deployment.folder)
