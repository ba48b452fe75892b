"""Read-only health check of a database: connection, integrity, schema revision and newest event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, create_engine, func, inspect, select, text
from sqlalchemy.exc import DBAPIError

from pilotkit.errors import Place, TargetError
from pilotkit.storage.address import file_of
from pilotkit.storage.engine import HEAD, url_of
from pilotkit.storage.tables import EVENTS

_VERSIONS = "alembic_version"


@dataclass(frozen=True)
class DatabaseHealth:
    """The health of a database."""

    is_there: bool
    """False where the first use will create it."""
    is_whole: bool = True
    """Whether SQLite's quick check finds no fault; always true of a server."""
    revision: str | None = None
    newest_event: datetime | None = None

    @property
    def is_current(self) -> bool:
        """Whether its schema revision is that of this pilotkit."""
        return self.revision == HEAD

    @property
    def is_ahead(self) -> bool:
        """Whether its schema is of a newer pilotkit."""
        return self.revision is not None and self.revision > HEAD


def examine(url: str, folder: Path) -> DatabaseHealth:
    """Examine the database of ``[storage] url`` without creating or changing anything.

    Raises:
        DataError: the URL is not supported.
        TargetError: the database does not answer.
    """
    address = url_of(url, folder)
    if file := file_of(url, folder):
        if not file.is_file():
            return DatabaseHealth(is_there=False)
        address = address.set(database=f"file:{file}", query={"mode": "ro", "uri": "true"})
    engine = create_engine(address)
    try:
        with engine.connect() as connection:
            return _health(connection)
    except DBAPIError as problem:
        raise TargetError(
            f"the database {address.render_as_string()} does not answer: {problem.orig}.",
            where=Place("pilot.toml", "storage.url"),
            remedy="Check that it runs, that its file is whole, and the PILOTKIT_STORAGE__URL variable.",
        ) from None
    finally:
        engine.dispose()


def _health(connection: Connection) -> DatabaseHealth:
    is_whole = connection.dialect.name != "sqlite" or connection.scalar(text("PRAGMA quick_check(1)")) == "ok"
    tables = set(inspect(connection).get_table_names())
    revision = connection.scalar(text(f"SELECT version_num FROM {_VERSIONS}")) if _VERSIONS in tables else None  # noqa: S608  # our own name
    newest = connection.scalar(select(func.max(EVENTS.c.at))) if EVENTS.name in tables else None
    return DatabaseHealth(True, is_whole, revision, newest)
