"""The work list: a query within the units of an account, and its page of cases."""

from __future__ import annotations

from collections.abc import Sequence

from pilotkit.casework.case_service import Clock
from pilotkit.casework.definitions import Definitions
from pilotkit.casework.jurisdiction import reach
from pilotkit.casework.permissions import is_of, step_of
from pilotkit.casework.remaining_time import SOON, countdowns
from pilotkit.catalog.catalog import Catalog
from pilotkit.errors import UnknownError
from pilotkit.model.access import Authority
from pilotkit.model.case import Case, CaseStatus
from pilotkit.model.work_item import CappedCount, Group, WorkItem, WorkList, WorkListQuery
from pilotkit.storage import case_queries
from pilotkit.storage.case_queries import Cursor, Selection
from pilotkit.storage.store import Store

LAST_PAGE = 200
"""The furthest page by number: numbers are counted from the beginning each time, a cursor is not."""
LARGEST = 200
"""Lines of one page."""


class AssignedWork:
    """The cases that an account may work on: those of its units.

    Args:
        catalog: units and working time.
        store: where cases are kept.
        definitions: the versions of procedures that cases were received under.
        clock: returns the aware present.
    """

    def __init__(self, catalog: Catalog, store: Store, definitions: Definitions, clock: Clock) -> None:
        self._catalog = catalog
        self._store = store
        self._definitions = definitions
        self._clock = clock

    def page(self, authority: Authority, wanted: WorkListQuery, number: int, size: int) -> WorkList:
        """Return one page of the work list.

        Raises:
            UnknownError: there is no such status, unit, cursor or page.
        """
        if not (1 <= number <= LAST_PAGE and 1 <= size <= LARGEST):
            raise UnknownError(f"there is no page {number} of {size} lines.", remedy="Go on from the page before it.")
        selection = self._selection(authority, wanted, size=size, offset=(number - 1) * size)
        with self._store.read_session() as session:
            found, has_more = case_queries.page(session, selection)
        cases = [case for case, _ in found]
        clocks = countdowns(cases, self._catalog.working_time, self._clock())
        items = (
            WorkItem(case=case, clock=clock, is_mine=self._is_mine(authority, case))
            for case, clock in zip(cases, clocks, strict=True)
        )
        following = "{}.{}".format(*found[-1][1]) if has_more and not case_queries.is_by_code(selection) else None
        return WorkList(items=tuple(items), has_more=has_more, next=following)

    def counts(self, authority: Authority, wanted: WorkListQuery, groups: Sequence[Group]) -> dict[Group, CappedCount]:
        """Return how many cases are in each group, with all of ``wanted`` but its status."""
        selection = self._selection(authority, wanted.model_copy(update={"after": None, "status": None}))
        with self._store.read_session() as session:
            return case_queries.counts(session, selection, groups)

    def _selection(self, authority: Authority, wanted: WorkListQuery, *, size: int = 50, offset: int = 0) -> Selection:
        now = self._clock()
        units = authority.units if wanted.unit is None else authority.units & {wanted.unit}
        if wanted.unit is not None and not units:
            raise UnknownError(f"there is no unit '{wanted.unit}' among yours.", remedy="Choose one of your own.")
        codes, strangers = reach(self._catalog, units)
        return Selection(
            units=codes,
            strangers=strangers,
            now=now,
            soon=self._catalog.working_time.after(now, SOON),
            group=group_of(wanted),
            procedure=wanted.procedure,
            due_before=wanted.due_before,
            steps=self._own_steps(authority) if wanted.mine else None,
            text=wanted.text.strip(),
            after=_cursor(wanted.after),
            size=size,
            offset=offset,
        )

    def _own_steps(self, authority: Authority) -> frozenset[tuple[str, str]]:
        """Return digest and step of every step of the account's roles, in all versions of procedures."""
        return frozenset(
            (digest, step.id)
            for digest, procedure in self._definitions.all().items()
            for step in procedure.steps
            if is_of(authority, step)
        )

    def _is_mine(self, authority: Authority, case: Case) -> bool:
        return is_of(authority, step_of(self._definitions.of(case.procedure_digest), case))


def group_of(wanted: WorkListQuery) -> Group | CaseStatus | None:
    """Return the heap that is asked for; None: any.

    Raises:
        UnknownError: there is none of that name.
    """
    if wanted.status is None:
        return None if wanted.text.strip() else Group.OPEN
    for kind in (Group, CaseStatus):
        if wanted.status in set(kind):
            return kind(wanted.status)
    raise UnknownError(f"no case has the status '{wanted.status}'.", remedy=f"Use one of: {', '.join(Group)}.")


def _cursor(text: str | None) -> Cursor | None:
    if text is None:
        return None
    parts = text.split(".")
    if len(parts) != 2 or not all(part.isascii() and part.isdecimal() and len(part) < 20 for part in parts):  # noqa: PLR2004  # key and id
        raise UnknownError("the work list does not go on from there.", remedy="Begin at its first page.")
    return Cursor(*(min(int(part), case_queries.NEVER) for part in parts))
