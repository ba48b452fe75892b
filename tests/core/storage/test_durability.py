"""No acknowledged case is lost: a killed process, a write that fails anywhere, a disk that is full."""

import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.drill import size

from pilotkit import Deployment
from pilotkit.cases import Application, Case
from pilotkit.casework.audit_verification import new_keys, verify
from pilotkit.casework.case_service import CaseService
from pilotkit.casework.case_state import differing
from pilotkit.figures import TargetError
from pilotkit.storage import outbox
from pilotkit.storage.store import Store
from pilotkit.testing import Clock

OFFICE = """
import sys
from pathlib import Path
from pilotkit import Deployment
from pilotkit.cases import Application
from pilotkit.casework.case_service import CaseService
from pilotkit.storage.store import Store

deployment = Deployment(Path(sys.argv[1]))
casework = CaseService(deployment, Store(sys.argv[2], deployment.folder))
while True:
    case = casework.receive(Application(procedure="ZZ-101", channel="online", unit="PA-01", actor="citizen"))
    print(case.code, flush=True)
    casework.advance(case.code, "receiving-officer")
"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request: pytest.FixtureRequest) -> str:
    if request.param == "sqlite":
        return "sqlite:///var/pilot.db"
    return str(request.getfixturevalue("cluster").new_database(f"d{os.getpid()}{time.monotonic_ns() % 10**9}"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def empty_url(request: pytest.FixtureRequest) -> str:
    """A database without a table."""
    if request.param == "sqlite":
        return "sqlite:///var/pilot.db"
    return str(request.getfixturevalue("cluster").new_database(f"e{time.monotonic_ns()}", empty=True))


@contextmanager
def offices(folder: Path, url: str, number: int) -> Iterator[list[subprocess.Popen[str]]]:
    """Offices at work, each of which has acknowledged at least one case by now; killed and gone at the end."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", OFFICE, str(folder), url],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(number)
    ]
    try:
        yield started
    finally:
        for office in started:
            office.kill()
            office.communicate()


def first_words(office: subprocess.Popen[str]) -> str:
    """The first case that an office acknowledged; an office that says nothing has failed, and says why."""
    assert office.stdout is not None
    said = office.stdout.readline().strip()
    if not said:
        office.kill()
        pytest.fail(f"an office ended before its first case: {office.communicate()[1]}")
    return said


def last_words(office: subprocess.Popen[str]) -> set[str]:
    """The cases that an office has acknowledged since; a line that is cut off was never said."""
    assert office.stdout is not None
    return {line.strip() for line in office.stdout.read().splitlines(keepends=True) if line.endswith("\n")}


def worked_and_killed(folder: Path, url: str, seconds: float, number: int = 1) -> set[str]:
    """The codes that offices acknowledged before all of them were killed in the middle of their work."""
    with offices(folder, url, number) as started:
        acknowledged = {first_words(office) for office in started for _ in range(2)}
        time.sleep(seconds)
        for office in started:
            office.send_signal(signal.SIGKILL)
        return acknowledged.union(*map(last_words, started))


def assert_all_there(town: Deployment, url: str, acknowledged: set[str]) -> None:
    with closing(Store(url, town.folder)) as store:
        codes = list(store.codes())
        assert acknowledged <= set(codes)
        assert len(codes) == len(set(codes))
        assert [] == list(differing(store))
        assert None is verify(store, new_keys().public).fault
        with store.read_session() as session:
            assert store.extent().events == outbox.waiting(session)[0]


@pytest.mark.drill
@pytest.mark.server
def test_a_killed_office_has_lost_no_case_that_it_acknowledged(
    town: Deployment, url: str, record_property: Callable[[str, object], None]
) -> None:
    moments = random.Random(7)
    acknowledged: set[str] = set()
    for _ in range(size(1, 6)):
        acknowledged |= worked_and_killed(town.folder, url, moments.uniform(0.1, 0.5))
        assert_all_there(town, url, acknowledged)
    record_property("acknowledged", len(acknowledged))
    assert len(acknowledged) > size(1, 6)


@pytest.mark.server
def test_two_offices_at_once_give_no_code_twice(town: Deployment, url: str) -> None:
    acknowledged = worked_and_killed(town.folder, url, 0.6, number=2)
    assert len(acknowledged) > 2
    assert_all_there(town, url, acknowledged)


