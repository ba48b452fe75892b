"""Background jobs: at their interval, one process at a time, and a failure is told and tried again."""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from pilotkit import Deployment, PluginError, UnknownError, hookimpl
from pilotkit.data import DuplicateError
from pilotkit.jobs.job_runner import JobRunner
from pilotkit.storage import job_runs
from pilotkit.storage.store import Store
from pilotkit.testing import tiny_deployment
from pilotkit.web.background_tasks import background_tasks
from pilotkit.work import Job

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


class _Plugin:
    def __init__(self, *jobs):
        self._jobs = jobs

    @hookimpl
    def register_jobs(self):
        return self._jobs


@pytest.fixture
def runner(tmp_path, store, clock):
    """A runner of these jobs; each call is another process as far as leases can tell."""
    deployment = Deployment(tiny_deployment(tmp_path / "town"))

    def make(*jobs, lease=MINUTE):
        host = Deployment(deployment.folder)
        host.plugins._add("test", lambda: _Plugin(*jobs))  # as an installed plugin
        return JobRunner(host, store, clock, lease)

    return make


def counting(**more):
    runs = []
    return runs, Job(**{"id": "test.count", "title": "Count", "every": HOUR, "run": runs.append, **more})


def test_a_job_runs_at_once_and_then_after_its_interval(runner, clock):
    runs, job = counting()
    made = runner(job)
    assert (("test.count",), ()) == (made.run_due(), made.run_due())
    clock.advance(minutes=59)
    assert () == made.run_due()
    clock.advance(minutes=1)
    assert ("test.count",) == made.run_due()
    assert 2 == len(runs)


def test_a_job_is_given_the_catalog_the_clock_and_tables_of_its_own(runner, clock):
    runs, job = counting()
    runner(job).run_due()
    (context,) = runs
    assert ("PA", clock(), False) == (context.catalog.province.code, context.now(), context.is_stopping())


def test_what_one_process_runs_no_other_begins(runner):
    seen = []
    other = None

    def run(_context):
        seen.append(other.run_due())

    job = Job("test.long", "Take long", HOUR, run)
    other = runner(job)
    assert ("test.long",) == runner(job).run_due()
    assert [()] == seen


def test_a_lease_that_ran_out_is_taken_over_and_its_first_holder_changes_nothing_any_more(runner, store, clock):
    _, job = counting()
    first, second = runner(job), runner(job)
    with store.write_session() as session:
        assert job_runs.claim(session, job.id, first._holder, clock(), MINUTE)
    assert () == second.run_due()
    clock.advance(minutes=2)
    assert (job.id,) == second.run_due()
    with store.write_session() as session:
        assert not job_runs.renew(session, job.id, first._holder, clock() + MINUTE)
        job_runs.release(session, job.id, first._holder, clock(), clock(), "too late")
    assert (0, "") == (second.states()[job.id].failures, second.states()[job.id].error)


def test_a_lease_given_by_a_clock_that_was_wrong_holds_nobody_up(runner, store, clock):
    runs, job = counting()
    with store.write_session() as session:
        assert job_runs.claim(session, job.id, "other", clock(), MINUTE)
        session.get(job_runs.JobRow, job.id).held_until = clock() + timedelta(days=3650)
    assert (job.id,) == runner(job).run_due()
    assert 1 == len(runs)


def test_a_job_that_fails_is_told_and_put_off_longer_each_time_and_stops_no_other(runner, clock):
    def fail(_context):
        raise ValueError("no answer")

    runs, counted = counting()
    made = runner(Job("test.fail", "Fail", MINUTE, fail), counted)
    assert ("test.fail", "test.count") == made.run_due()
    state = made.states()["test.fail"]
    assert (1, "ValueError: no answer", None) == (state.failures, state.error, state.succeeded_at)
    first = state.due_at - clock()
    clock.advance(hours=7)
    made.run_due()
    assert first < made.states()["test.fail"].due_at - clock()
    assert 2 == len(runs)


