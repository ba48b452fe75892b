"""Backups: a snapshot of every table of a deployment, in a format that is independent of the database engine.

A backup is a ZIP archive. ``tables/NAME.jsonl`` holds a table: a line for each row, a JSON array of its values in the
order of the columns that the manifest names, in the order of the primary key. Null, booleans, numbers and text are
JSON's own; what JSON does not have is an object of one member: ``{"bytes": base64}``, ``{"datetime": ISO 8601}``,
``{"date": …}``, ``{"time": …}``, ``{"decimal": digits}``. ``manifest.json`` is the last member: without it the archive
is incomplete.

Encrypted values stay encrypted, and the keys are not included: keep them elsewhere, for without them personal data
cannot be decrypted.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Annotated
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
"""Rows in memory at once."""


class BackedUpTable(Noun):
    """The entry of one table in the manifest."""

    name: str
    columns: tuple[str, ...]
    rows: Annotated[int, Field(ge=0)]
    sha256: str
    """SHA-256 of its file, unpacked."""


class BackupManifest(Noun):
    """The manifest of a backup: its tables and the state that they are of."""

    format: int = FORMAT
    pilotkit: str = __version__
    revision: str = HEAD
    """The schema revision of the core's tables."""
    deployment: str
    made_at: AwareDatetime
    tables: tuple[BackedUpTable, ...]
    """The tables in the order of their foreign keys, referenced ones first."""
    audit_number: int
    """The last record of the audit chain; 0 where there is none."""
    audit_hash: str | None

    @property
    def rows(self) -> int:
        """The number of rows of all tables."""
        return sum(table.rows for table in self.tables)


def back_up(store: Store, path: Path, deployment: str, now: datetime) -> BackupManifest:
    """Back up a store into a file, from one snapshot; concurrent writes are not blocked.

    The file gets its name when it is complete and synced to disk.

    Args:
        store: the core's tables and those of plugins.
        path: the file, which must not exist.
        deployment: the id of the deployment.
        now: aware.

    Raises:
        TargetError: the file exists or cannot be written, or the database cannot be read.
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
    """Return every table of a database but Alembic's own, referenced tables first."""
    metadata = MetaData()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Skipped unsupported reflection", SAWarning)  # of indexes: we need columns
        metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name != "alembic_version"]


def plain(value: object) -> object:
    """Encode a column value for JSON."""
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


def valued(value: object) -> object:
    """Decode a column value that :func:`plain` encoded.

    Raises:
        ValueError: the value has an unknown tag, or its text is not valid.
    """
    if not isinstance(value, dict):
        return value
    ((kind, text),) = value.items()
    if kind not in _KINDS:
        raise ValueError(f"there is no kind of value '{kind}'")
    return _KINDS[kind](text)


_KINDS: Mapping[str, Callable[[str], object]] = {
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
    """Yield a temporary file that is renamed to ``path`` when it is synced, and deleted on failure."""
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
