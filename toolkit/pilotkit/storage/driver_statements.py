"""Statements sent straight to the database driver, on the path that every submission waits for.

Such a transaction has about ten statements, and SQLAlchemy's overhead (events, result objects, column names) exceeds
SQLite's own work for all of them. The connections are SQLAlchemy's: opened, pooled and made durable by the engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import Connection, Dialect, Engine, PoolProxiedConnection
from sqlalchemy.exc import DBAPIError

Values: TypeAlias = Sequence[object]
"""Parameters in the order of a statement's placeholders; instants in microseconds, days as ISO 8601 text."""
DriverRow: TypeAlias = tuple[Any, ...]
"""One row as the driver returns it: the columns in the order of the statement, typed by the database alone."""


class DriverStatements:
    """Statements in one transaction. Each raises :class:`sqlalchemy.exc.DBAPIError` where the driver fails.

    Args:
        driver: the driver's connection.
        dialect: the dialect of its engine.
    """

    def __init__(self, driver: PoolProxiedConnection, dialect: Dialect) -> None:
        self._driver = driver
        self._dialect = dialect
        self._cursor = driver.cursor()
        self.is_postgresql = dialect.name == "postgresql"

    @classmethod
    def of(cls, connection: Connection) -> DriverStatements:
        """Return statements in the transaction of an open connection."""
        return cls(connection.connection, connection.dialect)

    def run(self, statement: str, values: Values = ()) -> None:
        """Execute a statement with ``?`` placeholders."""
        try:
            self._cursor.execute(_worded(statement, self.is_postgresql), values)
        except self._errors as problem:
            raise self._in_common_terms(statement, problem) from problem

    def first(self, statement: str, values: Values = ()) -> DriverRow | None:
        """Return the first row of a statement's result; None where it is empty."""
        self.run(statement, values)
        try:
            row: DriverRow | None = self._cursor.fetchone()
        except self._errors as problem:
            raise self._in_common_terms(statement, problem) from problem
        return row

    def insert(self, table: str, columns: tuple[str, ...], values: Values, more: str = "") -> None:
        """Insert one row; ``more`` may hold a conflict clause."""
        self.run(_inserting(table, columns, more), values)

    def insert_returning(self, table: str, columns: tuple[str, ...], values: Values, more: str) -> int:
        """Insert one row; return the number of the ``RETURNING`` clause in ``more``."""
        (number,) = self.first(_inserting(table, columns, more), values) or ()
        return int(number)

    def insert_new(self, table: str, columns: tuple[str, ...], values: Values, key: str, returning: str) -> int | None:
        """Insert one row unless its ``key`` exists; return the ``returning`` column, None where it exists."""
        more = f"ON CONFLICT ({key}) DO NOTHING RETURNING {returning}"
        row = self.first(_inserting(table, columns, more), values)
        return int(row[0]) if row else None

    def begin(self) -> None:
        """Take the write lock at the start of the transaction, so that writers queue instead of failing at commit."""
        if not self.is_postgresql:  # there the driver does it, and rows are what one waits for
            self.run("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Commit the transaction; it is on disk afterwards."""
        try:
            self._driver.commit()
        except self._errors as problem:
            raise self._in_common_terms("COMMIT", problem) from problem

    @property
    def _errors(self) -> type[Exception]:
        errors: type[Exception] = self._dialect.loaded_dbapi.Error
        return errors

    def _in_common_terms(self, statement: str, problem: Exception) -> BaseException:
        return DBAPIError.instance(statement, None, problem, self._errors, dialect=self._dialect)


@contextmanager
def transaction(engine: Engine) -> Iterator[DriverStatements]:
    """Open one transaction that may write; it commits at the end and rolls back on an exception."""
    held = engine.raw_connection()
    try:
        statements = DriverStatements(held, engine.dialect)
        statements.begin()
        try:
            yield statements
            statements.commit()
        except BaseException:
            try:
                held.rollback()
            except engine.dialect.loaded_dbapi.Error as problem:  # the server is gone, and the transaction with it
                held.invalidate(problem)
                engine.dispose()
            raise
    finally:
        held.close()


@contextmanager
def reading(engine: Engine) -> Iterator[DriverStatements]:
    """Open a connection for statements that only read, each in its own snapshot."""
    held = engine.raw_connection()
    try:
        yield DriverStatements(held, engine.dialect)
    finally:
        held.close()  # which ends what a driver began


@cache
def _worded(statement: str, is_postgresql: bool) -> str:  # noqa: FBT001  # a key of the cache
    return statement.replace("?", "%s") if is_postgresql else statement


@cache
def _inserting(table: str, columns: tuple[str, ...], more: str) -> str:
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    return f"INSERT INTO {table} ({names}) VALUES ({marks}) {more}".rstrip()  # noqa: S608  # names of our own tables
