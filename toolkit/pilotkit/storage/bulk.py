"""Bulk insertion of rows, for simulations and imports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, func, select

from pilotkit.model.audit import AuditContent, line_of
from pilotkit.storage.audit import LINE, vouch
from pilotkit.storage.driver_statements import DriverStatements
from pilotkit.storage.tables import CASES, EVENTS, NUMBERS


class BulkWriter:
    """A writer of rows without the ORM, at the speed of the driver. Plugins get no events of these cases: no outbox."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("LOCK TABLE case_events IN EXCLUSIVE MODE")  # nobody's event among ours
        self._content = AuditContent()
        self._first_event = (connection.scalar(select(func.max(EVENTS.c.id))) or 0) + 1

    @property
    def connection(self) -> Connection:
        """The connection of the transaction, for writing further tables in it."""
        return self._connection

    def next_id(self) -> int:
        """Return the first free case id in this transaction; event ids follow the same rule."""
        return (self._connection.scalar(select(func.max(CASES.c.id))) or 0) + 1

    def keep_number(self, prefix: str, day: str, last: int) -> None:
        """Store the last case number given on a day that had none before."""
        self._connection.execute(NUMBERS.insert().values(prefix=prefix, day=day, last=last))

    def write(self, table: Table, columns: Sequence[str], rows: Iterable[tuple[object, ...]]) -> None:
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
        """Append an audit record for the written events, and advance the database's sequences past their ids.

        Args:
            at: the aware instant of the record.
            actor: its author.
        """
        first, last = self._first_event, self._connection.scalar(select(func.max(EVENTS.c.id))) or 0
        if last >= first:
            vouch(DriverStatements.of(self._connection), at, actor, (first, last), str(self._content))
        if self._connection.dialect.name == "postgresql":
            for table in (CASES, EVENTS):
                self._connection.exec_driver_sql(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), max(id)) FROM {table.name}"  # noqa: S608  # our own tables
                )


def _in_order(columns: Sequence[str], rows: list[tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
    """Yield rows of events with values in the order that the audit chain hashes; an absent column is null."""
    for row in rows:
        said = dict(zip(columns, row, strict=True))
        yield tuple(said.get(name) for name in LINE)
