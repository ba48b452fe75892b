"""A whole import: staged, told case by case, and written in batches, each one transaction with its marker."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pilotkit.catalog.deployment import Deployment
from pilotkit.errors import DataError, Place
from pilotkit.importing.batch_writer import Batch, BatchWriter
from pilotkit.importing.case_history import CaseHistories, History
from pilotkit.importing.mapping import PERSONS, Mapping
from pilotkit.importing.rejections import Rejections
from pilotkit.importing.sorted_rows import SortedRows, Staged
from pilotkit.importing.sources import Table, open_table
from pilotkit.importing.timestamps import TimestampParser
from pilotkit.storage.store import Store
from pilotkit.storage.tables import microseconds

MOST_CASES, MOST_EVENTS = 5_000, 50_000
"""What one transaction holds at most, but for the last case in it."""
Told = list[tuple[History, list[Staged]]]


@dataclass
class Imported:
    """What an import did."""

    rows: int = 0
    left_out: int = 0
    """Rows that ``[source] only`` leaves out."""
    cases: int = 0
    events: int = 0
    already: int = 0
    """Cases that an earlier run of the same file has imported."""
    rejected: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    """How many rows each reason rejected, the most frequent first."""
    report: Path | None = None
    """Where the rejected rows are; None where there is none."""
    resumed_after: int = 0
    """Batches that an earlier run had written."""


def import_cases(
    deployment: Deployment,
    store: Store,
    path: Path,
    mapping: Mapping,
    *,
    now: datetime,
    report: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Imported:
    """Import a log. The same file again, or after it was interrupted, goes on where it stopped.

    Args:
        deployment: whose procedures, units and points the cases are for.
        store: where they go.
        path: the log.
        mapping: how to read it.
        now: the aware present; no event may lie after it.
        report: where rejected rows go; beside the log if absent.
        progress: told what is being done.

    Raises:
        DataError: the file cannot be read, or the mapping does not fit it.
        TargetError: the report or the database cannot be written.
    """
    table = open_table(path, mapping.source)
    hidden = {*mapping.attributes.drop, *PERSONS}
    rejections = Rejections(report or path.with_name(f"{path.name}.rejected.csv"), table.header, hidden)
    with closing(rejections), _collecting_seldom():
        return _Import(deployment, store, mapping, table, rejections, now).run(path, progress)


@contextmanager
def _collecting_seldom() -> Iterator[None]:
    """Millions of rows without cycles: looking for cycles among them takes a fifth of the time and finds none."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


class _Import:
    def __init__(
        self,
        deployment: Deployment,
        store: Store,
        mapping: Mapping,
        table: Table,
        rejections: Rejections,
        now: datetime,
    ) -> None:
        self._store, self._rejections = store, rejections
        self._room = deployment.folder / "var"
        self._mapping, self._now = mapping, now
        zone = ZoneInfo(mapping.source.zone or deployment.settings.deployment.timezone)
        instants = TimestampParser(zone, day_first=mapping.source.day_first)
        self._staging = SortedRows(table, mapping, instants, microseconds(now), rejections)
        digests: dict[str, str] = {}

        def keep(procedure: Any) -> str:
            if procedure.code not in digests:
                digests[procedure.code] = store.keep_procedures([procedure])[0]
            return digests[procedure.code]

        try:
            self._histories = CaseHistories(
                deployment.catalog, mapping, self._staging.place, table.header, instants, keep, microseconds(now)
            )
        except ValueError as problem:
            raise DataError(
                f"{problem}.", where=Place("map.toml", "attributes"), remedy="Drop one of them, or name those to keep."
            ) from None
        self._done = Imported()

    def run(self, path: Path, progress: Callable[[str], None]) -> Imported:
        done, rejections = self._done, self._rejections
        progress("Reading the file")
        writer = BatchWriter(self._store, _digest(path), self._mapping.digest, self._now)
        self._room.mkdir(exist_ok=True)
        with self._staging.cases(self._room, progress) as cases:
            for number, told in enumerate(_batches(self._told(cases)), start=1):
                self._count(writer.write(number, told, self._refuse))
                progress(f"{done.cases + done.already:,} cases")
        done.rows, done.left_out, done.rejected = self._staging.rows, self._staging.left_out, rejections.rows
        done.reasons = dict(rejections.reasons.most_common())
        done.report = rejections.path if rejections.rows else None
        return done

    def _count(self, batch: Batch) -> None:
        self._done.cases += batch.cases
        self._done.events += batch.events
        self._done.already += batch.already
        self._done.resumed_after += batch.was_done

    def _told(self, cases: Iterator[list[Staged]]) -> Iterator[tuple[History, list[Staged]]]:
        for rows in cases:
            if any(row.problem for row in rows):
                self._refuse(rows, _of_another_row(rows))
                continue
            single = self._without_duplicates(rows)
            try:
                yield self._histories.tell(single), single
            except ValueError as problem:
                self._refuse(single, str(problem))

    def _without_duplicates(self, rows: list[Staged]) -> list[Staged]:
        first: dict[tuple[str, ...], Staged] = {}
        for row in rows:
            earlier = first.setdefault(tuple(row.cells), row)
            if earlier is not row:
                self._rejections.add(row.line, f"is the same as an earlier row, at {earlier.line}", row.cells)
        return list(first.values())

    def _refuse(self, rows: Sequence[Staged], reason: str) -> None:
        """Refuse a case whole, so that its history is never half true."""
        for row in rows:
            self._rejections.add(row.line, row.problem or reason, row.cells)


def _of_another_row(rows: Sequence[Staged]) -> str:
    line = next(row.line for row in rows if row.problem)
    return f"belongs to the case of row {line}, which is rejected"


def _batches(told: Iterator[tuple[History, list[Staged]]]) -> Iterator[Told]:
    batch: Told = []
    events = 0
    for each in told:
        batch.append(each)
        events += len(each[0].events)
        if len(batch) >= MOST_CASES or events >= MOST_EVENTS:
            yield batch
            batch, events = [], 0
    if batch:
        yield batch


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
