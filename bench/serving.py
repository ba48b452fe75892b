"""Over HTTP: submissions by 16 clients at once, the work list of a million cases, memory over 100,000 requests."""

import json
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from office import Served, load, percentile, served, served_bare, town
from timing import Ratio, held_against

from pilotkit import Deployment
from pilotkit.simulation.month import CASE_COLUMNS, EVENT_COLUMNS
from pilotkit.storage.store import Store
from pilotkit.storage.tables import CASES, EVENTS, microseconds

CLIENTS, SUBMISSIONS = 16, 3_000
A_SECOND, MILLISECONDS, LIST_MILLISECONDS = 150, 250, 150
_CASES, _CHUNK = 1_000_000, 50_000
_REQUESTS = 100_000
_BODY = {
    "procedure": "ZZ-101", "unit": "PA-01", "received_at_point": "pa-01",
    "person": {"name": "Generated Person", "identity_number": "000000000000", "address": "1 Generated Street"},
}  # fmt: skip
_PAGES = ("/en/counter", "/en/counter?status=late", "/en/counter?status=waiting", "/en/counter?procedure=ZZ-101")


def measure() -> Iterator[Ratio]:
    """Everything that is measured from outside, each server in a process of its own."""
    yield from _submissions()
    yield _work_list()
    yield _memory()


def _submissions() -> list[Ratio]:
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        deployment = town(room)
        with served(deployment) as ours, served_bare(room / "bare.db") as bare:
            headers = {"authorization": f"Bearer {ours.token()}", "content-type": "application/json"}
            _post(ours, "/api/v1/cases", headers, 200)
            rate, times = _post(ours, "/api/v1/cases", headers, SUBMISSIONS)
            bare_rate, _ = _post(bare, "/submissions", {"content-type": "application/json"}, SUBMISSIONS)
    who = f"POST /api/v1/cases with a person, {CLIENTS} clients"
    return [
        held_against(
            "http submit", who, f"{A_SECOND} a second", rate / A_SECOND, 1, at_most=False, of="submissions a second"
        ),
        held_against(
            "http p95", who, f"{MILLISECONDS} ms", percentile(times, 0.95) * 1000 / MILLISECONDS, 1, at_most=True,
            of="the 95th percentile of times",
        ),
        held_against(
            "http bare", who, "Starlette and sqlite3, one row", rate / bare_rate, 0, at_most=False,
            of="submissions a second",
        ),
    ]  # fmt: skip


def _post(server: Served, path: str, headers: dict[str, str], requests: int) -> tuple[float, list[float]]:
    mine, body = threading.local(), json.dumps(_BODY)

    def ask(_: int) -> None:
        if not hasattr(mine, "connection"):
            mine.connection = server.connect()
        mine.connection.request("POST", path, body, headers)
        answer = mine.connection.getresponse()
        said = answer.read()
        assert answer.status == 201, said

    return load(ask, requests, CLIENTS)


def _work_list() -> Ratio:
    with tempfile.TemporaryDirectory() as folder:
        deployment = town(Path(folder), plugins__enabled=["counter"])
        _fill(deployment, _CASES)
        with served(deployment) as server, closing(server.connect()) as connection:
            headers = {"cookie": f"session={server.token()}"}

            def ask(number: int) -> None:
                connection.request("GET", _PAGES[number % len(_PAGES)], headers=headers)
                answer = connection.getresponse()
                page = answer.read()
                assert answer.status == 200, (answer.status, answer.headers.get("location"))
                assert b"PA-" in page

            load(ask, 20, 1)
            _, times = load(ask, 300, 1)
    return held_against(
        "work list", f"the counter's first page and its filters, {_CASES:,} cases", f"{LIST_MILLISECONDS} ms",
        percentile(times, 0.95) * 1000 / LIST_MILLISECONDS, 1, at_most=True, of="the 95th percentile of times",
    )  # fmt: skip


def _fill(deployment: Deployment, cases: int) -> None:
    """Cases of one commune in every state that a work list shows, due over two years; one event each."""
    now, hour = datetime.now(UTC), timedelta(hours=1)
    with closing(Store.of(deployment)) as store:
        procedure = deployment.catalog.procedure("ZZ-101")
        digest, step = store.keep_procedures([procedure])[0], procedure.steps[0].id
        with store.bulk() as writer:
            for first in range(0, cases, _CHUNK):
                rows, events = [], []
                for number in range(first + 1, first + _CHUNK + 1):
                    is_open, received = number % 10 == 0, microseconds(now - (number % 17_000) * hour)
                    due = received + 8 * 3_600_000_000 * (1 + number % 30)
                    status = (
                        ("processing", "accepted", "supplement_requested")[number // 10 % 3] if is_open else "returned"
                    )
                    rows.append(
                        (number, f"PA-{number:09d}", procedure.code, procedure.version, digest, step, "online", status,
                         "PA-01", None, None, False, 0, received, due, due, due, None if is_open else due)
                    )  # fmt: skip
                    events.append((number, 1, "received", received, "bench", None, "{}"))
                writer.write(CASES, CASE_COLUMNS, rows)
                writer.write(EVENTS, EVENT_COLUMNS, events)
            writer.finish(now, "bench")


def _memory() -> Ratio:
    """Pages, an API read and a submission in turn, from four clients."""
    with tempfile.TemporaryDirectory() as folder:
        deployment = town(Path(folder), plugins__enabled=["counter", "portal"])
        with served(deployment) as server:
            headers = {"authorization": f"Bearer {server.token()}", "content-type": "application/json"}
            mine, body = threading.local(), json.dumps(_BODY)
            asked = (
                "/en",
                "/en/procedures?q=birth",
                "/en/procedures/ZZ-101",
                "/api/v1/procedures",
                "/en/points",
                "/health",
            )

            def ask(number: int) -> None:
                if not hasattr(mine, "connection"):
                    mine.connection = server.connect()
                if number % 50:
                    mine.connection.request("GET", asked[number % len(asked)], headers=headers)
                else:
                    mine.connection.request("POST", "/api/v1/cases", body, headers)
                answer = mine.connection.getresponse()
                answer.read()
                assert answer.status < 300

            load(ask, _REQUESTS // 10, 4)
            early = server.memory()
            mine = threading.local()
            load(ask, _REQUESTS, 4)
            late = server.memory()
    return held_against(
        "memory", f"the server after {_REQUESTS + _REQUESTS // 10:,} requests", f"after {_REQUESTS // 10:,}",
        late / early, 1.1, at_most=True, of="resident memory",
    )  # fmt: skip
