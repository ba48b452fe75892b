"""Sessions on the tables of one plugin: what belongs to the core or to another plugin is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import MetaData, Table, TextClause, event, inspect
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ClauseElement
from sqlmodel import SQLModel

from pilotkit.errors import PluginError
from pilotkit.storage.store import Store


class PluginTables:
    """The tables that one plugin owns (``register_tables``).

    Args:
        store: the database of the deployment.
        metadata: the plugin's tables.

    Raises:
        PluginError: a table is the core's.

    Example:
        >>> with request.tables(METADATA).read_session() as session:
        ...     names = session.scalars(select(VISITS.c.name)).all()
    """

    def __init__(self, store: Store, metadata: MetaData) -> None:
        if taken := sorted(metadata.tables.keys() & SQLModel.metadata.tables.keys()):
            raise PluginError(
                f"the table '{taken[0]}' is the core's.", remedy="Ask a service for it; open your own tables only."
            )
        self._store = store
        self._names = frozenset(metadata.tables)

    @contextmanager
    def read_session(self) -> Iterator[Session]:
        """Open one transaction that only reads.

        Raises:
            PluginError: a statement names a table that is not the plugin's.
            TargetError: the database cannot be read.
        """
        with self._store.read_session() as session:
            self._guard(session)
            yield session

    @contextmanager
    def write_session(self) -> Iterator[Session]:
        """Open one transaction that may write; all of it or nothing.

        Raises:
            PluginError: a statement or a row is of a table that is not the plugin's; nothing was written.
            TargetError: the database cannot be written; nothing was.
        """
        with self._store.write_session() as session:
            self._guard(session)
            yield session

    def _guard(self, session: Session) -> None:
        event.listen(session, "do_orm_execute", self._check_statement)
        event.listen(session, "before_flush", self._check_rows)

    def _check_statement(self, state: ORMExecuteState) -> None:
        if not isinstance(state.statement, ClauseElement) or isinstance(state.statement, TextClause):
            raise PluginError(
                "a plugin's session takes no SQL as text.", remedy="Build the statement from the plugin's own tables."
            )
        for element in visitors.iterate(state.statement):
            if isinstance(element, Table):
                self._check(element.name)

    def _check_rows(self, session: Session, _: UOWTransaction, __: object) -> None:
        for row in {*session.new, *session.dirty, *session.deleted}:
            for table in inspect(type(row)).tables:
                self._check(str(table.name))

    def _check(self, table: str) -> None:
        if table not in self._names:
            raise PluginError(
                f"the table '{table}' is not of this plugin.",
                remedy=f"Use {', '.join(sorted(self._names))}, or ask a service.",
            )
