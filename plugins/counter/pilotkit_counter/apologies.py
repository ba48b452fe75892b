"""Late cases and their apologies: a draft of each for the head, printed and signed off one at a time or all at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from pilotkit import CaseError, Download, UnknownError, View
from pilotkit.cases import EventKind, Group, Outcome, WorkListQuery, bind, unit_of
from pilotkit_counter.case_actions import REASON
from pilotkit_counter.case_page import APOLOGY
from pilotkit_counter.clock_text import clock_words, closing, said

if TYPE_CHECKING:
    from pilotkit import LocalText
    from pilotkit.cases import Case, OfficerDesk
    from pilotkit.pages import PageRequest

Answer: TypeAlias = View | Download
ON_A_PAGE = 25
"""Cases; each of them is one printed page."""
_CONFLICT = 409
_SIGN = "case.sign"


@dataclass(frozen=True)
class Late:
    """One late case and what is promised to its person."""

    case: Case
    procedure: LocalText
    unit: str
    clock: str
    promised: datetime | None
    """The new appointment, where the apology has been made and its day has not passed."""
    proposed: datetime | None
    """What the draft may promise: closing time of the day on which the remaining work could be done."""


def show_apologies(request: PageRequest) -> View:
    """Show the late cases of one's units, those that are late longest first."""
    return _list(request)


def act_on_apologies(request: PageRequest) -> Answer:
    """Print the chosen apologies as one file, or sign them off: the new appointment is then made."""
    buttons: dict[str, Callable[[PageRequest, tuple[Late, ...]], Answer]] = {"print": _print, "sign": _sign}
    button = buttons.get(request.posted.get("do"))
    if button is None:
        raise UnknownError("there is no such button.", remedy="Use one of the page's.")
    try:
        _check_words(request)
        return button(request, _chosen(request))
    except CaseError as problem:
        return _list(request, problem=said(request, problem), status=_CONFLICT)


def _print(request: PageRequest, chosen: tuple[Late, ...]) -> Download:
    template, made = _template(request), []
    if template is None:
        raise CaseError(request.gettext("No apology can be printed here."), remedy="")
    printing, reason = request.printing, request.gettext("Printing: %(title)s") % {"title": template}
    for each in chosen:
        try:
            file = request.officer_desk.file(each.case.code, reason)
        except UnknownError:  # a case without a person, such as an imported one
            file = None
        made.append(printing.case(template, each.case.code, request.now, file=file, extras=_extras(request, each)))
    return Download(bind(made, request.now), "application/pdf", f"{template}-{request.today:%Y-%m-%d}.pdf")


def _sign(request: PageRequest, chosen: tuple[Late, ...]) -> View:
    desk, reason = request.officer_desk, request.posted.get("reason").strip()
    if not reason:
        raise CaseError(
            request.gettext("The apology says no reason."),
            remedy=request.gettext("Say in words for the person why it is late."),
        )
    day, outcomes = _day(request), list[Outcome]()
    for each in chosen:
        outcomes += desk.act_on([each.case.code], EventKind.EXTENDED, reason=reason, until=day or each.proposed)
    return _list(request, outcomes=tuple(outcomes))


def _extras(request: PageRequest, late: Late) -> Mapping[str, str]:
    """Return what the draft is filled with; where the apology was made already, the case says it all."""
    until = _day(request) or late.proposed
    if late.promised is not None:
        return {}
    reason = request.posted.get("reason").strip()
    return {**({"until": until.isoformat()} if until else {}), **({"reason": reason} if reason else {})}


def _check_words(request: PageRequest) -> None:
    if len(request.posted.get("reason")) > REASON:
        raise CaseError(request.gettext("The reason is too long."), remedy=request.gettext("Say it in fewer words."))
    if request.posted.get("until") and _day(request) is None:
        raise CaseError(
            request.gettext("The new appointment is not a day."),
            remedy=request.gettext("Write day, month and year, such as 28/7/2025."),
        )


def _day(request: PageRequest) -> datetime | None:
    return closing(request, request.posted.get("until"))


def _chosen(request: PageRequest) -> tuple[Late, ...]:
    """Those that were ticked; the button for all takes all of the page."""
    codes = request.posted.all("code")
    desk, everyone = request.officer_desk, request.posted.get("all") == "1"
    lines, _ = _lines(request, desk)
    found = tuple(each for each in lines if everyone or each.case.code in codes)
    if not found:
        raise CaseError(
            request.gettext("No case was chosen."), remedy=request.gettext("Tick the cases first, then choose.")
        )
    return found


def _list(
    request: PageRequest, *, outcomes: tuple[Outcome, ...] = (), problem: str | None = None, status: int = 200
) -> View:
    lines, following = _lines(request, request.officer_desk)
    return View(
        "counter/apologies.html",
        {
            "lines": lines,
            "here": request.url("counter.apologies", after=request.query.get("after")),
            "following": request.url("counter.apologies", after=following) if following else None,
            "is_first": not request.query.get("after"),
            "may_sign": request.authority.may(_SIGN),
            "may_print": _template(request) is not None,
            "reason": request.posted.get("reason"),
            "until": request.posted.get("until"),
            "done": [each.code for each in outcomes if each.problem is None],
            "undone": [each for each in outcomes if each.problem is not None],
            "problem": problem,
        },
        status,
    )


def _lines(request: PageRequest, desk: OfficerDesk) -> tuple[tuple[Late, ...], str | None]:
    wanted = WorkListQuery(status=Group.LATE.value, after=request.query.get("after") or None)
    found = desk.work_list(wanted, 1, ON_A_PAGE)
    made = tuple(_late(request, desk, each.case, clock_words(request, each.clock)) for each in found.items)
    return made, found.next if found.has_more else None


def _late(request: PageRequest, desk: OfficerDesk, case: Case, clock: str) -> Late:
    unit = unit_of(request.catalog, case)
    is_promised = case.promised_at is not None and case.promised_at > request.now
    could_end = desk.could_end(case)
    return Late(
        case=case,
        procedure=desk.procedure(case).name,
        unit=unit.name if unit else case.unit,
        clock=clock,
        promised=case.promised_at if is_promised else None,
        proposed=closing(request, f"{could_end.astimezone(request.zone):%Y-%m-%d}") if could_end else None,
    )


def _template(request: PageRequest) -> str | None:
    """Return the id of the statutory apology; None where no plugin offers one."""
    offered = request.printing.templates.values()
    return next((each.id for each in offered if each.subject == "case" and each.id.endswith(APOLOGY)), None)
