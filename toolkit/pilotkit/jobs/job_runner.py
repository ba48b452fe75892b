"""Runs jobs that are due: a lease a job, renewed while it runs, and back-off after failures."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from itertools import count

from pilotkit.casework.case_service import Clock, system_clock
from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.plugins import unique
from pilotkit.errors import UnknownError
from pilotkit.jobs.job_context import JobContext
from pilotkit.model.job import Job, JobState
from pilotkit.storage import job_runs
from pilotkit.storage.store import Store

LEASE = timedelta(minutes=2)
"""How long a job is held without a renewal: after a crash another process takes it over no later."""
LONGEST_PAUSE = timedelta(hours=6)
"""The most that failures put a job off, beyond its own interval."""
_LOG = logging.getLogger(__name__)
_NUMBERS = count()


class JobRunner:
    """Runs the jobs of one deployment, in the calling thread.

    Args:
        deployment: its plugins offer the jobs.
        store: the database that all processes share.
        clock: returns the aware present.
        lease: how long a job is held without a renewal.

    Raises:
        DuplicateError: two plugins offer a job of the same id.
    """

    def __init__(
        self, deployment: Deployment, store: Store, clock: Clock = system_clock, lease: timedelta = LEASE
    ) -> None:
        self._deployment = deployment
        self._store = store
        self._clock = clock
        self._lease = lease
        self._holder = f"{socket.gethostname()}.{os.getpid()}.{next(_NUMBERS)}.{secrets.token_hex(4)}"
        self._is_over = threading.Event()
        self.jobs = jobs_of(deployment)

    def run_due(self) -> tuple[str, ...]:
        """Run every job that is due and that no other process holds; return the ids of those that were run.

        Raises:
            TargetError: the database cannot be read or written.
        """
        return tuple(job.id for job in self.jobs.values() if not self._is_over.is_set() and self._run(job))

    def run_once(self, job: str) -> JobState:
        """Run one job now, whether it is due or not, unless another process holds it.

        Raises:
            UnknownError: no plugin offers it.
        """
        if job not in self.jobs:
            raise UnknownError(f"there is no job '{job}'.", remedy=f"There are: {', '.join(self.jobs) or 'none'}.")
        self._run(self.jobs[job], is_forced=True)
        return self.states()[job]

    def states(self) -> dict[str, JobState]:
        """Return what is known of the runs of each job, by its id."""
        with self._store.read_session() as session:
            known = job_runs.states(session)
        now = self._clock()
        return {id_: known.get(id_) or JobState(id=id_, held_until=now, due_at=now) for id_ in self.jobs}

    def stop(self) -> None:
        """Begin no other job, and let the one that runs know."""
        self._is_over.set()

    def _run(self, job: Job, *, is_forced: bool = False) -> bool:
        with self._store.write_session() as session:
            if is_forced:
                job_runs.make_due(session, job.id, self._clock())
            if not job_runs.claim(session, job.id, self._holder, self._clock(), self._lease):
                return False
        error: str | None = None
        with self._renewed(job) as is_lost:
            try:
                job.run(self._context(is_lost))
            except Exception as problem:  # noqa: BLE001  # one job that fails must not end the others
                _LOG.exception("the job %s failed", job.id)
                error = f"{type(problem).__name__}: {problem}"
        with self._store.write_session() as session:
            failures = job_runs.failures_of(session, job.id)
            now = self._clock()
            due = now + job.every + (_put_off(failures) if error is not None else timedelta(0))
            job_runs.release(session, job.id, self._holder, now, due, error)
        return True

    def _context(self, is_lost: Callable[[], bool]) -> JobContext:
        return JobContext(self._deployment, self._clock, lambda: self._is_over.is_set() or is_lost(), self._store)

    @contextmanager
    def _renewed(self, job: Job) -> Iterator[Callable[[], bool]]:
        """Renew the lease in the background while the block runs; yields whether it was lost."""
        done, lost = threading.Event(), threading.Event()

        def renew() -> None:
            while not done.wait(self._lease.total_seconds() / 3):
                try:
                    with self._store.write_session() as session:
                        until = self._clock() + self._lease
                        if not job_runs.renew(session, job.id, self._holder, until):
                            lost.set()
                            return
                except Exception:  # noqa: BLE001  # a database that is away for a moment costs a renewal, not the job
                    _LOG.exception("the lease of the job %s could not be renewed", job.id)

        thread = threading.Thread(target=renew, name=f"lease of {job.id}", daemon=True)
        thread.start()
        try:
            yield lost.is_set
        finally:
            done.set()
            thread.join()


def jobs_of(deployment: Deployment) -> Mapping[str, Job]:
    """Return the jobs that the deployment's plugins offer, by id.

    Raises:
        DuplicateError: two plugins offer a job of the same id; both are named.
    """
    return unique(deployment.plugins.collect("register_jobs"), lambda job: job.id, "job")


def _put_off(failures: int) -> timedelta:
    return min(timedelta(minutes=1) * (1 << min(failures, 20)), LONGEST_PAUSE)
