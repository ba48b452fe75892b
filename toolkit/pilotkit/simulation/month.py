"""A plausible stretch of days: whole cases with their events, the same from the same seed, written in bulk.

Every draw is an array operation over all cases at once (numpy's PCG64), and rows go to the database without the ORM.
What is made is synthetic and marked so: each event's actor is ``simulation`` and ``var/simulation.json`` records it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise, repeat
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from pilotkit.casework.case_codes import CaseCodes
from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.working_time import Micros
from pilotkit.errors import CaseError
from pilotkit.model.case import CaseStatus, EventKind
from pilotkit.model.procedure import Procedure
from pilotkit.simulation.last_day import lay_out
from pilotkit.simulation.random_cases import CHANNELS, Indexes, RandomCases
from pilotkit.storage.bulk import BulkWriter
from pilotkit.storage.store import Store
from pilotkit.storage.tables import CASES, EVENTS

ACTOR = "simulation"
RECORD = Path("var/simulation.json")
CHUNK = 25_000
CASE_COLUMNS = (
    "id", "code", "procedure", "procedure_version", "procedure_digest", "step", "channel", "status", "unit",
    "received_at_point", "helped_at_point", "whole_process", "supplements", "received_at", "due_at", "promised_at",
    "norm_due_at", "finished_at",
)  # fmt: skip
EVENT_COLUMNS = ("case_id", "number", "kind", "at", "actor", "reason", "changes")


@dataclass(frozen=True)
class Simulated:
    """What a simulation made; kept in ``var/simulation.json`` so that figures can say they are simulated."""

    seed: int
    first: date
    last: date
    until: datetime
    """Closing time of the last day: nothing after it has happened."""
    cases: int
    events: int

    def write(self, folder: Path) -> None:
        """Keep the record in a deployment."""
        (folder / RECORD).parent.mkdir(exist_ok=True)
        (folder / RECORD).write_text(json.dumps(asdict(self), default=str, indent=2) + "\n", encoding="utf-8")


def simulate(
    deployment: Deployment,
    store: Store,
    *,
    days: int,
    seed: int,
    last: date,
    progress: Callable[[float], None] | None = None,
    record_in: Path | None = None,
) -> Simulated:
    """Fill an empty deployment with ``days`` days of cases that end on ``last``.

    Args:
        deployment: whose procedures, units and profile are used.
        store: where the cases go; it must be empty.
        days: how many calendar days, 1 to 3,660.
        seed: the same seed on the same catalog gives the same cases.
        last: the last day.
        progress: told the share done, 0 to 1.
        record_in: the folder that keeps the record; the deployment's own if absent.

    Raises:
        CaseError: the store holds cases already.
        DataError: there is nothing to simulate with: no profile, no units or no procedures.
    """
    if store.extent().cases:
        raise CaseError(
            "this deployment holds cases already, and simulated cases must never mix with others.",
            remedy="Simulate in a new deployment, or remove its var/ folder if all in it was simulated.",
        )
    draws = RandomCases(deployment.catalog, days, seed, last)
    codes = CaseCodes(deployment)
    digests = store.keep_procedures(draws.procedures.chosen)
    with store.bulk() as writer:
        rows = _Writing(draws, codes, digests).write(writer, progress or (lambda _: None))
        writer.finish(draws.until, ACTOR)
    lay_out(deployment.catalog, store, draws.until, seed)
    made = Simulated(seed, draws.first, last, draws.until, *rows)
    made.write(record_in or deployment.folder)
    return made


class _Writing:
    """Turns draws into rows of cases and events."""

    def __init__(self, draws: RandomCases, codes: CaseCodes, digests: list[str]) -> None:
        self._draws = draws
        self._codes = codes
        self._formats = {int(day): codes.percent_format(self._date(int(day))) for day in draws.days}
        self._kinds = [_Kind.of(*pair) for pair in zip(draws.procedures.chosen, digests, strict=True)]

    def write(self, writer: BulkWriter, progress: Callable[[float], None]) -> tuple[int, int]:
        """Write every case and event; how many of each."""
        size, events = self._draws.received.size, 0
        first_id, numbers = writer.next_id(), self._draws.numbers()
        self._keep_numbers(writer)
        for start, stop in pairwise([*range(0, size, CHUNK), size]):
            part = slice(start, stop)
            cases = self._cases(part, first_id + start, numbers[part])
            writer.write(CASES, CASE_COLUMNS, cases)
            happened = [*self._receipts(part, cases), *self._ends(part, cases)]
            writer.write(EVENTS, EVENT_COLUMNS, happened)
            events += len(happened)
            progress(stop / size)
        return size, events

    def _keep_numbers(self, writer: BulkWriter) -> None:
        days, counts = np.unique(self._draws.day, return_counts=True)
        for day, count in zip(days.tolist(), counts.tolist(), strict=True):
            writer.keep_number(self._codes.prefix, f"{self._date(day):%y%m%d}", count)

    def _date(self, day: int) -> datetime:
        return datetime.combine(self._draws.table.first + timedelta(days=day), datetime.min.time())

    def _cases(self, part: slice, first_id: int, numbers: Indexes) -> list[tuple[Any, ...]]:
        draws = self._draws
        kinds = [self._kinds[index] for index in draws.procedure[part].tolist()]
        days, ended = draws.day[part].tolist(), (draws.finished[part] >= 0).tolist()
        codes = [self._formats[day] % number for day, number in zip(days, numbers.tolist(), strict=True)]
        status = [_DONE if over else _OPEN for over in ended]
        step = [kind.last if over else kind.first for kind, over in zip(kinds, ended, strict=True)]
        point, due = draws.points(part).tolist(), _or_none(draws.due[part])
        columns = (
            range(first_id, first_id + len(days)), codes, [kind.code for kind in kinds],
            [kind.version for kind in kinds], [kind.digest for kind in kinds], step,
            CHANNELS[draws.channel[part]].tolist(), status, draws.units(part).tolist(), point, point,
            draws.whole_process[part].tolist(), repeat(0, len(days)), draws.received[part].tolist(), due, due,
            _or_none(draws.norm_due[part]), _or_none(draws.finished[part]),
        )  # fmt: skip
        return list(zip(*columns, strict=True))

    def _receipts(self, part: slice, cases: list[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
        """Yield the first event of each case, with the changes that made it what it was at the counter."""
        draws, quoted = self._draws, json.dumps
        kinds = draws.procedure[part].tolist()
        times = zip(*(_instants(each[part]) for each in (draws.received, draws.due, draws.norm_due)), strict=True)
        for row, kind, (received, due, norm) in zip(cases, kinds, times, strict=True):
            id_, code, channel, unit, point, whole, at = (row[index] for index in _RECEIPT)
            changes = (
                f'{self._kinds[kind].opening}, "code": {quoted(code)}, "channel": "{channel}", "unit": {quoted(unit)}, '
                f'"whole_process": {"true" if whole else "false"}, "received_at": "{received}"'
                f"{_DUE % (due, due) if due else ''}{_NORM % norm if norm else ''}"
                f"{_POINT % (quoted(point), quoted(point)) if point else ''}}}"
            )
            yield id_, 1, EventKind.RECEIVED.value, at, ACTOR, None, changes

    def _ends(self, part: slice, cases: list[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
        """Yield the last event of each case that has ended."""
        for row, finished in zip(cases, _instants(self._draws.finished[part]), strict=True):
            if finished:
                changes = f'{{"status": "{_DONE}", "finished_at": "{finished}", "step": {json.dumps(row[_STEP])}}}'
                yield row[0], 2, EventKind.FINISHED.value, row[_FINISHED], ACTOR, None, changes


_DONE, _OPEN = CaseStatus.FINISHED.value, CaseStatus.ACCEPTED.value
_RECEIPT = [
    CASE_COLUMNS.index(name)
    for name in ("id", "code", "channel", "unit", "received_at_point", "whole_process", "received_at")
]
_STEP, _FINISHED = CASE_COLUMNS.index("step"), CASE_COLUMNS.index("finished_at")
_DUE = ', "due_at": "%s", "promised_at": "%s"'
_NORM = ', "norm_due_at": "%s"'
_POINT = ', "received_at_point": %s, "helped_at_point": %s'


class _Kind(NamedTuple):
    """What every case of one procedure has in common."""

    code: str
    version: int
    digest: str
    first: str | None
    last: str | None
    opening: str

    @classmethod
    def of(cls, procedure: Procedure, digest: str) -> _Kind:
        steps = procedure.steps
        ends = [step.id for step in steps if not step.then]
        first, last = (steps[0].id, ends[0] if ends else steps[-1].id) if steps else (None, None)
        return cls(procedure.code, procedure.version, digest, first, last, _opening(procedure, digest, first))


def _opening(procedure: Procedure, digest: str, first: str | None) -> str:
    """Return the changes that every receipt of this procedure has in common, as JSON without its closing brace."""
    changes = {
        "procedure": procedure.code, "procedure_version": procedure.version, "procedure_digest": digest,
        "status": CaseStatus.ACCEPTED.value, "supplements": 0,
    } | ({"step": first} if first else {})  # fmt: skip
    return json.dumps(changes)[:-1]


def _instants(values: Micros) -> list[str]:
    """Instants of whole seconds as JSON has them; empty where there is none."""
    words = np.datetime_as_string(values.astype("datetime64[us]"), unit="s")
    marked: list[str] = np.where(values < 0, "", np.char.add(words, "Z")).tolist()
    return marked


def _or_none(values: Micros) -> list[int | None]:
    return [None if value < 0 else value for value in values.tolist()]
