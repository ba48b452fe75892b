"""The store: cases in, cases out, each write one transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.plugins import unique
from pilotkit.errors import CaseError, UnknownError
from pilotkit.model.audit import Checkpoint, Content, content_of, line_of
from pilotkit.model.case import Case, CaseEvent, EventKind
from pilotkit.model.procedure import Procedure
from pilotkit.storage.audit import LINE, Record, events_between, last_record, records, vouch
from pilotkit.storage.engine import READS_ONLY, open_engine, said_in_words
from pilotkit.storage.tables import (
    CaseNumberRow,
    CaseRow,
    CheckpointRow,
    EventRow,
    ProcedureVersionRow,
    SubmissionRow,
    microseconds,
)

CASES: Table = CaseRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table models
EVENTS: Table = EventRow.__table__  # type: ignore[attr-defined]  # the same
NUMBERS: Table = CaseNumberRow.__table__  # type: ignore[attr-defined]  # the same
FACT_COLUMNS = (
    "id", "code", "procedure", "channel", "status", "unit", "whole_process", "received_at", "due_at", "finished_at",
    "waiting_since", "supplements",
)  # fmt: skip


@dataclass(frozen=True)
class Extent:
    """How much the store holds: enough to know whether anything has come since."""

    cases: int
    events: int
    last_event: int


class Store:
    """One deployment's cases.

    Args:
        url: as in ``[storage] url``.
        folder: the deployment.

    Raises:
        DataError: the URL is not one pilotkit can use.
        TargetError: the database cannot be opened.
    """

    def __init__(self, url: str, folder: Path) -> None:
        self._engine = open_engine(url, folder)
        self._reading = self._engine.execution_options(**{READS_ONLY: True})
        self._kept: set[str] = set()
        """Digests of procedures known to be kept."""

    @classmethod
    def of(cls, deployment: Deployment) -> Store:
        """The store of a deployment, with the tables of its plugins beside the core's.

        Raises:
            DuplicateError: two plugins offer a table set of the same name.
        """
        store = cls(deployment.settings.storage.url, deployment.folder)
        offered = deployment.plugins.collect("register_tables")
        for tables in unique(offered, lambda each: each.id, "table set").values():
            tables.metadata.create_all(store._engine)  # its own
        return store

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def next_number(self, prefix: str, day: str) -> int:
        """The next case number of a day, from 1; never given twice, even where the case is then not stored."""
        with self._writing() as session:
            row = session.get(CaseNumberRow, (prefix, day), with_for_update=True)
            if row is None:
                row = CaseNumberRow(prefix=prefix, day=day, last=0)
                session.add(row)
            row.last += 1
            return row.last

    def submitted(self, key: str) -> Case | None:
        """The case that the submission with this key became; None where there was none."""
        with self._looking() as session:
            submission = session.get(SubmissionRow, key)
            row = session.get(CaseRow, submission.case_id) if submission else None
            return Case(**row.model_dump(exclude={"id"})) if row else None

    def add(self, case: Case, event: CaseEvent, key: str | None = None) -> None:
        """Store a new case with its first event, and the key it was submitted under, in one transaction.

        Raises:
            CaseError: a case with this code is there already, or a submission with this key.
        """
        with self._writing() as session:
            if session.scalar(select(func.count()).select_from(CASES).where(CASES.c.code == case.code)):
                raise CaseError(f"there is a case '{case.code}' already.", remedy="Receive it under a new code.")
            row = CaseRow(**case.model_dump())
            session.add(row)
            session.flush()
            self._add_event(session, row, event)
            if key is not None:
                self._add_submission(session, key, row)

    def change(self, case: Case, event: CaseEvent) -> None:
        """Store a case's new state with the event that made it, in one transaction.

        Raises:
            UnknownError: no such case.
            CaseError: somebody else was quicker: the event's number is taken.
        """
        with self._writing() as session:
            row = self._row(session, case.code)
            last = session.scalar(select(func.max(EVENTS.c.number)).where(EVENTS.c.case_id == row.id)) or 0
            if event.number != last + 1:
                raise CaseError(f"case '{case.code}' has moved on since it was read.", remedy="Read it again.")
            self._update(row, case)
            self._add_event(session, row, event)

    def keep_procedures(self, procedures: Iterable[Procedure]) -> list[str]:
        """Keep procedures as they are now, each once; the digests that name them, in the same order."""
        definitions = [(procedure, procedure.model_dump_json(exclude_none=True)) for procedure in procedures]
        digests = [hashlib.sha256(definition.encode()).hexdigest()[:16] for _, definition in definitions]
        if not self._kept.issuperset(digests):
            with self._writing() as session:
                for digest, (procedure, definition) in zip(digests, definitions, strict=True):
                    if session.get(ProcedureVersionRow, digest) is None:
                        session.add(
                            ProcedureVersionRow(
                                digest=digest, code=procedure.code, version=procedure.version, definition=definition
                            )
                        )
            self._kept.update(digests)
        return digests

    def procedure(self, digest: str) -> Procedure:
        """The procedure that a case was received under.

        Raises:
            UnknownError: no case here was.
        """
        with self._looking() as session:
            row = session.get(ProcedureVersionRow, digest)
            if row is None:
                raise UnknownError(
                    f"no procedure '{digest}' is kept here.", remedy="Restore the database from a backup."
                )
            return Procedure.model_validate_json(row.definition)

    def codes(self, size: int = 1000) -> Iterator[str]:
        """The code of every case in order of receipt, read in pages so that nobody waits for the reader."""
        last = 0
        while True:
            page = select(CASES.c.id, CASES.c.code).where(CASES.c.id > last).order_by(CASES.c.id).limit(size)
            with said_in_words("read"), self._reading.connect() as connection:
                rows = connection.execute(page).all()
            yield from (row.code for row in rows)
            if len(rows) < size:
                return
            last = rows[-1].id

    def project(self, case: Case) -> None:
        """Replace a case's state by what its events make of it.

        Raises:
            UnknownError: no such case.
        """
        with self._writing() as session:
            self._update(self._row(session, case.code), case)

    def records(self) -> Iterator[Record]:
        """The audit chain from its first record."""
        with said_in_words("read"), self._reading.connect() as connection:
            yield from records(connection)

    def last_record(self) -> Record | None:
        """The end of the audit chain; None while nothing has happened."""
        with said_in_words("read"), self._reading.connect() as connection:
            return last_record(connection)

    def events_between(self, first: int, last: int) -> list[tuple[Any, ...]]:
        """Events by id, each as its id and the values that the audit chain hashes."""
        with said_in_words("read"), self._reading.connect() as connection:
            return [tuple(row) for row in events_between(connection, first, last)]

    def keep_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Keep a signed checkpoint; the same one again changes nothing."""
        with self._writing() as session:
            session.merge(CheckpointRow(**checkpoint.model_dump()))

    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """Every checkpoint kept here, by record."""
        with self._looking() as session:
            rows = session.scalars(select(CheckpointRow).order_by(CheckpointRow.__table__.c.number))  # type: ignore[attr-defined]  # SQLModel adds it
            return tuple(Checkpoint(**row.model_dump()) for row in rows)

    def case(self, code: str) -> Case:
        """The case with this code.

        Raises:
            UnknownError: no such case.
        """
        with self._looking() as session:
            return Case(**self._row(session, code).model_dump(exclude={"id"}))

    def events(self, code: str) -> tuple[CaseEvent, ...]:
        """Everything that happened to a case, in order."""
        with self._looking() as session:
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
        """How much there is."""
        with said_in_words("read"), self._reading.connect() as connection:
            cases = connection.scalar(select(func.count()).select_from(CASES)) or 0
            events, last = connection.execute(select(func.count(), func.max(EVENTS.c.id))).one()
            return Extent(cases, events, last or 0)

    def fact_rows(self, size: int = 50_000) -> Iterator[Sequence[tuple[Any, ...]]]:
        """Every case in chunks of ``size``, as tuples of :data:`FACT_COLUMNS`; instants in microseconds."""
        statement = f"SELECT {', '.join(FACT_COLUMNS)} FROM cases ORDER BY id"  # noqa: S608  # names from this file only
        streaming = self._reading.execution_options(stream_results=True)
        with said_in_words("read"), streaming.connect() as connection, connection.exec_driver_sql(statement) as result:
            while chunk := result.fetchmany(size):
                yield [tuple(row) for row in chunk]

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        """One transaction; all of it or nothing."""
        with said_in_words("written"), Session(self._engine) as session, session.begin():
            yield session

    @contextmanager
    def _looking(self) -> Iterator[Session]:
        with said_in_words("read"), Session(self._reading) as session:
            yield session

    @contextmanager
    def bulk(self) -> Iterator[BulkWriter]:
        """Write many whole cases in one transaction; all or none."""
        with said_in_words("written"), self._engine.begin() as connection:
            yield BulkWriter(connection)

    def _add_event(self, session: Session, row: CaseRow, event: CaseEvent) -> None:
        stored = _event_row(event, row)
        session.add(stored)
        session.flush()
        assert stored.id is not None  # noqa: S101  # flushed: the database gave it one
        values = stored.model_dump() | {"at": microseconds(event.at)}
        content = content_of([line_of([values[name] for name in LINE])])
        vouch(session.connection(), event.at, event.actor, (stored.id, stored.id), content)

    def _add_submission(self, session: Session, key: str, row: CaseRow) -> None:
        assert row.id is not None  # noqa: S101  # flushed: the database gave it one
        session.add(SubmissionRow(key=key, case_id=row.id))
        try:
            session.flush()
        except IntegrityError:
            raise CaseError(
                f"a submission with the key '{key}' was taken in a moment ago.", remedy="Send it again to get its case."
            ) from None

    def _update(self, row: CaseRow, case: Case) -> None:
        for name, value in case.model_dump().items():
            setattr(row, name, value)

    def _row(self, session: Session, code: str) -> CaseRow:
        row = session.scalar(select(CaseRow).where(CASES.c.code == code))
        if row is None:
            raise UnknownError(f"there is no case '{code}' here.", remedy="Check the code on the receipt.")
        return row


