"""A cluster of a master and two workers on loopback, bounded in memory, stopped at the end."""

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyspark
import pytest
from pyspark.sql import SparkSession

from pilotkit import Deployment
from pilotkit.simulation.month import simulate
from pilotkit.storage.store import Store

HANOI = Path(__file__).parents[3] / "examples" / "hanoi"
HOST = "127.0.0.1"
MEMORY = "512m"


def free_port() -> int:
    with contextlib.closing(socket.socket()) as asked:
        asked.bind((HOST, 0))
        return asked.getsockname()[1]


@pytest.fixture(scope="session")
def master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a standalone master with two workers of one core each."""
    home, room, port = Path(pyspark.__file__).parent, tmp_path_factory.mktemp("spark"), free_port()
    address = f"spark://{HOST}:{port}"
    memory = {
        "SPARK_DAEMON_MEMORY": "256m", "SPARK_DAEMON_JAVA_OPTS": "-XX:TieredStopAtLevel=1", "SPARK_LOCAL_IP": HOST,
        "SPARK_HOME": str(home),
    }  # fmt: skip
    started: list[subprocess.Popen[bytes]] = []

    def start(kind: str, *arguments: str) -> None:
        command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{kind.lower()}.{kind}", *arguments]
        log = (room / f"{kind}-{len(started)}.log").open("wb")
        started.append(
            subprocess.Popen(command, env=os.environ | memory, stdout=log, stderr=subprocess.STDOUT, cwd=room)
        )
        log.close()

    try:
        start("Master", "--host", HOST, "--port", str(port), "--webui-port", str(free_port()))
        for number in range(2):
            work = str(room / f"work-{number}")
            start(
                "Worker", "--host", HOST, "-c", "1", "-m", MEMORY, "-d", work, "--webui-port", str(free_port()), address
            )
        _wait_for_workers(room / "Master-0.log", 2)
        yield address
    finally:
        if (session := SparkSession.getActiveSession()) is not None:
            session.stop()
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(timeout=60)


def _wait_for_workers(log: Path, count: int) -> None:
    for _ in range(1200):
        if log.is_file() and log.read_text(errors="replace").count("Registering worker") >= count:
            return
        time.sleep(0.1)
    raise TimeoutError(log.read_text(errors="replace"))


@pytest.fixture(scope="session")
def hanoi(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """Every shipped KPI over eight days of simulated cases, some of which have changed since the facts were made."""
    import shutil

    folder = tmp_path_factory.mktemp("hanoi") / "hanoi"
    shutil.copytree(HANOI, folder, ignore=shutil.ignore_patterns("var"))
    settings = folder / "pilot.toml"
    text = settings.read_text(encoding="utf-8").replace('"counter"]', '"counter", "spark"]')
    settings.write_text(text.replace("../../templates", str(HANOI.parents[1] / "templates")), encoding="utf-8")
    deployment = Deployment(folder)
    with contextlib.closing(Store.of(deployment)) as store:
        simulate(deployment, store, days=8, seed=5, last=date(2025, 7, 28))
    return deployment
