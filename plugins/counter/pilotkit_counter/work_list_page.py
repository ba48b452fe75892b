"""The work list: what is due first stands first, and many cases can be moved at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pilotkit import CaseError, View
from pilotkit.cases import CaseStatus, EventKind, Group, unit_of
from pilotkit_counter import case_actions as moves
from pilotkit_counter.clock_text import MARKS, clock_words, said
from pilotkit_counter.tracking_book import book_of
from pilotkit_counter.work_list_query import wanted_of

if TYPE_CHECKING:
    from pilotkit import LocalText, Procedure, Step
    from pilotkit.cases import Case, OfficerDesk, Outcome, WorkItem
    from pilotkit.pages import PageRequest

ON_A_PAGE = 50
_CONFLICT = 409
ENDS = (CaseStatus.RETURNED, CaseStatus.REFUSED, CaseStatus.WITHDRAWN)
"""Heaps of what has ended, beside the one of results to hand over."""
TOGETHER = frozenset(
    {
        EventKind.ADVANCED,
        EventKind.FINISHED,
        EventKind.RETURNED,
        EventKind.RESUMED,
        EventKind.EXTENDED,
        EventKind.TRANSFERRED,
    }
)
"""Verbs for many cases; the others want a reason of each person's own."""


@dataclass(frozen=True)
class WorkLine:
    """One case of the list, ready to be read."""

    case: Case
    procedure: LocalText
    step: LocalText | None
    unit: str
    clock: str
    mark: str
    is_mine: bool
    possible: tuple[EventKind, ...]


def show_work(request: PageRequest) -> View:
    """Show the work list as the address asks for it."""
    return _list(request)


def move_many(request: PageRequest) -> View:
    """One verb for every chosen case; what became of each stands above the list."""
    desk, codes = _desk(request), request.posted.all("code")
    try:
        kind = moves.asked_kind(request)
        _check_chosen(request, codes)
        outcomes = desk.act_on(codes, kind, **moves.given(request, kind))
    except CaseError as problem:
        return _list(request, problem=said(request, problem), status=_CONFLICT)
    return _list(request, outcomes=outcomes, kind=kind)


def _check_chosen(request: PageRequest, codes: tuple[str, ...]) -> None:
    if not codes:
        raise CaseError(
            request.gettext("No case was chosen."), remedy=request.gettext("Tick the cases first, then choose.")
        )


def _list(request: PageRequest, *, status: int = 200, **more: Any) -> View:
    desk, wanted = _desk(request), wanted_of(request)
    number = _number(request.query.get("page", ""))
    found = desk.work_list(wanted, number, ON_A_PAGE)
    lines = [_line(request, desk, item) for item in found.items]
    possible = frozenset(kind for line in lines for kind in line.possible)
    outcomes: tuple[Outcome, ...] = more.pop("outcomes", ())
    return View(
        "counter/work.html",
        {
            "wanted": wanted,
            "group": wanted.status or ("" if wanted.text else Group.OPEN.value),
            "counts": desk.counts(wanted),
            "groups": tuple(Group),
            "ends": ENDS,
            "lines": lines,
            "number": number,
            "following": _following(request, found.next, number, has_more=found.has_more),
            "is_first": number == 1 and wanted.after is None,
            "actions": moves.in_order(possible & TOGETHER),
            "units": [unit for unit in request.catalog.units.values() if unit.code in request.authority.units],
            "everywhere": tuple(request.catalog.units.values()),
            "procedures": tuple(request.catalog.procedures.values()),
            "kept": _kept(request),
            "done": [each.code for each in outcomes if each.problem is None],
            "undone": [each for each in outcomes if each.problem is not None],
            "book": _book(request),
            "problem": None,
            "kind": None,
            **more,
        },
        status,
    )


def _book(request: PageRequest) -> str | None:
    """Where the same cases are printed as the tracking book; None where no plugin offers one."""
    if book_of(request) is None:
        return None
    return request.url("counter.book", **{**_kept(request), "status": request.query.get("status")})


def _kept(request: PageRequest) -> dict[str, str]:
    """Return what of the address goes on to the next page and the next heap."""
    return {key: value for key, value in request.query.items() if key in {"procedure", "unit", "mine", "q"}}


def _following(request: PageRequest, cursor: str | None, number: int, *, has_more: bool) -> str | None:
    if not has_more:
        return None
    on = {"after": cursor} if cursor else {"page": number + 1}
    return request.url("counter.work", **{**_kept(request), "status": request.query.get("status")}, **on)


def _line(request: PageRequest, desk: OfficerDesk, item: WorkItem) -> WorkLine:
    case, procedure = item.case, desk.procedure(item.case)
    step = step_of(procedure, case.step)
    unit = unit_of(request.catalog, case)
    return WorkLine(
        case=case,
        procedure=procedure.name,
        step=step.name if step else None,
        unit=unit.name if unit else case.unit,
        clock=clock_words(request, item.clock),
        mark=MARKS.get(item.clock.state, "open"),
        is_mine=item.is_mine and case.finished_at is None,
        possible=tuple(kind for kind in desk.possible(case) if kind in TOGETHER),
    )


def step_of(procedure: Procedure, step: str | None) -> Step | None:
    """Return a step by its id."""
    return next((each for each in procedure.steps if each.id == step), None)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 1  # noqa: PLR2004  # digits of a page


def _desk(request: PageRequest) -> OfficerDesk:
    return request.officer_desk
