"""The store of cases; each write is one transaction."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select
from sqlmodel import Session

from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.plugins import unique
from pilotkit.errors import CaseError, UnknownError
from pilotkit.model.audit import Checkpoint
from pilotkit.model.case import Case, CaseEvent, EventKind
from pilotkit.model.procedure import Procedure
from pilotkit.storage.audit import Record, events_between, last_record, records
from pilotkit.storage.bulk import BulkWriter
from pilotkit.storage.case_attributes import attribute_names
from pilotkit.storage.driver_statements import DriverRow, DriverStatements, reading, transaction
from pilotkit.storage.engine import READS_ONLY, explain_errors, open_engine
from pilotkit.storage.event_insert import Receiving, insert_event
from pilotkit.storage.fact_reader import FACT_COLUMNS, FactReader
from pilotkit.storage.personal_store import SealedFile
from pilotkit.storage.tables import (
    CASES,
    EVENTS,
    CaseRow,
    CheckpointRow,
    ProcedureVersionRow,
)

__all__ = ["FACT_COLUMNS", "Extent", "Store"]


@dataclass(frozen=True)
class Extent:
    """The size of the store, to detect whether anything was added since."""

    cases: int
    events: int
    last_event: int


class Store:
    """The cases of one deployment.

    Args:
        url: as in ``[storage] url``.
        folder: the deployment.

    Raises:
        DataError: the URL is not supported.
        TargetError: the database cannot be opened.
    """

    def __init__(self, url: str, folder: Path) -> None:
        self._engine = open_engine(url, folder)
        self._reading = self._engine.execution_options(**{READS_ONLY: True})
        self._turn: AbstractContextManager[object] = (
            threading.RLock() if self._engine.dialect.name == "sqlite" else nullcontext()
        )
        """Whoever writes to SQLite waits here in turn: its own waiting is sleeping and trying again."""
        self._kept: set[str] = set()
        """Digests of procedures known to be kept."""

    @classmethod
    def of(cls, deployment: Deployment) -> Store:
        """Open the store of a deployment, with the tables of its plugins beside the core's.

        Raises:
            DuplicateError: two plugins offer a table set of the same name.
        """
        store = cls(deployment.settings.storage.url, deployment.folder)
        offered = deployment.plugins.collect("register_tables")
        for tables in unique(offered, lambda each: each.id, "table set").values():
            tables.metadata.create_all(store._engine)  # its own
        return store

    def close(self) -> None:
        """Close the database."""
        self._engine.dispose()

    def room_left(self) -> int | None:
        """Return the free bytes on the disk of the database file; None for a server."""
        file = self._engine.url.database if self._engine.dialect.name == "sqlite" else None
        return shutil.disk_usage(Path(file).parent).free if file else None

    def next_number(self, prefix: str, day: str) -> int:
        """Return the next case number of a day, from 1; never given twice, even if the case is then not stored."""
        with self.receiving() as receiving:
            return receiving.next_number(prefix, day)

    def submitted(self, key: str) -> Case | None:
        """Return the case of the submission with this key; None where there is none."""
        with explain_errors("read"), reading(self._reading) as statements:
            found = statements.first("SELECT case_id FROM submissions WHERE key = ?", (key,))
        if found is None:
            return None
        with self.read_session() as session:
            row = session.get(CaseRow, found[0])
            return Case(**row.model_dump(exclude={"id"})) if row else None

    def add(self, case: Case, event: CaseEvent, key: str | None = None, file: SealedFile | None = None) -> None:
        """Insert a new case with its first event in one transaction.

        Args:
            case: the case.
            event: its first event.
            key: the key of its submission.
            file: its personal file, sealed.

        Raises:
            CaseError: a case with this code or a submission with this key exists.
        """
        with self.receiving() as receiving:
            receiving.add(case, event, key, file)

    @contextmanager
    def receiving(self) -> Iterator[Receiving]:
        """Open the transaction that numbers and stores a new case; it is atomic."""
        with self._turn, explain_errors("written"), transaction(self._engine) as statements:
            yield Receiving(statements)

    def change(self, case: Case, event: CaseEvent) -> None:
        """Store a case's new state with its event in one transaction.

        Raises:
            UnknownError: no such case.
            CaseError: a concurrent change was first: the event's number is taken.
        """
        self.change_together([(case, event)])

    def change_together(self, changes: Iterable[tuple[Case, CaseEvent]]) -> None:
        """Store the new states of several cases with their events in one transaction.

        Raises:
            UnknownError: no such case.
            CaseError: a concurrent change was first: an event's number is taken.
        """
        with self.write_session() as session:
            held = [(self._row(session, case.code, held=True), case, event) for case, event in changes]
            for row, case, event in held:  # whoever holds the chain never waits for a case
                self._change(session, row, case, event)

    def _change(self, session: Session, row: CaseRow, case: Case, event: CaseEvent) -> None:
        last = session.scalar(select(func.max(EVENTS.c.number)).where(EVENTS.c.case_id == row.id)) or 0
        if event.number != last + 1:
            raise CaseError(f"case '{case.code}' has moved on since it was read.", remedy="Read it again.")
        self._update(row, case)
        assert row.id is not None  # noqa: S101  # read: the database gave it one
        insert_event(DriverStatements.of(session.connection()), row.id, event)

    def keep_procedures(self, procedures: Iterable[Procedure]) -> list[str]:
        """Store the present versions of procedures, each once; return their digests in the same order."""
        definitions = [(procedure, procedure.model_dump_json(exclude_defaults=True)) for procedure in procedures]
        digests = [hashlib.sha256(definition.encode()).hexdigest()[:16] for _, definition in definitions]
        if not self._kept.issuperset(digests):
            with self.receiving() as receiving:
                for digest, (procedure, definition) in zip(digests, definitions, strict=True):
                    receiving.keep_procedure(digest, procedure, definition)
            self._kept.update(digests)
        return digests

    def procedure(self, digest: str) -> Procedure:
        """Return the version of a procedure with this digest.

        Raises:
            UnknownError: no such version is stored.
        """
        with self.read_session() as session:
            row = session.get(ProcedureVersionRow, digest)
            if row is None:
                raise UnknownError(
                    f"no procedure '{digest}' is kept here.", remedy="Restore the database from a backup."
                )
            return Procedure.model_validate_json(row.definition)

    def codes(self, size: int = 1000) -> Iterator[str]:
        """Yield the code of every case in order of receipt; read in pages, so no lock is held."""
        last = 0
        while True:
            page = select(CASES.c.id, CASES.c.code).where(CASES.c.id > last).order_by(CASES.c.id).limit(size)
            with explain_errors("read"), self._reading.connect() as connection:
                rows = connection.execute(page).all()
            yield from (row.code for row in rows)
            if len(rows) < size:
                return
            last = rows[-1].id

    def project(self, case: Case) -> None:
        """Replace a case's stored state by the projection of its events.

        Raises:
            UnknownError: no such case.
        """
        with self.write_session() as session:
            self._update(self._row(session, case.code, held=True), case)

    def records(self) -> Iterator[Record]:
        """Yield the audit chain from its first record."""
        with explain_errors("read"), self._reading.connect() as connection:
            yield from records(connection)

    def last_record(self) -> Record | None:
        """Return the last record of the audit chain; None while there is none."""
        with explain_errors("read"), self._reading.connect() as connection:
            return last_record(connection)

    def events_between(self, first: int, last: int) -> list[DriverRow]:
        """Return events by id, each as its id and the values that the audit chain hashes."""
        with explain_errors("read"), self._reading.connect() as connection:
            return list(events_between(connection, first, last))

    def keep_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Store a signed checkpoint; idempotent."""
        with self.write_session() as session:
            session.merge(CheckpointRow(**checkpoint.model_dump()))

    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """Return every stored checkpoint by record."""
        with self.read_session() as session:
            rows = session.scalars(select(CheckpointRow).order_by(CheckpointRow.__table__.c.number))  # type: ignore[attr-defined]  # SQLModel adds it
            return tuple(Checkpoint(**row.model_dump()) for row in rows)

    def case(self, code: str) -> Case:
        """Return the case with this code.

        Raises:
            UnknownError: no such case.
        """
        with self.read_session() as session:
            return Case(**self._row(session, code).model_dump(exclude={"id"}))

    def events(self, code: str) -> tuple[CaseEvent, ...]:
        """Return the events of a case in order."""
        with self.read_session() as session:
            row = self._row(session, code)
            found = session.execute(select(EVENTS).where(EVENTS.c.case_id == row.id).order_by(EVENTS.c.number))
            return tuple(
                CaseEvent(
                    case=code,
                    number=event.number,
                    kind=EventKind(event.kind),
                    at=event.at,
                    actor=event.actor,
                    reason=event.reason,
                    changes=json.loads(event.changes),
                )
                for event in found
            )

    def extent(self) -> Extent:
        """Return the size of the store."""
        with explain_errors("read"), self._reading.connect() as connection:
            cases = connection.scalar(select(func.count()).select_from(CASES)) or 0
            events, last = connection.execute(select(func.count(), func.max(EVENTS.c.id))).one()
            return Extent(cases, events, last or 0)

    def open_by_procedure(self) -> dict[str, int]:
        """Return the number of open cases by procedure."""
        counted = select(CASES.c.procedure, func.count()).where(CASES.c.finished_at.is_(None))
        with explain_errors("read"), self._reading.connect() as connection:
            return {row[0]: row[1] for row in connection.execute(counted.group_by(CASES.c.procedure))}

    def attribute_names(self) -> frozenset[str]:
        """Return the name of every attribute that some imported case has."""
        with explain_errors("read"), self._reading.connect() as connection:
            return frozenset(attribute_names(connection))

    def fact_rows(self, size: int = 50_000) -> Iterator[Sequence[DriverRow]]:
        """Yield every case in chunks of ``size``, as tuples of :data:`FACT_COLUMNS`; instants in microseconds."""
        with self.fact_reading() as reader:
            yield from reader.cases(size)

    @contextmanager
    def fact_reading(self) -> Iterator[FactReader]:
        """Open a reader of the facts' source rows on one snapshot; concurrent writes are not blocked."""
        with self.snapshot() as connection:
            yield FactReader(connection)

    @contextmanager
    def write_session(self) -> Iterator[Session]:
        """Open a write session: one transaction, committed at the end and rolled back on an exception.

        Raises:
            TargetError: the database cannot be written; nothing was.
        """
        with self._turn, explain_errors("written"), Session(self._engine) as session, session.begin():
            yield session

    @contextmanager
    def read_session(self) -> Iterator[Session]:
        """Open a read session: one transaction that blocks no writer.

        Raises:
            TargetError: the database cannot be read.
        """
        with explain_errors("read"), Session(self._reading) as session:
            yield session

    @contextmanager
    def bulk(self) -> Iterator[BulkWriter]:
        """Open a bulk writer of whole cases in one transaction."""
        with self.rewriting() as connection:
            yield BulkWriter(connection)

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Open a read transaction with snapshot isolation; concurrent writes are not blocked."""
        engine = self._reading
        if engine.dialect.name == "postgresql":
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        with explain_errors("read"), engine.connect() as connection:
            yield connection

    @contextmanager
    def rewriting(self) -> Iterator[Connection]:
        """Open a write transaction without the ORM."""
        with self._turn, explain_errors("written"), self._engine.begin() as connection:
            yield connection

    def _update(self, row: CaseRow, case: Case) -> None:
        for name, value in case.model_dump().items():
            setattr(row, name, value)

    def _row(self, session: Session, code: str, *, held: bool = False) -> CaseRow:
        """Return the row of a case; ``held``: locked until the transaction ends."""
        wanted = select(CaseRow).where(CASES.c.code == code)
        row = session.scalar(wanted.with_for_update() if held else wanted)
        if row is None:
            raise UnknownError(f"there is no case '{code}' here.", remedy="Check the code on the receipt.")
        return row
