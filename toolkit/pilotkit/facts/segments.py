"""What stands in ``var/facts``: segments, which never change, and one file that names those that are live.

The file is replaced in one step, so that readers see all of one state or all of the other. A segment is written under
another name, synced and renamed; nobody is told of it before. So whatever is killed, and whenever: the last state
stands, and what it does not name is swept away by the next worker.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import Field, StringConstraints, ValidationError

from pilotkit.disk import sync
from pilotkit.errors import TargetError
from pilotkit.model.text import Noun

FOLDER = Path("var/facts")
MARKER = "current.json"
FORMAT = 6
GRACE = 300
"""Seconds that a segment stays after it was replaced, for those who are still reading it."""
ROW_GROUP = 250_000
_SEGMENTS = "segments"
_LOCK = "worker.lock"


class Segment(Noun):
    """One Parquet file of one month of one table."""

    name: Annotated[str, StringConstraints(pattern=r"^[0-9a-z_-]{1,80}\.parquet$")]
    table: str
    month: str
    """``2025-07``; ``all`` where a table is not kept by month."""
    layer: Literal["base", "delta"]
    """Rows of a delta replace those of the base that have the same key."""
    is_settled: bool
    """Whether its rows no longer depend on the as-of instant, once that is after all of them."""
    rows: int


class SegmentIndex(Noun):
    """All that one state of the facts is."""

    format: int = FORMAT
    version: str
    catalog: str
    """Hash of what the catalog adds to each case."""
    tables: str
    """Hash of the tables that are made of the catalog alone."""
    audit_number: int = 0
    """The last record of the audit chain whose events are in."""
    audit_hash: str = ""
    newest: int = 0
    """No instant in the facts is later; microseconds."""
    support_since: int = 0
    """Everything of support up to here is in; microseconds."""
    cases: int = 0
    attributes: tuple[str, ...] = ()
    segments: tuple[Segment, ...] = ()
    retired: dict[str, float] = Field(default_factory=dict)
    """Segments that were replaced, and when, in seconds since 1970."""

    def of(self, table: str, month: str | None = None) -> tuple[Segment, ...]:
        """Return the segments of a table, or of one month of it."""
        return tuple(each for each in self.segments if each.table == table and month in (None, each.month))


def new_version() -> str:
    """Return a name that no other state has."""
    return uuid.uuid4().hex[:12]


@dataclass(frozen=True)
class Home:
    """The folder of a deployment's facts."""

    folder: Path

    def path(self, segment: Segment) -> Path:
        """Where a segment stands."""
        return self.folder / _SEGMENTS / segment.name

    def current(self) -> SegmentIndex | None:
        """Return the state that is live; None where there is none that can be read, so that facts are made anew."""
        try:
            state = SegmentIndex.model_validate_json((self.folder / MARKER).read_bytes())
        except (OSError, ValueError, ValidationError):
            return None
        is_whole = state.format == FORMAT and all(self.path(each).is_file() for each in state.segments)
        return state if is_whole else None

    def write(
        self, table: str, month: str, layer: Literal["base", "delta"], rows: pa.Table, *, settled: bool
    ) -> Segment:
        """Write rows as a new segment, which is live once a state names it.

        Raises:
            TargetError: the disk is full or the folder cannot be written.
        """
        with self.writer(table, month, layer, rows.schema, settled=settled) as writer:
            writer.add(rows)
        return writer.segment

    @contextmanager
    def writer(
        self, table: str, month: str, layer: Literal["base", "delta"], schema: pa.Schema, *, settled: bool
    ) -> Iterator[SegmentWriter]:
        """Write a segment piece by piece; it gets its name when it is whole and on disk."""
        name = f"{table}-{month}-{layer}-{uuid.uuid4().hex[:12]}.parquet"
        segment = Segment(name=name, table=table, month=month, layer=layer, is_settled=settled, rows=0)
        final = self.path(segment)
        unfinished = final.with_suffix(".part")
        try:
            final.parent.mkdir(parents=True, exist_ok=True)
            with pq.ParquetWriter(unfinished, schema, compression="zstd") as parquet:
                writer = SegmentWriter(segment, parquet)
                yield writer
            sync(unfinished)
            unfinished.replace(final)
        except OSError as problem:
            unfinished.unlink(missing_ok=True)
            raise TargetError(
                f"facts cannot be written to {final.parent}: {problem.strerror or problem}.",
                remedy="See to the disk; the figures stay as they were.",
            ) from None
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise

    def publish(self, state: SegmentIndex, before: SegmentIndex | None) -> SegmentIndex:
        """Make a state the live one, retire what it no longer names, and sweep away what was retired long ago."""
        now = time.time()
        live = {each.name for each in state.segments}
        old = {each.name: now for each in before.segments} if before else {}
        retired = {**old, **(before.retired if before else {})}
        kept = {name: at for name, at in retired.items() if name not in live and at > now - GRACE}
        state = state.model_copy(update={"retired": kept})
        try:
            sync(self.folder / _SEGMENTS)
            _replace(self.folder / MARKER, state.model_dump_json().encode())
        except OSError as problem:
            raise TargetError(
                f"facts cannot be written to {self.folder}: {problem.strerror}.",
                remedy="See to the disk; the figures stay as they were.",
            ) from None
        self.sweep(state)
        return state

    def sweep(self, state: SegmentIndex | None) -> None:
        """Remove segments that neither are live nor were so a moment ago: also what a killed worker left behind."""
        wanted = {each.name for each in state.segments} | set(state.retired) if state else set()
        for path in (self.folder / _SEGMENTS).glob("*"):
            if path.name not in wanted:
                path.unlink(missing_ok=True)
        version = state.version if state else ""
        for path in (self.folder / "answers").glob("*.json"):
            if not path.name.startswith(version) or not version:
                path.unlink(missing_ok=True)

    @contextmanager
    def working(self, *, wait: bool) -> Iterator[bool]:
        """Be the one worker, if nobody else is; the lock goes with the process, however it ends.

        Args:
            wait: until the other worker has done.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as problem:
            raise TargetError(
                f"facts cannot be written to {self.folder}: {problem.strerror}.", remedy="Make it writable."
            ) from None
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                yield False
                return
            yield True
        finally:
            os.close(handle)

    def answer(self, name: str) -> list[list[list[Any]]] | None:
        """Return an answer that was kept; None where none is."""
        try:
            kept: list[list[list[Any]]] = json.loads((self.folder / "answers" / f"{name}.json").read_bytes())
        except (OSError, ValueError):
            return None
        return kept

    def keep_answer(self, name: str, rows: list[list[list[Any]]]) -> None:
        """Keep an answer for others; where that cannot be, they count for themselves."""
        folder = self.folder / "answers"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _replace(folder / f"{name}.json", json.dumps(rows).encode())
        except OSError:
            return


class SegmentWriter:
    """A segment on its way to disk."""

    def __init__(self, segment: Segment, parquet: pq.ParquetWriter) -> None:
        self.segment = segment
        self._parquet = parquet

    def add(self, rows: pa.Table) -> None:
        """Add rows."""
        self._parquet.write_table(rows, row_group_size=ROW_GROUP)
        self.segment = self.segment.model_copy(update={"rows": self.segment.rows + rows.num_rows})


def _replace(path: Path, content: bytes) -> None:
    """Replace a file in one step that survives a power cut."""
    unfinished = path.with_name(f"{path.name}.{uuid.uuid4().hex[:8]}.part")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    sync(path.parent)
