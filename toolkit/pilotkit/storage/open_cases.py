"""Cases by unit: open ones page by page, and the number of all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, select

from pilotkit.storage.case_queries import UnitCases, is_of
from pilotkit.storage.store import Store
from pilotkit.storage.tables import CASES


class OpenCase(NamedTuple):
    """The fields of an open case that decide which unit it belongs to."""

    id: int
    code: str
    unit: str
    unit_from: date | None
    received_at: datetime
    point: str | None
    """The point where it was received, or else where the person was helped."""


def open_cases(store: Store, units: list[str], size: int = 1000) -> Iterator[OpenCase]:
    """Yield every open case of the units with these codes in order of receipt; read in pages, so no lock is held."""
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
        with store.read_session() as session:
            rows = [OpenCase(*row) for row in session.execute(page)]
        yield from rows
        if len(rows) < size:
            return
        last = rows[-1].id


def count_cases(store: Store, unit: UnitCases) -> int:
    """Return the number of cases of a unit, open or ended."""
    counted = select(func.count()).select_from(CASES).where(is_of(unit))
    with store.read_session() as session:
        return session.scalar(counted) or 0
