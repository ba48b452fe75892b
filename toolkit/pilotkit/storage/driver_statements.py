"""Plain statements straight to a database's driver, for what every submission waits for.

Around ten of them, what SQLAlchemy does for each (events, a result object, names of its columns) costs more than
SQLite's own work for all. The connections are SQLAlchemy's all the same: opened, pooled and made durable by the engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, Engine
from sqlalchemy.exc import DBAPIError

Values = Sequence[Any]
"""Plain values in the order of a statement's marks; instants in microseconds, days in words."""


class DriverStatements:
    """Runs statements in one transaction. Each raises :class:`sqlalchemy.exc.DBAPIError` where the driver does.

    Args:
        driver: the driver's connection.
        dialect: of the engine that it comes from.
    """

    def __init__(self, driver: Any, dialect: Dialect) -> None:
        self._driver = driver
        self._dialect = dialect
        self._cursor = driver.cursor()
        self.is_postgresql = dialect.name == "postgresql"

    @classmethod
    def of(cls, connection: Connection) -> DriverStatements:
        """In the transaction of a connection that is in use already."""
        return cls(connection.connection, connection.dialect)

    def run(self, statement: str, values: Values = ()) -> None:
        """Run a statement, whose marks are ``?``."""
        try:
            self._cursor.execute(_worded(statement, self.is_postgresql), values)
        except self._errors as problem:
            raise self._in_common_terms(statement, problem) from problem

    def first(self, statement: str, values: Values = ()) -> tuple[Any, ...] | None:
        """The first row that a statement gives; None where it gives none."""
        self.run(statement, values)
        try:
            row: tuple[Any, ...] | None = self._cursor.fetchone()
        except self._errors as problem:
            raise self._in_common_terms(statement, problem) from problem
        return row

    def insert(self, table: str, columns: tuple[str, ...], values: Values, more: str = "") -> Any:
        """Write one row of a table of ours; the first value of what ``more`` returns, None where it returns nothing."""
        statement = _inserting(table, columns, more)
        if "RETURNING" not in more:
            return self.run(statement, values)
        row = self.first(statement, values)
        return row[0] if row else None

    def begin(self) -> None:
        """Begin to write: whoever else wants to waits from now on, and not until the end."""
        if not self.is_postgresql:  # there the driver does it, and rows are what one waits for
            self.run("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Have all of it on disk."""
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
    """One transaction that may write; all of it or nothing."""
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
    """Statements that only read, each for itself."""
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