class BulkWriter:
    """Writes rows without the ORM, as fast as the driver takes them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("LOCK TABLE case_events IN EXCLUSIVE MODE")  # nobody's event among ours
        self._content = Content()
        self._first_event = (connection.scalar(select(func.max(EVENTS.c.id))) or 0) + 1

    def next_id(self) -> int:
        """The first free case id in this transaction; event ids follow the same rule."""
        return (self._connection.scalar(select(func.max(CASES.c.id))) or 0) + 1

    def keep_number(self, prefix: str, day: str, last: int) -> None:
        """Remember the last case number given on a day that had none before."""
        self._connection.execute(NUMBERS.insert().values(prefix=prefix, day=day, last=last))

    def write(self, table: Table, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
        """Insert ``rows`` of plain values in the order of ``columns``; instants in microseconds."""
        rows = rows if isinstance(rows, list) else list(rows)
        if table is EVENTS:
            self._content.add(map(line_of, rows if tuple(columns) == LINE else _in_order(columns, rows)))
        names = ", ".join(f'"{column}"' for column in columns)
        if self._connection.dialect.name == "postgresql":
            driver: Any = self._connection.connection.driver_connection
            with driver.cursor().copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608  # names of our own tables
        self._connection.exec_driver_sql(statement, rows)

    def finish(self, at: datetime, actor: str) -> None:
        """Vouch for the events that were written, and bring the database's own numbering past their ids.

        Args:
            at: when it is done; aware.
            actor: who does it.
        """
        first, last = self._first_event, self._connection.scalar(select(func.max(EVENTS.c.id))) or 0
        if last >= first:
            vouch(self._connection, at, actor, (first, last), str(self._content))
        if self._connection.dialect.name == "postgresql":
            for table in (CASES, EVENTS):
                self._connection.exec_driver_sql(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), max(id)) FROM {table.name}"  # noqa: S608  # our own tables
                )


def _in_order(columns: Sequence[str], rows: list[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Rows of events with their values as the audit chain hashes them; what a column does not say is null."""
    for row in rows:
        said = dict(zip(columns, row, strict=True))
        yield tuple(said.get(name) for name in LINE)


def _event_row(event: CaseEvent, row: CaseRow) -> EventRow:
    assert row.id is not None  # noqa: S101  # flushed or read: the database gave it one
    changes = json.dumps(event.changes, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return EventRow(case_id=row.id, **event.model_dump(exclude={"case", "changes"}), changes=changes)
