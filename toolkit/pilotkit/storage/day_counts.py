"""The counts of one day: one indexed statement each, whatever the number of cases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Label, and_, case, func, literal_column, not_, or_, select
from sqlmodel import Session

from pilotkit.model.ticket import TicketState
from pilotkit.storage.case_queries import due, is_late
from pilotkit.storage.tables import CASES, microseconds
from pilotkit.storage.ticket_store import TicketRow

_C = CASES.c
_T: Any = TicketRow.__table__.c  # type: ignore[attr-defined]  # SQLModel adds it to table models
_HOUR = 3_600_000_000


def received_by_hour(
    session: Session, units: Sequence[str], start: datetime, until: datetime
) -> list[tuple[int, str, int]]:
    """Return hour since ``start``, channel, and the number of cases received."""
    hour: Label[int] = literal_column(f"(cases.received_at - {microseconds(start)}) / {_HOUR}").label(
        "hour"
    )  # of whole numbers
    counted = (
        select(hour, _C.channel, func.count())
        .where(_C.received_at >= start, _C.received_at <= until, _C.unit.concat("").in_(units))
        .group_by("hour", _C.channel)
    )
    return [(int(row[0]), row[1], row[2]) for row in session.execute(counted)]


def backlog(
    session: Session, units: Sequence[str], now: datetime, day_ends: datetime
) -> list[tuple[str, int, int, int]]:
    """Return by unit the open cases, those due before the day ends and not late, and those that are late."""
    late = is_late(now)
    today = and_(not_(late), _C.waiting_since.is_(None), due <= microseconds(day_ends))
    counted = (
        select(_C.unit, func.count(), func.sum(case((today, 1), else_=0)), func.sum(case((late, 1), else_=0)))
        .where(_C.finished_at.is_(None), _C.unit.concat("").in_(units))
        .group_by(_C.unit)
    )
    return [(row[0], row[1], int(row[2]), int(row[3])) for row in session.execute(counted)]


def tickets_at_work(
    session: Session, points: Sequence[str], day: date, called_after: datetime
) -> list[tuple[str, str, int | None, datetime]]:
    """Return point, state, counter and hour of every ticket that waits, is served, or was called lately."""
    lately = or_(_T.state.in_((TicketState.WAITING, TicketState.CALLED)), _T.called_at >= called_after)
    found = select(_T.point, _T.state, _T.counter, _T.taken_at).where(
        _T.point.in_(points), _T.day == day.isoformat(), lately
    )
    return [tuple(row) for row in session.execute(found)]


def tickets_of(session: Session, points: Sequence[str], day: date) -> dict[str, tuple[int, int]]:
    """Return by point the number of tickets taken on a day, and of those served."""
    served = func.sum(case((_T.state == TicketState.SERVED, 1), else_=0))
    counted = (
        select(_T.point, func.count(), served).where(_T.point.in_(points), _T.day == day.isoformat()).group_by(_T.point)
    )
    return {row[0]: (row[1], int(row[2])) for row in session.execute(counted)}
