"""What the core's tests stand on: a filled little town, and both databases."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest
from tests.core.office import commune, office, ready

from pilotkit import Deployment
from pilotkit.simulation.month import simulate
from pilotkit.storage.store import Store
from pilotkit.testing import tiny_deployment

__all__ = ["commune", "office", "ready"]
LAST_DAY = date(2025, 7, 28)


@pytest.fixture
def town(tmp_path: Path) -> Deployment:
    return Deployment(tiny_deployment(tmp_path / "town"))


@pytest.fixture(scope="session")
def filled_town(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """A town with thirty simulated days. Shared: only read it."""
    deployment = Deployment(tiny_deployment(tmp_path_factory.mktemp("filled") / "town"))
    store = Store.of(deployment)
    simulate(deployment, store, days=30, seed=7, last=LAST_DAY)
    store.close()
    return deployment


class _Cluster:
    """A PostgreSQL server of our own on a Unix socket, which root may not run and so another user does."""

    def __init__(self, folder: Path, *, fsync: bool = False) -> None:
        self.folder = folder
        self._pattern = ""
        self._fsync = "on" if fsync else "off"
        self._as_other = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._as_other:
            shutil.chown(folder, "postgres")
        self._run("initdb", "-D", folder / "data", "-U", "tester", "-A", "trust", "--no-sync", "-E", "UTF8")
        self.start()

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses='' -c fsync={self._fsync}"
        self._run("pg_ctl", "-D", self.folder / "data", "-w", "-l", self.folder / "log", "-o", options, "start")

    def kill(self) -> None:
        """End the server and every process of it at once, as a crash does."""
        postmaster = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        for process in (postmaster, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        while any(_is_alive(process) for process in (postmaster, *map(int, children))):
            time.sleep(0.02)
        for lock in ("data/postmaster.pid", ".s.PGSQL.5432.lock"):  # a process nobody has waited for yet seems alive
            (self.folder / lock).unlink(missing_ok=True)

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")

    def new_database(self, name: str, *, empty: bool = False) -> str:
        """The address of a new database: a copy of one whose tables are current, or an empty one."""
        if empty:
            self._say(f'CREATE DATABASE "{name}"')
        else:
            if not self._pattern:
                self._pattern = "pattern"
                Store(self.new_database(self._pattern, empty=True), self.folder).close()
            self._say(f'CREATE DATABASE "{name}" TEMPLATE "{self._pattern}"')
        return f"postgresql://tester@/{name}?host={self.folder}"

    def _say(self, statement: str) -> None:
        with psycopg.connect(f"postgresql://tester@/postgres?host={self.folder}", autocommit=True) as connection:
            connection.execute(statement)

    def _run(self, program: str, *arguments: object) -> None:
        found = [*sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), reverse=True), shutil.which(program)]
        command = [*self._as_other, str(found[0]), *map(str, arguments)]
        subprocess.run(command, check=True, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _is_alive(process: int) -> bool:
    """Not so when it is gone, or only waits for its parent to notice."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture(scope="session")
def cluster() -> Iterator[_Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # a socket's path must be short, as that of no test's folder is
    server = _Cluster(folder)
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def durable_cluster() -> Iterator[_Cluster]:
    """A server of the test's own, which syncs every commit as a real one does; it may be killed."""
    folder = Path(tempfile.mkdtemp(prefix="pk"))
    server = _Cluster(folder, fsync=True)
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store, on each engine in turn."""
    url = "sqlite:///var/pilot.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("cluster").new_database(f"t{abs(hash(request.node.nodeid)):x}")
    opened = Store(url, tmp_path)
    yield opened
    opened.close()
