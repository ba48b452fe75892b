"""How fast a log is imported from CSV, against a raw loop that writes the same rows with the same durability."""

import csv
import random
import sqlite3
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from timing import Ratio, in_turn, summary

from pilotkit import Deployment
from pilotkit.importing.importer import import_cases
from pilotkit.importing.mapping import Mapping
from pilotkit.storage.store import Store
from pilotkit.testing import tiny_deployment

_TABLES = ("procedure_versions", "cases", "case_events", "case_attributes", "audit_records", "import_batches")
_A_SECOND = 20_000
_STEPS = ("Register", "Check", "Assess", "Advise", "Decide", "Close")
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_MAPPING = Mapping.model_validate(
    {
        "columns": {"case": "case", "activity": "activity", "at": "at", "channel": "how", "due": "due"},
        "values": {
            "activity": {"Register": "received", "Close": "finished"},
            "channel": {"Internet": "online", "Desk": "in_person", "Letter": "post"},
        },
        "defaults": {"procedure": "ZZ-201", "unit": "PA-01"},
        "attributes": {"drop": ["resource"], "types": {"amount": "number"}},
    }
)


def measure(events: int = 500_000, runs: int = 2) -> list[Ratio]:
    """Beside the raw loop, reading, sorting and checking included on our side only; and beside the limit."""
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        deployment, log = Deployment(tiny_deployment(room / "town")), room / "log.csv"
        assert deployment.catalog.procedures
        _write_log(log, events)
        databases = room / "made"
        databases.mkdir()
        _import(deployment, databases, log)
        schema, rows = _learn(databases / "pilot.db")
        rates = []

        def ours() -> None:
            started = time.perf_counter()
            _import(deployment, databases, log)
            rates.append(events / (time.perf_counter() - started))

        ratios = in_turn(lambda: _write_raw(databases / "raw.db", schema, rows), ours, runs, lambda: _clear(databases))
    what = f"pilotkit import-cases, {events:,} events from CSV"
    raw, limit = "sqlite3 executemany of the same rows", f"{_A_SECOND:,} a second"
    return [
        summary("import", what, raw, ratios, 0.05, at_most=False, of="rows a second"),
        summary("import rate", what, limit, [rate / _A_SECOND for rate in rates[1:]], 1, at_most=False,
                of="events a second"),
    ]  # fmt: skip


def _write_log(path: Path, events: int) -> None:
    draw, start = random.Random(1), datetime(2023, 1, 2, 8, tzinfo=UTC)
    rows = []
    for case in range(events // len(_STEPS)):
        at = start + timedelta(minutes=case * 3)
        how, due = draw.choice(["Internet", "Desk", "Letter"]), (at + timedelta(days=20)).isoformat()
        for step in _STEPS:
            rows.append((f"case-{case}", step, at.isoformat(), how, due, f"R{case % 50}", draw.randint(1, 9999)))
            at += timedelta(minutes=draw.randint(1, 3000))
    draw.shuffle(rows)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("case", "activity", "at", "how", "due", "resource", "amount"), *rows])


def _import(deployment: Deployment, room: Path, log: Path) -> None:
    store = Store("sqlite:///pilot.db", room)
    done = import_cases(deployment, store, log, _MAPPING, now=_NOW)
    store.close()
    assert done.events
    assert not done.rejected


def _learn(path: Path) -> tuple[list[str], list[list[tuple[object, ...]]]]:
    """Return schema and rows of an import, so that both write exactly the same."""
    made = sqlite3.connect(path)
    schema = [
        sql
        for (sql,) in made.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%'")
    ]
    rows = [made.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in _TABLES]
    made.close()
    return schema, rows


def _write_raw(path: Path, schema: list[str], tables: list[list[tuple[object, ...]]]) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    for statement in schema:
        connection.execute(statement)
    connection.execute("BEGIN IMMEDIATE")
    for table, rows in zip(_TABLES, tables, strict=True):
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
    connection.execute("COMMIT")
    connection.close()


def _clear(room: Path) -> None:
    for path in room.iterdir():
        path.unlink()
