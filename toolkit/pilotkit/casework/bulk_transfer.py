"""Handing many open cases over to other units, a batch a transaction: interrupted, it goes on where it stopped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from pilotkit.casework.case_state import changes_between
from pilotkit.errors import CaseError
from pilotkit.model.case import Case, CaseEvent, EventKind
from pilotkit.model.location import AdministrativeUnit
from pilotkit.storage.store import Store

BATCH = 200
_ATTEMPTS = 5


class Handover(NamedTuple):
    """One open case and the unit that takes it over."""

    case: str
    taker: AdministrativeUnit
    reason: str
    """Why, in words for the person."""


def hand_over(
    store: Store, handovers: Iterable[Handover], actor: str, now: datetime, size: int = BATCH
) -> Iterator[int]:
    """Transfer cases; after each batch, how many are done. Clocks go on, and plugins are told as of any transfer.

    An open case goes with its unit whatever its status, so no law of motion is asked. A case that has ended or arrived
    meanwhile is left as it is.

    Args:
        store: where the cases are.
        handovers: which case goes where.
        actor: the office that does it; never a person's name.
        now: aware.
        size: cases a transaction.

    Raises:
        CaseError: others kept moving the same cases; what was done until then is done.
    """
    done, waiting = 0, iter(handovers)
    while batch := tuple(islice(waiting, size)):
        done += _hand_over(store, batch, actor, now)
        yield done


def _hand_over(store: Store, batch: tuple[Handover, ...], actor: str, now: datetime) -> int:
    for attempt in range(_ATTEMPTS):
        changes = [change for each in batch if (change := _change(store, each, actor, now))]
        try:
            store.change_together(changes)
        except CaseError:
            if attempt == _ATTEMPTS - 1:
                raise
        else:
            return len(changes)
    raise AssertionError("unreachable")


def _change(store: Store, handover: Handover, actor: str, now: datetime) -> tuple[Case, CaseEvent] | None:
    case, events, taker = store.case(handover.case), store.events(handover.case), handover.taker
    if case.finished_at is not None or (case.unit, case.unit_from) == (taker.code, taker.valid_from):
        return None
    after = case.model_copy(update={"unit": taker.code, "unit_from": taker.valid_from})
    return after, CaseEvent(
        case=case.code, number=events[-1].number + 1, kind=EventKind.TRANSFERRED, at=max(now, events[-1].at),
        actor=actor, reason=handover.reason, changes=changes_between(case, after),
    )  # fmt: skip
