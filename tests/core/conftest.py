"""What the core's tests stand on: a filled little town, and both databases."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from pilotkit import Deployment
from pilotkit.casework.simulation import simulate
from pilotkit.storage.store import Store
from pilotkit.testing import tiny_deployment

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

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._as_other = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._as_other:
            shutil.chown(folder, "postgres")
        self._run("initdb", "-D", folder / "data", "-U", "tester", "-A", "trust", "--no-sync", "-E", "UTF8")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        self._run("pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")

    def new_database(self, name: str) -> str:
        self._run("createdb", "-h", self.folder, "-U", "tester", name)
        return f"postgresql://tester@/{name}?host={self.folder}"

    def _run(self, program: str, *arguments: object) -> None:
        found = [*sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), reverse=True), shutil.which(program)]
        command = [*self._as_other, str(found[0]), *map(str, arguments)]
        subprocess.run(command, check=True, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture(scope="session")
def cluster() -> Iterator[_Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))  # a socket's path must be short
    server = _Cluster(folder)
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
