"""The queries of the work list: one indexed statement a page, whatever the number of cases.

Open cases have two partial indexes by due date, one over all units and one by unit; ended cases have the same by end.
Pagination is by cursor (keyset), so no case is repeated or skipped while others come in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    ScalarSelect,
    and_,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    true,
    tuple_,
)
from sqlmodel import Session

from pilotkit.model.case import Case, CaseStatus
from pilotkit.model.work_item import CappedCount, Group
from pilotkit.storage.tables import CASES, VERSIONS, instant, microseconds

COUNTED = 1000
"""Upper bound of a count; beyond it the result is "more"."""
NEVER = 9_223_372_036_854_775_807
"""Sort key of a case without a deadline: the last instant that can be stored."""
due: ColumnElement[int] = literal_column(f"coalesce(cases.due_at, {NEVER})")
"""Literal, not bound, so that it equals the expression of the indexes."""
ENDED = frozenset({CaseStatus.FINISHED, CaseStatus.RETURNED, CaseStatus.REFUSED, CaseStatus.WITHDRAWN})
WAITING = (CaseStatus.SUPPLEMENT_REQUESTED, CaseStatus.PAYMENT_REQUESTED, CaseStatus.STOPPED)
_C = CASES.c


class Cursor(NamedTuple):
    """The position of a page's last case."""

    key: int
    """The due date, or the instant of its end, in microseconds."""
    id: int


class UnitCases(NamedTuple):
    """Which cases are a unit's, whose code others may have had before and after it."""

    code: str
    unit_from: date
    received_from: datetime | None
    """Cases that say the code alone are its own when they came at this instant or later; None: always."""
    received_before: datetime | None
    """And before this one; None: always."""


@dataclass(frozen=True)
class Selection:
    """The conditions of a work list in terms of the table."""

    units: frozenset[str]
    """Codes of the units whose cases may be selected; never widened."""
    now: datetime
    soon: datetime
    """The instant until which a deadline counts as soon."""
    group: Group | CaseStatus | None = Group.OPEN
    procedure: str | None = None
    due_before: datetime | None = None
    steps: frozenset[tuple[str, str]] | None = None
    """Procedure digest and step of the reader's own roles; None: every step."""
    text: str = ""
    after: Cursor | None = None
    size: int = field(default=50)
    offset: int = 0
    strangers: tuple[UnitCases, ...] = ()
    """Other units that bear or bore one of these codes, whose cases are excluded."""


def page(session: Session, wanted: Selection) -> tuple[list[tuple[Case, Cursor]], bool]:
    """Return the cases of one page in order, and whether more follow."""
    order, has_ended = _order(wanted), is_ended(wanted.group)
    statement = select(CASES, order.label("sorted_by")).where(*_conditions(session, wanted))
    if is_by_code(wanted):
        statement = statement.order_by(_C.code)
    else:
        statement = statement.where(*_after(order, wanted.after, is_back=has_ended))
        keys = (order.desc(), _C.id.desc()) if has_ended else (order, _C.id)
        statement = statement.order_by(*keys)
    statement = statement.limit(wanted.size + 1).offset(0 if wanted.after else wanted.offset)
    rows = session.execute(statement).mappings().all()
    found = [(_case(row), Cursor(_key(row["sorted_by"]), row["id"])) for row in rows[: wanted.size]]
    return found, len(rows) > wanted.size


def counts(session: Session, wanted: Selection, groups: Iterable[Group]) -> dict[Group, CappedCount]:
    """Return the number of cases in each group, capped at :data:`COUNTED`, in one statement."""
    asked = tuple(groups)
    columns = [_bounded(_conditions(session, replace(wanted, group=group))).label(group.value) for group in asked]
    row = session.execute(select(*columns)).mappings().one()
    return {
        group: CappedCount(count=min(row[group.value], COUNTED), is_more=row[group.value] > COUNTED) for group in asked
    }


def due_first(
    session: Session, units: frozenset[str], strangers: tuple[UnitCases, ...], until: datetime, limit: int
) -> tuple[list[Case], bool]:
    """Return open cases whose clock runs and that are due by an instant or asked for supplements twice, by due date.

    Args:
        session: to read in.
        units: the codes of the units.
        strangers: other units that bear or bore one of these codes, whose cases are excluded.
        until: an aware instant.
        limit: the maximum number of cases; the second value returned says whether there are more.
    """
    until_key = microseconds(until)
    statement = (
        select(CASES)
        .where(_C.finished_at.is_(None), _within(units), or_(due <= until_key, _C.supplements > 1))
        .where(_C.waiting_since.is_(None), *(not_(is_of(each)) for each in strangers))
        .order_by(due, _C.id)
        .limit(limit + 1)
    )
    rows = session.execute(statement).mappings().all()
    return [_case(row) for row in rows[:limit]], len(rows) > limit


def _bounded(conditions: Sequence[ColumnElement[bool]]) -> ScalarSelect[int]:
    found = select(literal(1)).select_from(CASES).where(*conditions).limit(COUNTED + 1).subquery()
    return select(func.count()).select_from(found).scalar_subquery()


