"""Backups: every table of a deployment, as it was at one moment, in a form that no engine owns.

A backup is a ZIP archive. ``tables/NAME.jsonl`` holds a table: a line for each row, a JSON array of its values in the
order of the columns that the manifest names, in the order of the primary key. Null, booleans, numbers and text are
JSON's own; what JSON does not have is an object of one member: ``{"bytes": base64}``, ``{"datetime": ISO 8601}``,
``{"date": …}``, ``{"time": …}``, ``{"decimal": digits}``. ``manifest.json`` is the last member: without it the archive
is not whole.

What was encrypted stays encrypted, and the keys are not in it: keep them elsewhere, for without them nobody reads what
people said and sent.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any
from zipfile import ZIP_DEFLATED, ZipFile

from pydantic import AwareDatetime, Field
from sqlalchemy import Connection, MetaData, Table, select
from sqlalchemy.exc import SAWarning

from pilotkit.disk import sync
from pilotkit.errors import TargetError
from pilotkit.model.text import Noun
from pilotkit.storage.audit import last_record
from pilotkit.storage.engine import HEAD
from pilotkit.storage.store import Store
from pilotkit.version import __version__

MANIFEST = "manifest.json"
FORMAT = 1
_CHUNK = 2_000
"""Rows that are in memory at once."""


class BackedUpTable(Noun):
    """What the manifest says of one table."""

    name: str
    columns: tuple[str, ...]
    rows: Annotated[int, Field(ge=0)]
    sha256: str
    """Of its file, unpacked."""


class BackupManifest(Noun):
    """What a backup says it holds."""

    format: int = FORMAT
    pilotkit: str = __version__
    revision: str = HEAD
    """Of the core's tables."""
    deployment: str
    made_at: AwareDatetime
    tables: tuple[BackedUpTable, ...]
    """In an order in which each stands after those that it refers to."""
    audit_number: int
    """The last record of the audit chain; 0 where there is none."""
    audit_hash: str | None

    @property
    def rows(self) -> int:
        """Of all tables together."""
        return sum(table.rows for table in self.tables)


def back_up(store: Store, path: Path, deployment: str, now: datetime) -> BackupManifest:
    """Write everything that a store holds into a file, while others go on writing into the store.

    The file has its name only when it is whole and on disk.

    Args:
        store: the core's tables and those of plugins.
        path: the file; it must not be there yet.
        deployment: the id of the deployment.
        now: aware.

    Raises:
        TargetError: the file is there already or cannot be written, or the database cannot be read.
    """
    if path.exists():
        raise TargetError(f"there is a file {path} already.", remedy="Choose another name: no backup is overwritten.")
    with (
        store.snapshot() as connection,
        _written_whole(path) as part,
        ZipFile(part, "w", ZIP_DEFLATED, compresslevel=3) as zipped,
    ):
        tables = tuple(_write_table(zipped, connection, table) for table in tables_of(connection))
        last = last_record(connection)
        manifest = BackupManifest(
            deployment=deployment,
            made_at=now,
            tables=tables,
            audit_number=last.number if last else 0,
            audit_hash=last.hash if last else None,
        )
        zipped.writestr(MANIFEST, manifest.model_dump_json(indent=2))
    return manifest


def tables_of(connection: Connection) -> list[Table]:
    """Every table of a database but Alembic's own, each after those that it refers to."""
    metadata = MetaData()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Skipped unsupported reflection", SAWarning)  # of indexes: we need columns
        metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name != "alembic_version"]


def plain(value: Any) -> Any:
    """A value of a row as JSON has it."""
    match value:
        case bytes() | memoryview():
            return {"bytes": base64.b64encode(value).decode()}
        case datetime():
            return {"datetime": value.isoformat()}
        case date():
            return {"date": value.isoformat()}
        case time():
            return {"time": value.isoformat()}
        case Decimal():
            return {"decimal": str(value)}
    return value


def valued(value: Any) -> Any:
    """What :func:`plain` was given.

    Raises:
        ValueError: nothing was.
    """
    if not isinstance(value, dict):
        return value
    ((kind, text),) = value.items()
    if kind not in _KINDS:
        raise ValueError(f"there is no kind of value '{kind}'")
    return _KINDS[kind](text)


_KINDS = {
    "bytes": lambda text: base64.b64decode(text, validate=True),
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "decimal": Decimal,
}
_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=plain).encode


def _write_table(zipped: ZipFile, connection: Connection, table: Table) -> BackedUpTable:
    rows, digest = 0, hashlib.sha256()
    query = select(table).order_by(*table.primary_key.columns)
    streamed = connection.execution_options(stream_results=True, yield_per=_CHUNK).execute(query)
    with zipped.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as file:
        for chunk in streamed.partitions(_CHUNK):
            text = "".join(f"{_encoded(list(row))}\n" for row in chunk).encode()
            file.write(text)
            digest.update(text)
            rows += len(chunk)
    return BackedUpTable(name=table.name, columns=tuple(table.columns.keys()), rows=rows, sha256=digest.hexdigest())


@contextmanager
def _written_whole(path: Path) -> Iterator[Path]:
    """A file beside ``path`` that takes its name when it is on disk, and is gone when something failed."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        os.close(handle)
        part = Path(name)
        try:
            yield part
            sync(part)
            part.rename(path)
            sync(path.parent)
        finally:
            part.unlink(missing_ok=True)
    except OSError as problem:
        raise TargetError(
            f"the backup {path} cannot be written: {problem.strerror}.", remedy="Choose a folder with room in it."
        ) from None
