"""A plausible stretch of days: whole cases with their events, the same from the same seed, written in bulk.

Every draw is an array operation over all cases at once (numpy's PCG64), and rows go to the database without the ORM.
What is made is synthetic and marked so: each event's actor is ``simulation`` and ``var/simulation.json`` records it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from pilotkit.casework.draws import CHANNELS, Draws, Indexes
from pilotkit.casework.verbs import CaseCodes
from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.working_time import Micros
from pilotkit.errors import CaseError
from pilotkit.model.case import CaseStatus, EventKind
from pilotkit.storage.store import CASES, EVENTS, BulkWriter, Store

ACTOR = "simulation"
RECORD = Path("var/simulation.json")
CHUNK = 25_000
CASE_COLUMNS = (
    "id", "code", "procedure", "procedure_version", "channel", "status", "unit", "received_at_point",
    "helped_at_point", "whole_process", "received_at", "due_at", "finished_at",
)  # fmt: skip
EVENT_COLUMNS = ("case_id", "number", "kind", "at", "actor", "status")


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
    draws = Draws(deployment.catalog, days, seed, last)
    codes = CaseCodes(deployment)
    with store.bulk() as writer:
        rows = _Writing(draws, codes).write(writer, progress or (lambda _: None))
        writer.finish()
    made = Simulated(seed, draws.first, last, draws.until, *rows)
    made.write(record_in or deployment.folder)
    return made


class _Writing:
    """Turns draws into rows of cases and events."""

    def __init__(self, draws: Draws, codes: CaseCodes) -> None:
        self._draws = draws
        self._codes = codes
        self._formats = {int(day): codes.percent_format(self._date(int(day))) for day in draws.days}

    def write(self, writer: BulkWriter, progress: Callable[[float], None]) -> tuple[int, int]:
        """Write every case and event; how many of each."""
        size, events = self._draws.received.size, 0
        first_id, numbers = writer.next_id(), self._draws.numbers()
        self._keep_numbers(writer)
        for start, stop in pairwise([*range(0, size, CHUNK), size]):
            part = slice(start, stop)
            writer.write(CASES, CASE_COLUMNS, self._cases(part, first_id + start, numbers[part]))
            happened = self._events(part, first_id + start)
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
        procedure, channel = draws.procedure[part], draws.channel[part]
        days = draws.day[part].tolist()
        codes = [self._formats[day] % number for day, number in zip(days, numbers.tolist(), strict=True)]
        status = np.where(draws.finished[part] >= 0, CaseStatus.FINISHED.value, CaseStatus.PROCESSING.value)
        point = draws.points(part).tolist()
        columns = (
            range(first_id, first_id + len(days)), codes, draws.procedures.codes[procedure].tolist(),
            draws.procedures.versions[procedure].tolist(), CHANNELS[channel].tolist(), status.tolist(),
            draws.units(part).tolist(), point, point, draws.whole_process[part].tolist(),
            draws.received[part].tolist(), _or_none(draws.due[part]), _or_none(draws.finished[part]),
        )  # fmt: skip
        return list(zip(*columns, strict=True))

    def _events(self, part: slice, first_id: int) -> list[tuple[Any, ...]]:
        received, finished = self._draws.received[part].tolist(), self._draws.finished[part].tolist()
        ids = range(first_id, first_id + len(received))
        first, second = (
            (EventKind.RECEIVED.value, CaseStatus.ACCEPTED.value),
            (EventKind.FINISHED.value, CaseStatus.FINISHED.value),
        )
        rows: list[tuple[Any, ...]] = [
            (id_, 1, first[0], at, ACTOR, first[1]) for id_, at in zip(ids, received, strict=True)
        ]
        rows += [(id_, 2, second[0], at, ACTOR, second[1]) for id_, at in zip(ids, finished, strict=True) if at >= 0]
        return rows


def _or_none(values: Micros) -> list[int | None]:
    return [None if value < 0 else value for value in values.tolist()]