def _conditions(session: Session, wanted: Selection) -> list[ColumnElement[bool]]:
    conditions = [_within(wanted.units), _in_group(wanted), *(not_(is_of(each)) for each in wanted.strangers)]
    if wanted.procedure:
        conditions.append(_C.procedure == wanted.procedure)
    if wanted.due_before:
        conditions.append(due < microseconds(wanted.due_before))
    if wanted.steps is not None and not is_ended(wanted.group):
        conditions.append(_at_steps(wanted.steps))
    if wanted.text:
        conditions.append(_begins_with(session, wanted.text, is_sought=is_by_code(wanted)))
    return conditions


def is_of(unit: UnitCases) -> ColumnElement[bool]:
    """Return the condition for the cases of one unit: by code and first day, or by code alone in its time."""
    by_code = and_(
        _C.unit_from.is_(None),
        true() if unit.received_from is None else _C.received_at >= unit.received_from,
        true() if unit.received_before is None else _C.received_at < unit.received_before,
    )
    says_day = func.coalesce(_C.unit_from, literal_column("''")) == literal(unit.unit_from.isoformat())
    return and_(_C.unit == unit.code, or_(says_day, by_code))


def _within(units: frozenset[str]) -> ColumnElement[bool]:
    """Return the condition for units: one is looked up in its index, many are filtered along the index by date.

    The empty suffix keeps a planner from collecting the cases of every unit first and sorting them all.
    """
    if len(units) == 1:
        return _C.unit == next(iter(units))
    return _C.unit.concat("").in_(sorted(units))


def _in_group(wanted: Selection) -> ColumnElement[bool]:
    group = CaseStatus.FINISHED if wanted.group is Group.READY else wanted.group
    if group is None:
        return true()
    if group in ENDED:
        status = _C.status.concat("") if is_by_code(wanted) else _C.status
        return and_(_C.finished_at.is_not(None), status == group.value)
    ahead = and_(due >= microseconds(wanted.now), due <= microseconds(wanted.soon))  # both ends: a range of the index
    heaps = {
        Group.OPEN: true(),
        Group.LATE: is_late(wanted.now),
        Group.SOON: and_(_C.waiting_since.is_(None), ahead, _C.supplements <= 1),
        Group.WAITING: _C.status.in_([each.value for each in WAITING]),
    }
    return and_(_C.finished_at.is_(None), heaps[group] if isinstance(group, Group) else _C.status == group.value)


def is_late(now: datetime) -> ColumnElement[bool]:
    """Return the condition of :meth:`Case.is_late` for an open case: a second supplement request counts as late."""
    at = microseconds(now)
    passed = and_(due < at, or_(_C.waiting_since.is_(None), due < _C.waiting_since))
    return or_(passed, _C.supplements > 1)


def _at_steps(steps: frozenset[tuple[str, str]]) -> ColumnElement[bool]:
    return tuple_(_C.procedure_digest, _C.step).in_(sorted(steps))


def is_ended(group: Group | CaseStatus | None) -> bool:
    """Return whether the cases of a group have ended, so that they have no current step."""
    return group is Group.READY or group in ENDED


def is_by_code(wanted: Selection) -> bool:
    """Return whether to search by code index: not for open cases, which stay in order of due date."""
    return bool(wanted.text) and (wanted.group is None or is_ended(wanted.group))


def _begins_with(session: Session, text: str, *, is_sought: bool) -> ColumnElement[bool]:
    """Return the condition for a code prefix: an index range of the engine if ``is_sought``, else a row filter."""
    code = _C.code if is_sought else _C.code.concat("")
    if session.get_bind().dialect.name == "postgresql":
        return code.startswith(text, autoescape=True)
    return and_(code >= text, code < text + chr(0x10FFFF))


def _order(wanted: Selection) -> ColumnElement[Any]:
    return _C.finished_at if is_ended(wanted.group) else due


def _after(order: ColumnElement[Any], cursor: Cursor | None, *, is_back: bool) -> list[ColumnElement[bool]]:
    """Return the conditions for rows after a cursor; ``is_back``: in descending order."""
    if cursor is None:
        return []
    if is_back:
        key = instant(min(cursor.key, _LATEST))
        return [order <= key, or_(order < key, _C.id < cursor.id)]
    return [order >= cursor.key, or_(order > cursor.key, _C.id > cursor.id)]


_LATEST = microseconds(datetime.max.replace(tzinfo=UTC))


def _key(value: int | datetime | None) -> int:
    if isinstance(value, datetime):
        return microseconds(value)
    return NEVER if value is None else value


def _case(row: RowMapping) -> Case:
    return Case(**{name: row[name] for name in Case.model_fields})


def digests(session: Session) -> list[str]:
    """Return the digests of the procedure versions that cases were received under."""
    return list(session.scalars(select(VERSIONS.c.digest)))