@pytest.mark.server
def test_several_processes_open_a_new_database_at_once(town: Deployment, empty_url: str) -> None:
    opening = "import sys; from pathlib import Path; from pilotkit.storage.store import Store"
    opening += "; input(); Store(sys.argv[1], Path(sys.argv[2])).close()"
    command = [sys.executable, "-c", opening, empty_url, str(town.folder)]
    pipes = {"stdin": subprocess.PIPE, "stderr": subprocess.PIPE, "stdout": subprocess.DEVNULL}
    started = [subprocess.Popen(command, text=True, **pipes) for _ in range(4)]
    for each in started:  # all have read their modules, or nearly, when the first is let go
        assert each.stdin is not None
        each.stdin.write("\n")
    try:
        assert ["", "", "", ""] == [each.communicate(timeout=60)[1] for each in started]
        assert [0, 0, 0, 0] == [each.returncode for each in started]
    finally:
        for each in started:
            each.kill()
            each.communicate()
    with closing(Store(empty_url, town.folder)) as store:
        assert 0 == store.extent().cases


@pytest.mark.drill
@pytest.mark.postgresql
def test_a_killed_database_server_has_lost_no_acknowledged_case(
    town: Deployment, durable_cluster: Any, record_property: Callable[[str, object], None]
) -> None:
    url = durable_cluster.new_database("killed")
    acknowledged: set[str] = set()
    moments = size((0.3,), (0.2, 0.5, 0.9))
    for moment in moments:
        with offices(town.folder, url, 2) as started:
            acknowledged |= {first_words(office) for office in started}
            time.sleep(moment)
            durable_cluster.kill()
            acknowledged = acknowledged.union(*map(last_words, started))
        durable_cluster.start()
        assert_all_there(town, url, acknowledged)
    record_property("acknowledged", len(acknowledged))
    assert len(acknowledged) >= 2 * len(moments)


@pytest.mark.postgresql
def test_an_office_whose_server_came_back_loses_one_attempt_and_works_on(
    town: Deployment, durable_cluster: Any
) -> None:
    with closing(Store(durable_cluster.new_database("back"), town.folder)) as store:
        casework = CaseService(town, store, Clock())
        casework.receive(birth())
        durable_cluster.kill()
        durable_cluster.start()
        with pytest.raises(TargetError, match="the database cannot be written"):
            casework.receive(birth())
        casework.receive(birth())
        assert 2 == store.extent().cases
        assert [] == list(differing(store))


@pytest.fixture
def received(town: Deployment, store: Store) -> tuple[CaseService, Store, Case]:
    casework = CaseService(town, store, Clock(datetime(2025, 7, 25, 9, 30, tzinfo=UTC)))
    return casework, store, casework.receive(birth())


def birth() -> Application:
    return Application(procedure="ZZ-101", channel="online", unit="PA-01", actor="citizen")


@pytest.mark.parametrize("verb", ["receive", "advance"])
def test_a_write_that_fails_at_any_statement_or_at_its_commit_leaves_everything_as_it_was(
    received: tuple[CaseService, Store, Case], verb: str, watched: Any
) -> None:
    casework, store, case = received
    done = False
    for wanted in range(1, 40):
        before = store.extent()
        with watched(store, wanted) as ran:
            try:
                casework.receive(birth()) if verb == "receive" else casework.advance(case.code, "officer")
                done = True
            except TargetError as problem:
                assert "input/output error. Nothing was changed" in str(problem)
        assert [] == list(differing(store))
        if done:
            break
        assert (before, wanted - 1) == (store.extent(), len(ran))
    assert done
    assert "COMMIT" in ran
    assert None is verify(store, new_keys().public).fault


def test_a_full_disk_is_said_in_words_and_loses_nothing(town: Deployment, tmp_path: Path) -> None:
    store = Store("sqlite:///cases.db", tmp_path)
    casework = CaseService(town, store, Clock())
    casework.receive(birth())
    kept = store.extent()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (max(path.stat().st_size for path in tmp_path.glob("cases.db*")), hard))
    try:
        said = ""
        while not said:
            try:
                casework.receive(birth())
                kept = store.extent()
            except TargetError as problem:
                said = str(problem)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)
    assert "the database cannot be written" in said
    assert kept == store.extent()
    casework.receive(birth())
    assert kept.cases + 1 == store.extent().cases
    assert [] == list(differing(store))
    store.close()
