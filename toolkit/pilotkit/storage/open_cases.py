"""Cases by the unit that they are with: those that somebody still has to see to, a page at a time, and how many."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import and_, column, func, or_, select, table

from pilotkit.model.case import CaseStatus
from pilotkit.storage.store import Store
from pilotkit.storage.tables import CASES
from pilotkit.storage.worklist import UnitCases, is_of


class OpenCase(NamedTuple):
    """What of a case that somebody still has to see to says where it belongs."""

    id: int
    code: str
    unit: str
    unit_from: date | None
    received_at: datetime
    point: str | None
    """Where it was received, or else where the person was helped."""


def open_cases(store: Store, units: list[str], size: int = 1000) -> Iterator[OpenCase]:
    """Every case of the units with these codes that is open, or whose result the person has not got.

    They come in order of receipt, read in pages so that nobody waits. Of a finished case from another system's log
    nobody knows whether the result was handed over, and here nobody is to do it.
    """
    columns = (CASES.c.id, CASES.c.code, CASES.c.unit, CASES.c.unit_from, CASES.c.received_at)
    is_imported = CASES.c.id.in_(select(column("case_id")).select_from(table("case_attributes")))
    has_result = and_(CASES.c.status == CaseStatus.FINISHED.value, ~is_imported)
    point = func.coalesce(CASES.c.received_at_point, CASES.c.helped_at_point)
    last = 0
    while True:
        page = (
            select(*columns, point)
            .where(CASES.c.id > last, CASES.c.unit.in_(units), or_(CASES.c.finished_at.is_(None), has_result))
            .order_by(CASES.c.id)
            .limit(size)
        )
        with store.looking() as session:
            rows = [OpenCase(*row) for row in session.execute(page)]
        yield from rows
        if len(rows) < size:
            return
        last = rows[-1].id


def count_cases(store: Store, unit: UnitCases) -> int:
    """How many cases are with a unit, open or ended."""
    counted = select(func.count()).select_from(CASES).where(is_of(unit))
    with store.looking() as session:
        return session.scalar(counted) or 0
