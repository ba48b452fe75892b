"""How many submissions a second are on disk when they are acknowledged, against a raw loop that commits the same rows.

Ours checks the application, computes its deadlines, gives the number, seals what is personal, chains the audit log and
fills the outbox; the raw loop only writes what came out of that, a commit for each submission, with the same pragmas.
"""

import base64
import os
import secrets
import sqlite3
import tempfile
from collections import defaultdict
from contextlib import closing
from pathlib import Path

from timing import Ratio, in_turn, summary

from pilotkit import Deployment
from pilotkit.cases import Application, Content, Person
from pilotkit.casework.case_service import CaseService
from pilotkit.storage.store import Store
from pilotkit.storage.vault import KEYS, Vault
from pilotkit.testing import tiny_deployment

_SUBMISSIONS = 200
_TABLES = (
    "case_numbers",
    "cases",
    "case_events",
    "audit_records",
    "outbox",
    "submissions",
    "personal_files",
    "attachments",
)
_PERSON = Person(name="Generated Person", identity_number="000000000000", address="1 Generated Street")
_CONTENT = Content(document="form", name="scan.pdf", media_type="application/pdf", data=b"%PDF-1.7\n" + bytes(20_000))


def measure(runs: int = 7) -> list[Ratio]:
    """Return the ratios of throughputs without and with a personal file of a person and a scan of 20 kB."""
    os.environ.setdefault(KEYS, f"bench:{base64.b64encode(secrets.token_bytes(32)).decode()}")
    return [_measure("submit", {}, runs), _measure("submit file", {"person": _PERSON, "contents": (_CONTENT,)}, runs)]


def _measure(name: str, personal: dict[str, object], runs: int) -> Ratio:
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        deployment = Deployment(tiny_deployment(room / "town"))
        with closing(Store("sqlite:///ours.db", room)) as store:
            office = _Office(CaseService(deployment, store, vault=Vault.from_environment()), personal)
            office.work()
            with closing(_Raw(room / "ours.db", room / "raw.db")) as raw:
                ratios = in_turn(raw.work, office.work, runs, lambda: None)
    return summary(
        name,
        f"Casework.receive{', with a file' if personal else ''}",
        "sqlite3, the same rows, a commit each",
        ratios,
        0.4,
        at_most=False,
        of="submissions a second",
    )


class _Office:
    def __init__(self, casework: CaseService, personal: dict[str, object]) -> None:
        self._casework = casework
        self._personal = personal

    def work(self) -> None:
        for _ in range(_SUBMISSIONS):
            self._casework.receive(
                Application(
                    procedure="ZZ-101",
                    channel="online",
                    unit="PA-01",
                    actor="citizen",
                    key=secrets.token_hex(16),
                    **self._personal,
                )
            )


class _Raw:
    """Writes rows of the shape that ours are, under ids that go on from run to run."""

    def __init__(self, made: Path, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._rows: dict[str, tuple[object, ...]] = {}
        self._columns: dict[str, list[str]] = defaultdict(list)
        self._done = 0
        with closing(sqlite3.connect(made)) as source:
            for (sql,) in source.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"):
                self._connection.execute(sql)
            versions = source.execute("SELECT * FROM procedure_versions").fetchall()
            self._connection.executemany("INSERT INTO procedure_versions VALUES (?, ?, ?, ?)", versions)
            for table in _TABLES:
                found = source.execute(f"SELECT * FROM {table} LIMIT 1")
                self._columns[table] = [each[0] for each in found.description]
                if (row := found.fetchone()) is not None:
                    self._rows[table] = row

    def work(self) -> None:
        """Every row in its order; only what must differ from submission to submission does."""
        run = self._connection.execute
        for _ in range(_SUBMISSIONS):
            self._done += 1
            number = self._done
            own = {"id": number, "case_id": number, "event_id": number, "first_event": number, "last_event": number}
            own |= {"code": f"PA-{number:09d}", "case_code": f"PA-{number:09d}", "key": f"{number:032d}"}
            run("BEGIN IMMEDIATE")
            for table, row in self._rows.items():
                values = self._own(table, row, own)
                run(f"INSERT OR REPLACE INTO {table} VALUES ({', '.join('?' * len(values))})", values)
            run("COMMIT")

    def _own(self, table: str, row: tuple[object, ...], own: dict[str, object]) -> list[object]:
        values = [own.get(column, value) for column, value in zip(self._columns[table], row, strict=True)]
        if table == "audit_records":
            values[0] = own["id"]
        if table == "attachments":
            values[0] = f"{own['id']:032d}"
        return values

    def close(self) -> None:
        self._connection.close()
