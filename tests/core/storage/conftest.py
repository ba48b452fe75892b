"""A database driver that breaks down when it is told to, as on a broken disk or a lost connection."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from pilotkit.storage.store import Store

Watch = Callable[..., AbstractContextManager[list[str]]]


class _Driver:
    """Every statement and commit of every connection, in order; the ``wanted``-th fails."""

    def __init__(self, wanted: int | None) -> None:
        self.wanted = wanted
        self.ran: list[str] = []
        self.is_on = False

    def run(self, statement: str, error: type[Exception]) -> None:
        if not self.is_on:
            return
        if len(self.ran) + 1 == self.wanted:
            raise error("input/output error")
        self.ran.append(statement)

    def connect(self, dialect: sa.Dialect, _: object, arguments: list[Any], options: dict[str, Any]) -> Any:
        if dialect.name == "sqlite":
            return sqlite3.connect(*arguments, factory=_sqlite(self), **options)
        return _postgresql(self).connect(*arguments, **options)


def _sqlite(driver: _Driver) -> type[sqlite3.Connection]:
    class Cursor(sqlite3.Cursor):
        def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
            driver.run(statement, sqlite3.OperationalError)
            return super().execute(statement, *values)

    class Connection(sqlite3.Connection):
        def cursor(self, factory: Any = Cursor) -> Any:
            return super().cursor(factory)

        def commit(self) -> None:
            driver.run("COMMIT", sqlite3.OperationalError)
            super().commit()

    return Connection


def _postgresql(driver: _Driver) -> type[psycopg.Connection]:
    class Cursor(psycopg.Cursor):
        def execute(self, query: Any, *values: Any, **options: Any) -> Any:
            driver.run(str(query), psycopg.OperationalError)
            return super().execute(query, *values, **options)

    class Connection(psycopg.Connection):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self.cursor_factory = Cursor

        def commit(self) -> None:
            driver.run("COMMIT", psycopg.OperationalError)
            super().commit()

    return Connection


@pytest.fixture
def watched() -> Watch:
    """Inside, what a store's driver runs is yielded in order, and the ``wanted``-th statement or commit fails."""

    @contextmanager
    def watching(store: Store, wanted: int | None = None) -> Iterator[list[str]]:
        driver = _Driver(wanted)
        store._engine.dispose()
        sa.event.listen(store._engine, "do_connect", driver.connect)
        store.extent()  # connected, before anything is counted
        driver.is_on = True
        try:
            yield driver.ran
        finally:
            driver.is_on = False
            sa.event.remove(store._engine, "do_connect", driver.connect)
            store._engine.dispose()

    return watching
