"""One batch into the database: cases, events, attributes and the marker in one transaction, in bulk."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from pilotkit.importing.case_history import History
from pilotkit.importing.sorted_rows import Staged
from pilotkit.storage.audit import LINE
from pilotkit.storage.bulk import BulkWriter
from pilotkit.storage.case_attributes import (
    ATTRIBUTES,
    ImportBatchRow,
    is_batch_done,
    keep_names,
    mark_batch,
    sources_of,
)
from pilotkit.storage.store import Store
from pilotkit.storage.tables import CASES, EVENTS

ACTOR = "import"
CASE_COLUMNS = (
    "code", "procedure", "procedure_version", "procedure_digest", "channel", "status", "step", "unit",
    "received_at_point", "helped_at_point", "whole_process", "received_at", "due_at", "waiting_since", "supplements",
    "finished_at", "returned_at",
)  # fmt: skip


class Batch(NamedTuple):
    """What became of one batch."""

    cases: int
    events: int
    already: int
    was_done: bool


class BatchWriter:
    """Writes the batches of one file.

    Args:
        store: where they go.
        source: SHA-256 of the file.
        mapping: SHA-256 of how it is read.
        now: the aware present.
    """

    def __init__(self, store: Store, source: str, mapping: str, now: datetime) -> None:
        self._store, self._source, self._mapping, self._now = store, source, mapping, now
        self._names: set[str] = set()

    def write(
        self,
        number: int,
        told: Sequence[tuple[History, list[Staged]]],
        refuse: Callable[[Sequence[Staged], str], None],
    ) -> Batch:
        """Write those cases that are not there yet; a case of another source is refused.

        Raises:
            TargetError: the database cannot be written; nothing of the batch is there then.
        """
        with self._store.bulk() as writer:
            there = sources_of(writer.connection, [history.state["code"] for history, _ in told])
            fresh = [history for history, _ in told if history.state["code"] not in there]
            was_done = is_batch_done(writer.connection, self._source, self._mapping, number)
            events = self._insert(writer, fresh) if fresh else 0
            if not was_done:
                mark_batch(writer.connection, self._row(number, len(fresh), events))
            writer.finish(self._now, ACTOR)
        already = 0
        for history, rows in told:
            code = history.state["code"]
            if there.get(code) == self._source:
                already += 1
            elif code in there:
                refuse(rows, f"there is a case '{code}' already, and not from this file")
        return Batch(len(fresh), events, already, was_done)

    def _insert(self, writer: BulkWriter, fresh: list[History]) -> int:
        first = writer.next_id()
        writer.write(CASES, ("id", *CASE_COLUMNS), [
            (number, *(each.state[name] for name in CASE_COLUMNS)) for number, each in enumerate(fresh, start=first)
        ])  # fmt: skip
        events: list[tuple[Any, ...]] = [
            (number, place, kind, at, ACTOR, None, changes)
            for number, each in enumerate(fresh, start=first)
            for place, (kind, at, changes) in enumerate(each.events, start=1)
        ]
        writer.write(EVENTS, LINE, events)
        writer.write(ATTRIBUTES, ("case_id", "source", "attributes"), [
            (number, self._source, each.attributes) for number, each in enumerate(fresh, start=first)
        ])  # fmt: skip
        self._keep_names(writer, fresh)
        return len(events)

    def _keep_names(self, writer: BulkWriter, fresh: list[History]) -> None:
        names = {name for each in fresh for name in json.loads(each.attributes)}
        if not names <= self._names:
            keep_names(writer.connection, names)
            self._names |= names

    def _row(self, number: int, cases: int, events: int) -> ImportBatchRow:
        return ImportBatchRow(
            source=self._source, mapping=self._mapping, number=number, cases=cases, events=events, at=self._now
        )
