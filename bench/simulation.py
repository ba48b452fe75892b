"""How fast a month is simulated, against a raw loop that writes the same rows with the same durability."""

import sqlite3
import tempfile
from datetime import date
from pathlib import Path

from timing import Ratio, in_turn, summary

from pilotkit import Deployment
from pilotkit.simulation.month import simulate
from pilotkit.storage.store import Store

_TABLES = ("procedure_versions", "cases", "case_events", "case_numbers", "audit_records")


def measure(donor: Path, runs: int = 5) -> Ratio:
    """Return the ratio of throughputs (rows a second), generation included on our side only."""
    deployment = Deployment(donor)
    assert deployment.catalog.working_time
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        _Raw.learn(deployment, room)
        ratios = in_turn(
            lambda: _Raw.write(room / "raw.db"), lambda: _simulate(deployment, room), runs, lambda: _clear(room)
        )
    return summary(
        "simulate",
        "pilotkit simulate, 30 days",
        "sqlite3 executemany of the same rows",
        ratios,
        0.4,
        at_most=False,
        of="rows a second",
    )


class _Raw:
    schema: list[str]
    rows: list[list[tuple[object, ...]]]

    @classmethod
    def learn(cls, deployment: Deployment, room: Path) -> None:
        """Take schema and rows from a simulation, so that both write exactly the same."""
        _simulate(deployment, room)
        with sqlite3.connect(room / "pilot.db") as made:
            cls.schema = [sql for (sql,) in made.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]
            cls.rows = [made.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in _TABLES]
        made.close()

    @classmethod
    def write(cls, path: Path) -> None:
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        for statement in cls.schema:
            connection.execute(statement)
        connection.execute("BEGIN IMMEDIATE")
        for table, rows in zip(_TABLES, cls.rows, strict=True):
            marks = ", ".join("?" * len(rows[0]))
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        connection.execute("COMMIT")
        connection.close()


def _simulate(deployment: Deployment, room: Path) -> None:
    store = Store("sqlite:///pilot.db", room)
    made = simulate(deployment, store, days=30, seed=1, last=date(2025, 7, 28), record_in=room)
    store.close()
    assert made.cases


def _clear(room: Path) -> None:
    for path in room.iterdir():
        if path.is_file():
            path.unlink()
