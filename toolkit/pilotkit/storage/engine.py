"""The database engine: SQLite beside the deployment, or PostgreSQL by URL, with every commit durable."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from pilotkit.errors import Place, TargetError
from pilotkit.storage.address import file_of, unusable

HEAD = "0010"
"""The newest revision of ``migrations/versions``."""


def open_engine(url: str, folder: Path) -> Engine:
    """Return an engine on a database, after migrating its tables to this version.

    Args:
        url: ``sqlite:///`` with a path relative to ``folder``, or ``postgresql://…``.
        folder: the deployment.

    Raises:
        DataError: the URL is not one of the two.
        TargetError: the database cannot be opened or does not guarantee durability.
    """
    if file := file_of(url, folder):
        _make_room(file)
    address = url_of(url, folder)
    engine = create_engine(address)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _make_durable)
        event.listen(engine, "begin", _begin)
    try:
        with engine.connect().execution_options(**{READS_ONLY: True}) as connection:
            is_current = _is_current(connection)
        if not is_current:
            with engine.begin() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATING})"))
                if not _is_current(connection):  # somebody else may have been quicker
                    _bring_up_to_date(connection)
    except DBAPIError as problem:
        engine.dispose()
        raise TargetError(
            f"the database {address.render_as_string()} cannot be opened: {problem.orig}.",
            where=Place("pilot.toml", "storage.url"),
            remedy="Check that it runs, that the folder is writable, and the PILOTKIT_STORAGE__URL variable.",
        ) from None
    return engine


@contextmanager
def explain_errors(doing: str) -> Iterator[None]:
    """Translate a database driver's exceptions into errors with a remedy.

    Args:
        doing: ``read`` or ``written``.

    Raises:
        TargetError: the disk is full, the server is away, or anything else that the driver reports.
    """
    try:
        yield
    except DBAPIError as problem:
        raise TargetError(
            f"the database cannot be {doing}: {problem.orig}.",
            remedy="Nothing was changed by this attempt. See to the disk or the server, and try again.",
        ) from None


def url_of(url: str, folder: Path) -> URL:
    """Return the SQLAlchemy URL of a deployment's database.

    Raises:
        DataError: the URL names no database that pilotkit can use.
    """
    file = file_of(url, folder)
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        raise unusable() from None
    return address.set(drivername="postgresql+psycopg") if file is None else address.set(database=str(file))


def _make_room(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise TargetError(
            f"the folder {file.parent} cannot be made: {problem.strerror}.", remedy="Make it writable."
        ) from None


def _make_durable(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma, wanted in (("journal_mode = WAL", "wal"), ("synchronous = FULL", None), ("foreign_keys = ON", None)):
        row = connection.execute(f"PRAGMA {pragma}").fetchone()
        if wanted and row[0] != wanted:
            raise TargetError(
                f"SQLite refused {pragma}: the file system keeps journal mode {row[0]!r}.",
                remedy="Put var/ on a local disk.",
            )
    connection.execute("PRAGMA busy_timeout = 10000")
    if connection.execute("PRAGMA synchronous").fetchone()[0] != 2:  # noqa: PLR2004  # SQLite's number for FULL
        raise TargetError("SQLite does not sync every commit.", remedy="Use a SQLite built with PRAGMA synchronous.")


_MIGRATING = 7_052_025
"""The number of PostgreSQL's advisory lock that a migration holds."""

READS_ONLY = "pilotkit_reads_only"
"""The execution option of connections that never write."""


def _begin(connection: Connection) -> None:
    """Begin a transaction; a writer takes the write lock at once, so that two queue instead of failing at commit."""
    reads = connection.get_execution_options().get(READS_ONLY, False)
    connection.exec_driver_sql("BEGIN DEFERRED" if reads else "BEGIN IMMEDIATE")


def _is_current(connection: Connection) -> bool:
    if not inspect(connection).has_table("alembic_version"):
        return False
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [HEAD]


def _bring_up_to_date(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415  # a fifth of a second that only a new or old database needs
    from alembic.config import Config  # noqa: PLC0415  # the same

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
