"""Cases by the unit that they are with: open ones a page at a time, and how many there are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import and_, func, or_, select, true

from pilotkit.storage.store import Store
from pilotkit.storage.tables import CASES


class OpenCase(NamedTuple):
    """What of an open case says where it belongs."""

    id: int
    code: str
    unit: str
    unit_from: date | None
    received_at: datetime
    point: str | None
    """Where it was received, or else where the person was helped."""


def open_cases(store: Store, units: list[str], size: int = 1000) -> Iterator[OpenCase]:
    """Every open case of the units with these codes, in order of receipt, read in pages so that nobody waits."""
    columns = (CASES.c.id, CASES.c.code, CASES.c.unit, CASES.c.unit_from, CASES.c.received_at)
    point = func.coalesce(CASES.c.received_at_point, CASES.c.helped_at_point)
    last = 0
    while True:
        page = (
            select(*columns, point)
            .where(CASES.c.id > last, CASES.c.unit.in_(units), CASES.c.finished_at.is_(None))
            .order_by(CASES.c.id)
            .limit(size)
        )
        with store.looking() as session:
            rows = [OpenCase(*row) for row in session.execute(page)]
        yield from rows
        if len(rows) < size:
            return
        last = rows[-1].id


def count_cases(
    store: Store, code: str, unit_from: date, received_from: datetime | None, received_before: datetime | None
) -> int:
    """How many cases are with a unit, open or ended.

    Args:
        store: where they are.
        code: the unit's.
        unit_from: its first day.
        received_from: cases that say the code alone count when they came at this instant or later; None: always.
        received_before: and before this one; None: always.
    """
    at = CASES.c.received_at
    by_code = and_(
        CASES.c.unit_from.is_(None),
        true() if received_from is None else at >= received_from,
        true() if received_before is None else at < received_before,
    )
    counted = select(func.count()).where(CASES.c.unit == code, or_(CASES.c.unit_from == unit_from, by_code))
    with store.looking() as session:
        return session.scalar(counted) or 0
