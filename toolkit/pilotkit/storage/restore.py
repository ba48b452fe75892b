"""Restoring a backup: it is verified in full before anything is touched, then written in one transaction."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from pydantic import ValidationError
from sqlalchemy import Boolean, Connection, Table, func, select, text

from pilotkit.errors import DataError, Place, TargetError
from pilotkit.storage.audit import last_record
from pilotkit.storage.backup import FORMAT, MANIFEST, BackedUpTable, BackupManifest, tables_of, valued
from pilotkit.storage.engine import HEAD
from pilotkit.storage.store import Store

_CHUNK = 2_000
"""Rows in memory at once."""


def read_manifest(path: Path) -> BackupManifest:
    """Read the manifest of a backup and verify every byte against it.

    Raises:
        DataError: it is not a complete, unaltered backup that this version of pilotkit can restore.
        TargetError: the file cannot be read.
    """
    try:
        with ZipFile(path) as zipped:
            manifest = BackupManifest.model_validate_json(zipped.read(MANIFEST))
            _check_version(manifest, path)
            for table in manifest.tables:
                if (fault := _fault(zipped, table)) is not None:
                    raise _refusal(path, fault)
    except (BadZipFile, KeyError, EOFError, zlib.error, ValidationError, NotImplementedError) as problem:
        raise _refusal(path, f"{type(problem).__name__}: {problem}".partition("\n")[0]) from None
    except OSError as problem:
        raise TargetError(f"the backup {path} cannot be read: {problem.strerror}.", remedy="Check its name.") from None
    return manifest


def restore(store: Store, path: Path, *, replace: bool = False) -> BackupManifest:
    """Replace the contents of a store by a backup. Stop the web server before.

    Args:
        store: a store with the tables of the same plugins, on either engine.
        path: the backup.
        replace: whether existing cases may be deleted.

    Raises:
        DataError: the backup is incomplete or altered, or has tables that no plugin here owns.
        TargetError: there are cases already, or the database cannot be written; nothing was changed.
    """
    manifest = read_manifest(path)
    with store.rewriting() as connection, ZipFile(path) as zipped:
        there = tables_of(connection)
        _lock(connection, there)
        if not replace and connection.scalar(text("SELECT count(*) FROM cases")):
            raise TargetError(
                "the database holds cases already.", remedy="Restore into a new one, or say --replace to lose them."
            )
        _check_tables(manifest, there, path)
        for table in reversed(there):
            connection.execute(table.delete())
        _write(connection, zipped, manifest, {table.name: table for table in there})
        _check_written(connection, manifest, path)
    return manifest


def _check_version(manifest: BackupManifest, path: Path) -> None:
    if (manifest.format, manifest.revision) != (FORMAT, HEAD):
        raise DataError(
            f"was made by pilotkit {manifest.pilotkit} (format {manifest.format}, tables {manifest.revision}); "
            f"this one reads format {FORMAT}, tables {HEAD}.",
            where=Place(str(path)),
            remedy="Restore it with that version, and then upgrade.",
        )


def _check_tables(manifest: BackupManifest, there: list[Table], path: Path) -> None:
    columns = {table.name: set(table.columns.keys()) for table in there}
    for table in manifest.tables:
        if unknown := set(table.columns) - columns.get(table.name, set()):
            raise DataError(
                f"has a table '{table.name}' with {', '.join(sorted(unknown))}, which this deployment does not have.",
                where=Place(str(path)),
                remedy="Enable the plugins that it was made with ([plugins] enabled in pilot.toml).",
            )


def _fault(zipped: ZipFile, table: BackedUpTable) -> str | None:
    """Return the fault of one table's file; None where it is as the manifest says."""
    digest, rows = hashlib.sha256(), 0
    with zipped.open(f"tables/{table.name}.jsonl") as file:
        for line in file:
            digest.update(line)
            rows += 1
    if rows != table.rows:
        return f"{table.name} has {rows} rows, not {table.rows}"
    return None if digest.hexdigest() == table.sha256 else f"{table.name} was altered"


def _refusal(path: Path, fault: str) -> DataError:
    return DataError(
        f"is not a whole backup ({fault}).", where=Place(str(path)), remedy="Use another copy; nothing was changed."
    )


def _lock(connection: Connection, there: list[Table]) -> None:
    if connection.dialect.name == "postgresql":
        names = ", ".join(f'"{table.name}"' for table in there)
        connection.execute(text(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE"))


def _write(connection: Connection, zipped: ZipFile, manifest: BackupManifest, there: dict[str, Table]) -> None:
    for said in manifest.tables:
        table, rows = there[said.name], _rows(zipped, said, there[said.name])
        while chunk := list(islice(rows, _CHUNK)):
            connection.execute(table.insert(), chunk)
        if connection.dialect.name == "postgresql":
            _bring_numbering_past(connection, table)


def _rows(zipped: ZipFile, said: BackedUpTable, table: Table) -> Iterator[dict[str, object]]:
    """Yield rows as the engine takes them: SQLite stores booleans as 0 and 1, PostgreSQL does not."""
    questions = {name for name in said.columns if isinstance(table.columns[name].type, Boolean)}
    with zipped.open(f"tables/{said.name}.jsonl") as file:
        for line in file:
            row = dict(zip(said.columns, map(valued, json.loads(line)), strict=True))
            for name in questions:
                row[name] = None if row[name] is None else bool(row[name])
            yield row


def _bring_numbering_past(connection: Connection, table: Table) -> None:
    """Advance a PostgreSQL sequence past the ids that were written explicitly."""
    for column in table.primary_key.columns:
        asked = {"table": table.name, "column": column.name}
        sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:table, :column)"), asked)
        if sequence is not None:
            last = connection.scalar(select(func.max(column)))
            connection.execute(
                text("SELECT setval(CAST(:sequence AS regclass), :last, :has_any)"),
                {"sequence": sequence, "last": last or 1, "has_any": last is not None},
            )


def _check_written(connection: Connection, manifest: BackupManifest, path: Path) -> None:
    """Compare the written rows with the manifest before the transaction commits."""
    last = last_record(connection)
    if (last.hash if last else None) != manifest.audit_hash:
        raise _refusal(path, f"its audit chain does not end at record {manifest.audit_number} as it says")