def test_after_a_success_the_failures_are_forgotten(runner, clock):
    answers = [ValueError("away"), None]

    def run(_context):
        if problem := answers.pop(0):
            raise problem

    made = runner(Job("test.once", "Fail once", MINUTE, run))
    made.run_due()
    clock.advance(hours=1)
    made.run_due()
    state = made.states()["test.once"]
    assert (0, "", clock()) == (state.failures, state.error, state.succeeded_at)


def test_a_runner_that_is_stopped_begins_nothing_and_lets_the_running_job_know(runner):
    seen = []

    def run(context):
        made.stop()
        seen.append(context.is_stopping())

    counted, job = counting()
    made = runner(Job("test.stop", "Stop", HOUR, run), job)
    assert ("test.stop",) == made.run_due()
    assert ([True], []) == (seen, counted)


def test_a_job_is_run_when_somebody_asks_for_it(runner):
    runs, job = counting()
    made = runner(job)
    made.run_due()
    assert 0 == made.run_once("test.count").failures
    assert 2 == len(runs)
    with pytest.raises(UnknownError, match=r"no job 'test\.other'.*test\.count"):
        made.run_once("test.other")


def test_before_its_first_run_a_job_is_due_now(runner, clock):
    _, job = counting()
    assert (clock(), None) == (runner(job).states()[job.id].due_at, runner(job).states()[job.id].succeeded_at)


@pytest.mark.parametrize("changes", [{"id": "No Identifier"}, {"every": timedelta(milliseconds=10)}], ids=str)
def test_a_job_without_a_usable_id_or_interval_is_refused(changes):
    with pytest.raises(PluginError):
        counting(**changes)


def test_two_jobs_of_one_id_are_refused(runner):
    _, job = counting()
    with pytest.raises(DuplicateError, match=r"job 'test\.count' is offered by 'test' twice"):
        runner(job, job)


def test_the_web_application_runs_jobs_while_it_serves(tmp_path):
    deployment = Deployment(tiny_deployment(tmp_path / "town"))
    runs, job = counting(every=timedelta(seconds=1))
    deployment.plugins._add("test", lambda: _Plugin(job))  # as an installed plugin
    with closing(Store.of(deployment)) as own, background_tasks(deployment, lambda: own, lambda: datetime.now(UTC)):
        _wait_until(lambda: runs)
    assert runs


SLOW = """
import sys, time
from pathlib import Path
from datetime import timedelta
from pilotkit import Deployment, hookimpl
from pilotkit.jobs.job_runner import JobRunner
from pilotkit.storage.store import Store
from pilotkit.work import Job

class Plugin:
    @hookimpl
    def register_jobs(self):
        return (Job("test.slow", "Take long", timedelta(hours=1), run),)

def run(context):
    print("running", flush=True)
    time.sleep(60)

deployment = Deployment(Path(sys.argv[1]))
deployment.plugins._add("test", lambda: Plugin())  # as an installed plugin
JobRunner(deployment, Store(sys.argv[2], deployment.folder), lease=timedelta(seconds=1)).run_due()
"""


def test_a_process_that_is_killed_while_it_runs_a_job_gives_it_up(tmp_path, store):
    folder = tiny_deployment(tmp_path / "town")
    url = store._engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", SLOW, str(folder), url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as slow:
        assert "running\n" == slow.stdout.readline()
        deployment, runs = Deployment(folder), []
        deployment.plugins._add(
            "test", lambda: _Plugin(Job("test.slow", "Take long", HOUR, runs.append))
        )  # as an installed plugin
        other = JobRunner(deployment, store, lease=timedelta(seconds=1))
        time.sleep(1.5)
        assert () == other.run_due(), "its lease is renewed while it lives"
        os.kill(slow.pid, signal.SIGKILL)
        slow.wait()
    _wait_until(lambda: other.run_due() or runs)
    assert 1 == len(runs)


def _wait_until(holds):
    for _ in range(200):
        if holds():
            return
        time.sleep(0.05)
    pytest.fail("it did not happen within ten seconds")
