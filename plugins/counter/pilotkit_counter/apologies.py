"""Late cases and their apologies: a draft of each for the head, printed and signed off one at a time or all at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from pilotkit import (
    Case,
    CaseError,
    Desk,
    Download,
    EventKind,
    Group,
    LocalText,
    Outcome,
    UnknownError,
    View,
    Visit,
    Wanted,
    bind,
    unit_of,
)
from pilotkit_counter.case import APOLOGY
from pilotkit_counter.moves import REASON
from pilotkit_counter.wording import clock_words, closing, said

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


def show_apologies(visit: Visit) -> View:
    """The late cases of one's units, those that are late longest first."""
    return _list(visit)


def act_on_apologies(visit: Visit) -> Answer:
    """Print the chosen apologies as one file, or sign them off: the new appointment is then made."""
    buttons: dict[str, Callable[[Visit, tuple[Late, ...]], Answer]] = {"print": _print, "sign": _sign}
    button = buttons.get(visit.posted.get("do"))
    if button is None:
        raise UnknownError("there is no such button.", remedy="Use one of the page's.")
    try:
        _check_words(visit)
        return button(visit, _chosen(visit))
    except CaseError as problem:
        return _list(visit, problem=said(visit, problem), status=_CONFLICT)


def _print(visit: Visit, chosen: tuple[Late, ...]) -> Download:
    template, made = _template(visit), []
    if template is None:
        raise CaseError(visit.gettext("No apology can be printed here."), remedy="")
    printing, reason = visit.backoffice.printing, visit.gettext("Printing: %(title)s") % {"title": template}
    for each in chosen:
        try:
            file = visit.backoffice.desk(visit.authority).file(each.case.code, reason)
        except UnknownError:  # a case without a person, such as an imported one
            file = None
        made.append(printing.case(template, each.case.code, visit.now, file=file, extras=_extras(visit, each)))
    return Download(bind(made, visit.now), "application/pdf", f"{template}-{visit.today:%Y-%m-%d}.pdf")


def _sign(visit: Visit, chosen: tuple[Late, ...]) -> View:
    desk, reason = visit.backoffice.desk(visit.authority), visit.posted.get("reason").strip()
    if not reason:
        raise CaseError(
            visit.gettext("The apology says no reason."),
            remedy=visit.gettext("Say in words for the person why it is late."),
        )
    day, outcomes = _day(visit), list[Outcome]()
    for each in chosen:
        outcomes += desk.act_on([each.case.code], EventKind.EXTENDED, reason=reason, until=day or each.proposed)
    return _list(visit, outcomes=tuple(outcomes))


def _extras(visit: Visit, late: Late) -> Mapping[str, str]:
    """What the draft is filled with; where the apology was made already, the case says it all."""
    until = _day(visit) or late.proposed
    if late.promised is not None:
        return {}
    reason = visit.posted.get("reason").strip()
    return {**({"until": until.isoformat()} if until else {}), **({"reason": reason} if reason else {})}


def _check_words(visit: Visit) -> None:
    if len(visit.posted.get("reason")) > REASON:
        raise CaseError(visit.gettext("The reason is too long."), remedy=visit.gettext("Say it in fewer words."))
    if visit.posted.get("until") and _day(visit) is None:
        raise CaseError(
            visit.gettext("The new appointment is not a day."),
            remedy=visit.gettext("Write day, month and year, such as 28/7/2025."),
        )


def _day(visit: Visit) -> datetime | None:
    return closing(visit, visit.posted.get("until"))


def _chosen(visit: Visit) -> tuple[Late, ...]:
    """Those that were ticked; the button for all takes all of the page."""
    codes = visit.posted.all("code")
    desk, everyone = visit.backoffice.desk(visit.authority), visit.posted.get("all") == "1"
    lines, _ = _lines(visit, desk)
    found = tuple(each for each in lines if everyone or each.case.code in codes)
    if not found:
        raise CaseError(
            visit.gettext("No case was chosen."), remedy=visit.gettext("Tick the cases first, then choose.")
        )
    return found


def _list(visit: Visit, *, outcomes: tuple[Outcome, ...] = (), problem: str | None = None, status: int = 200) -> View:
    lines, following = _lines(visit, visit.backoffice.desk(visit.authority))
    return View(
        "counter/apologies.html",
        {
            "lines": lines,
            "here": visit.url("counter.apologies", after=visit.query.get("after")),
            "following": visit.url("counter.apologies", after=following) if following else None,
            "is_first": not visit.query.get("after"),
            "may_sign": visit.authority.may(_SIGN),
            "may_print": _template(visit) is not None,
            "reason": visit.posted.get("reason"),
            "until": visit.posted.get("until"),
            "done": [each.code for each in outcomes if each.problem is None],
            "undone": [each for each in outcomes if each.problem is not None],
            "problem": problem,
        },
        status,
    )


def _lines(visit: Visit, desk: Desk) -> tuple[tuple[Late, ...], str | None]:
    wanted = Wanted(status=Group.LATE.value, after=visit.query.get("after") or None)
    found = desk.work_list(wanted, 1, ON_A_PAGE)
    made = tuple(_late(visit, desk, each.case, clock_words(visit, each.clock)) for each in found.items)
    return made, found.next if found.has_more else None


def _late(visit: Visit, desk: Desk, case: Case, clock: str) -> Late:
    unit = unit_of(visit.catalog, case)
    is_promised = case.promised_at is not None and case.promised_at > visit.now
    could_end = desk.could_end(case)
    return Late(
        case=case,
        procedure=desk.procedure(case).name,
        unit=unit.name if unit else case.unit,
        clock=clock,
        promised=case.promised_at if is_promised else None,
        proposed=closing(visit, f"{could_end.astimezone(visit.zone):%Y-%m-%d}") if could_end else None,
    )


def _template(visit: Visit) -> str | None:
    """The id of the statutory apology; None where no plugin offers one."""
    offered = visit.backoffice.printing.templates.values()
    return next((each.id for each in offered if each.subject == "case" and each.id.endswith(APOLOGY)), None)
