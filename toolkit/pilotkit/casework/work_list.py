"""What an officer asks of the work list, turned into a selection within the officer's own units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pilotkit.casework.jurisdiction import reach
from pilotkit.casework.permissions import is_of, step_of
from pilotkit.casework.remaining_time import SOON, countdowns
from pilotkit.errors import UnknownError
from pilotkit.model.access import Authority
from pilotkit.model.case import Case, CaseStatus
from pilotkit.model.work_item import CappedCount, Group, WorkItem, WorkList, WorkListQuery
from pilotkit.storage import case_queries as worklist
from pilotkit.storage.case_queries import Cursor, Selection

if TYPE_CHECKING:
    from pilotkit.services import Backoffice

LAST_PAGE = 200
"""The furthest page by number: numbers are counted from the beginning each time, a cursor is not."""
LARGEST = 200
"""Lines of one page."""


def list_work(backoffice: Backoffice, authority: Authority, wanted: WorkListQuery, page: int, size: int) -> WorkList:
    """One page of the work list.

    Raises:
        UnknownError: there is no such status, unit, cursor or page.
    """
    if not (1 <= page <= LAST_PAGE and 1 <= size <= LARGEST):
        raise UnknownError(f"there is no page {page} of {size} lines.", remedy="Go on from the page before it.")
    selection = selection_of(backoffice, authority, wanted, size=size, offset=(page - 1) * size)
    with backoffice.store.read_session() as session:
        found, has_more = worklist.page(session, selection)
    cases = [case for case, _ in found]
    clocks = countdowns(cases, backoffice.deployment.catalog.working_time, backoffice.clock())
    items = (
        WorkItem(case=case, clock=clock, is_mine=_is_mine(backoffice, authority, case))
        for case, clock in zip(cases, clocks, strict=True)
    )
    following = "{}.{}".format(*found[-1][1]) if has_more and not worklist.is_by_code(selection) else None
    return WorkList(items=tuple(items), has_more=has_more, next=following)


def counts_of(
    backoffice: Backoffice, authority: Authority, wanted: WorkListQuery, groups: Sequence[Group]
) -> dict[Group, CappedCount]:
    """How many cases lie on each heap."""
    selection = selection_of(backoffice, authority, wanted.model_copy(update={"after": None, "status": None}))
    with backoffice.store.read_session() as session:
        return worklist.counts(session, selection, groups)


def selection_of(
    backoffice: Backoffice, authority: Authority, wanted: WorkListQuery, *, size: int = 50, offset: int = 0
) -> Selection:
    """What is asked, and nothing of other units."""
    now = backoffice.clock()
    units = authority.units if wanted.unit is None else authority.units & {wanted.unit}
    if wanted.unit is not None and not units:
        raise UnknownError(f"there is no unit '{wanted.unit}' among yours.", remedy="Choose one of your own.")
    codes, strangers = reach(backoffice.deployment.catalog, units)
    return Selection(
        units=codes,
        strangers=strangers,
        now=now,
        soon=backoffice.deployment.catalog.working_time.after(now, SOON),
        group=group_of(wanted),
        procedure=wanted.procedure,
        due_before=wanted.due_before,
        steps=own_steps(backoffice, authority) if wanted.mine else None,
        text=wanted.text.strip(),
        after=_cursor(wanted.after),
        size=size,
        offset=offset,
    )


def group_of(wanted: WorkListQuery) -> Group | CaseStatus | None:
    """The heap that is asked for; None: any.

    Raises:
        UnknownError: there is none of that name.
    """
    if wanted.status is None:
        return None if wanted.text.strip() else Group.OPEN
    for kind in (Group, CaseStatus):
        if wanted.status in set(kind):
            return kind(wanted.status)
    raise UnknownError(f"no case has the status '{wanted.status}'.", remedy=f"Use one of: {', '.join(Group)}.")


def own_steps(backoffice: Backoffice, authority: Authority) -> frozenset[tuple[str, str]]:
    """The steps of one's own roles in every procedure that a case was ever received under: digest and step."""
    return frozenset(
        (digest, step.id)
        for digest, procedure in backoffice.definitions.all().items()
        for step in procedure.steps
        if is_of(authority, step)
    )


def _is_mine(backoffice: Backoffice, authority: Authority, case: Case) -> bool:
    return is_of(authority, step_of(backoffice.definitions.of(case.procedure_digest), case))


def _cursor(text: str | None) -> Cursor | None:
    if text is None:
        return None
    parts = text.split(".")
    if len(parts) != 2 or not all(part.isascii() and part.isdecimal() and len(part) < 20 for part in parts):  # noqa: PLR2004  # key and id
        raise UnknownError("the work list does not go on from there.", remedy="Begin at its first page.")
    return Cursor(*(min(int(part), worklist.NEVER) for part in parts))
