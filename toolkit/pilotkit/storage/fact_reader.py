"""The source rows of the facts, read in bulk from one snapshot: plain tuples from the driver, without the ORM."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import Connection

from pilotkit.storage.audit import Record, last_record
from pilotkit.storage.case_attributes import attribute_names
from pilotkit.storage.driver_statements import DriverRow

FACT_COLUMNS = (
    "id", "code", "procedure", "channel", "status", "unit", "received_at_point", "helped_at_point", "whole_process",
    "received_at", "due_at", "norm_due_at", "promised_at", "finished_at", "waiting_since", "supplements", "returned_at",
    "unit_from", "attributes",
)  # fmt: skip
"""A case as facts need it; ``unit_from`` is an ISO day; ``attributes`` is JSON, null for a case not imported."""

TICKET_COLUMNS = (
    "point", "day", "number", "priority", "procedure", "state", "counter", "taken_at", "called_at", "done_at",
)  # fmt: skip
RATING_COLUMNS = ("code", "procedure", "unit", "unit_from", "score", "at", "changed_at")
Rows: TypeAlias = Iterator[Sequence[DriverRow]]
"""Chunks of rows; instants in microseconds."""
_SIZE = 50_000


class FactReader:
    """A reader of one snapshot of the database.

    Args:
        connection: a transaction with snapshot isolation.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def last_record(self) -> Record | None:
        """Return the last record of the audit chain: the snapshot holds all events up to it, and no other.

        Records are numbered in commit order, which ids of events need not be.
        """
        return last_record(self._connection)

    def has_record(self, number: int, hash_: str) -> bool:
        """Return whether the chain has this record with this hash; not so after another database was restored."""
        row = self._one("SELECT hash FROM audit_records WHERE number = %d", number)
        return row is not None and row[0] == hash_

    def attribute_names(self) -> frozenset[str]:
        """Return the name of every attribute that some imported case has."""
        return frozenset(attribute_names(self._connection))

    def cases(self, size: int = _SIZE) -> Rows:
        """Yield every case by id, as tuples of :data:`FACT_COLUMNS`."""
        yield from self._chunks(f"SELECT {self._columns()} FROM {self._source()} ORDER BY id", size)  # noqa: S608  # our own names

    def changed_cases(self, after: int, size: int = _SIZE) -> Rows:
        """Yield every case with an event after the record ``after`` of the audit chain."""
        changed = f"SELECT e.case_id FROM {_SINCE.format(after=int(after))}"  # noqa: S608  # our own names and a whole number
        where = f"WHERE cases.id IN ({changed})"
        yield from self._chunks(f"SELECT {self._columns()} FROM {self._source()} {where}", size)  # noqa: S608  # the same

    def received_since(self, after: int) -> int:
        """Return the number of cases received after the record ``after``."""
        row = self._one(f"SELECT count(*) FROM {_SINCE} AND e.number = 1".replace("{after}", "%d"), after)  # noqa: S608  # the same
        return int(row[0]) if row else 0

    def tickets(self, points: Collection[str], since: date, size: int = _SIZE) -> Rows:
        """Yield the tickets of these points from a day on, as tuples of :data:`TICKET_COLUMNS`."""
        names = ", ".join("'" + point.replace("'", "''") + "'" for point in sorted(points)) or "NULL"
        where = f"WHERE point IN ({names}) AND day >= '{since.isoformat()}'"
        yield from self._chunks(f"SELECT {', '.join(TICKET_COLUMNS)} FROM queue_tickets {where}", size)  # noqa: S608  # ids of the catalog

    def ratings(self, since: int, size: int = _SIZE) -> Rows:
        """Yield the ratings given or changed from an instant on, as tuples of :data:`RATING_COLUMNS`."""
        joined = "ratings JOIN cases ON cases.code = ratings.case_code"
        where = f"WHERE changed_at >= {int(since)}"
        yield from self._chunks(f"SELECT {', '.join(RATING_COLUMNS)} FROM {joined} {where}", size)  # noqa: S608  # our own names

    def _columns(self) -> str:
        return ", ".join(FACT_COLUMNS) if self._has_attributes else ", ".join((*FACT_COLUMNS[:-1], "NULL"))

    def _source(self) -> str:
        return "cases LEFT JOIN case_attributes ON case_attributes.case_id = id" if self._has_attributes else "cases"

    @property
    def _has_attributes(self) -> bool:
        return self._one("SELECT 1 FROM case_attributes LIMIT %d", 1) is not None

    def _one(self, statement: str, number: int) -> DriverRow | None:
        row = self._connection.exec_driver_sql(statement % int(number)).first()
        return None if row is None else tuple(row)

    def _chunks(self, statement: str, size: int) -> Rows:
        driver: Any = self._connection.connection.driver_connection
        is_postgresql = self._connection.dialect.name == "postgresql"
        cursor = driver.cursor(name="facts") if is_postgresql else driver.cursor()
        try:
            cursor.execute(statement)
            while chunk := cursor.fetchmany(size):
                yield chunk
        finally:
            cursor.close()


_SINCE = (
    "audit_records AS r JOIN case_events AS e ON e.id BETWEEN r.first_event AND r.last_event WHERE r.number > {after}"
)
