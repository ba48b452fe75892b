"""A town that is served in a process of its own, for benches that talk to it as clients do."""

import base64
import http.client
import json
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from pilotkit import Deployment, open_services
from pilotkit.storage.vault import KEYS
from pilotkit.testing import tiny_deployment

LOGIN, PASSWORD = "counter-pa-01", "quay lantern herring dusk"
_PATIENCE = 60.0


def town(room: Path, **settings: object) -> Deployment:
    """Return a small deployment whose officers sign in with a password alone, and keys for personal files."""
    os.environ.setdefault(KEYS, f"bench:{base64.b64encode(secrets.token_bytes(32)).decode()}")
    folder = tiny_deployment(room / "town", access__second_factor=False, access__idle_minutes=720, **settings)
    deployment = Deployment(folder)
    with open_services(deployment) as services:
        services.access.accounts.enrol(LOGIN, PASSWORD)
    return deployment


@dataclass
class Served:
    """A server under measurement."""

    address: str
    process: int

    def memory(self) -> int:
        """Return the bytes of it that are in memory now."""
        pages = int(Path(f"/proc/{self.process}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def connect(self) -> http.client.HTTPConnection:
        """Return a connection that is kept open."""
        return http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=_PATIENCE)

    def token(self) -> str:
        """Return a session, as a program gets it."""
        body = json.dumps({"login": LOGIN, "password": PASSWORD, "code": ""})
        with closing(self.connect()) as connection:
            connection.request("POST", "/api/v1/sessions", body, {"content-type": "application/json"})
            return str(json.loads(connection.getresponse().read())["token"])


@contextmanager
def served(deployment: Deployment) -> Iterator[Served]:
    """Serve the deployment by the command that serves it anywhere."""
    with _process(
        [str(Path(sys.executable).with_name("pilotkit")), "serve", str(deployment.folder), "--port", "0"]
    ) as started:
        yield started


@contextmanager
def served_bare(database: Path) -> Iterator[Served]:
    """Starlette and sqlite3 without anything else: one row a request, committed with the same durability."""
    with _process([sys.executable, str(Path(__file__).with_name("bare.py")), str(database)]) as started:
        yield started


@contextmanager
def _process(command: list[str]) -> Iterator[Served]:
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            yield Served(_address(process), process.pid)
        finally:
            process.terminate()


def _address(process: "subprocess.Popen[str]") -> str:
    for line in process.stdout or ():
        for word in line.split():
            if word.startswith("http://"):
                return word.rstrip("/.")
    raise RuntimeError("the server ended before it said its address")


def load(ask: Callable[[int], None], requests: int, clients: int) -> tuple[float, list[float]]:
    """Return requests a second, and the seconds that each took, of clients that each wait for their answer.

    Args:
        ask: sends one request and reads its answer; told its number.
        requests: how many in all.
        clients: how many at once.
    """
    numbers, times = count(), []

    def work() -> None:
        while (number := next(numbers)) < requests:
            started = time.perf_counter()
            ask(number)
            times.append(time.perf_counter() - started)

    threads = [threading.Thread(target=work) for _ in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return requests / (time.perf_counter() - began), times


def percentile(times: list[float], share: float) -> float:
    """Return the time that this share of requests stayed under."""
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]
