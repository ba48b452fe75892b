"""One case: where it stands, what happened, what can be done with it now, and the buttons that do it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from pilotkit import CaseError, Download, Redirect, UnknownError, View
from pilotkit.cases import Content, EventKind, unit_of
from pilotkit_counter import case_actions as moves
from pilotkit_counter.clock_text import MARKS, clock_words, said
from pilotkit_counter.work_list_page import step_of

if TYPE_CHECKING:
    from pilotkit import Procedure
    from pilotkit.cases import Case, CaseEvent, OfficerDesk
    from pilotkit.pages import PageRequest

Answer: TypeAlias = View | Redirect | Download
_CONFLICT = 409
APOLOGY = "form-04"
"""How the ids of documents end that apologise for a late case."""


def show_case(request: PageRequest) -> View:
    """Everything about a case but the person."""
    return case_view(request)


def act_on_case(request: PageRequest) -> Answer:
    """One button of the page: a verb, a scan, a printed document, a download, a copy of an earlier document."""
    buttons: dict[str, Callable[[PageRequest], Answer]] = {
        "move": _move, "attach": _attach, "print": _print, "content": _content, "reuse": _reuse,
    }  # fmt: skip
    button = buttons.get(request.posted.get("do"))
    if button is None:
        raise UnknownError("there is no such button.", remedy="Use one of the page's.")
    try:
        return button(request)
    except CaseError as problem:
        return case_view(request, problem=said(request, problem), status=_CONFLICT)


def case_view(request: PageRequest, *, problem: str | None = None, status: int = 200) -> View:
    """Return the page of a case, with what went wrong on top."""
    desk, code = request.officer_desk, request.path["code"]
    case, events = desk.case(code), desk.history(code)
    procedure, clock = desk.procedure(case), desk.clock(case)
    printed, unit = request.printing.offered(case, events), unit_of(request.catalog, case)
    return View(
        "counter/case.html",
        {
            "case": case,
            "events": tuple(reversed(events)),
            "procedure": procedure,
            "step": step_of(procedure, case.step),
            "clock": clock_words(request, clock),
            "mark": MARKS.get(clock.state, "open"),
            "is_mine": desk.is_mine(case),
            "possible": moves.in_order(desk.possible(case)),
            "pays_online": request.deployment.settings.payment.connector is not None,
            "currency": request.deployment.settings.deployment.currency,
            "want_reason": moves.WANT_REASON,
            "ways": moves.ways(procedure, case),
            "names": {each.id: each.name for each in procedure.steps},
            "unit": unit.name if unit else case.unit,
            "takers": _takers(request, events),
            "units": {each.code: each.name for each in request.catalog.units.values()},
            "roles": {each.id: each.name for each in request.catalog.roles.values()},
            "points": {each.id: each.name for each in request.catalog.points.values()},
            "printed": printed,
            "apologies": [each for each in printed if each.id.endswith(APOLOGY)],
            "reads": _reads(desk, case),
            "reason": request.gettext("Processing the case") if desk.is_mine(case) else "",
            "done": request.query.get("done"),
            "may_scan": case.finished_at is None,
            "problem": problem,
        },
        status,
    )


def _takers(request: PageRequest, events: tuple[CaseEvent, ...]) -> dict[int, str]:
    """Whom each transfer named, as it was called then, by the event's number."""
    lineage, code, found = request.catalog.lineage, "", {}
    for event in events:
        code = str(event.changes.get("unit", code))  # a transfer to the code's new holder changes its first day only
        if event.kind is EventKind.TRANSFERRED:
            since, day = event.changes.get("unit_from"), event.at.astimezone(request.zone).date()
            unit = lineage.named(code, date.fromisoformat(since)) if since else lineage.holder(code, day)
            found[event.number] = unit.name if unit else code
    return found


def _reads(desk: OfficerDesk, case: Case) -> Any:
    may = desk.authority.permissions & {"case.assign", "case.sign"}
    return desk.reads(case.code)[-20:][::-1] if may else ()


def _move(request: PageRequest) -> Answer:
    kind = moves.asked_kind(request)
    desk = request.officer_desk
    case = desk.act(request.path["code"], kind, **moves.given(request, kind))
    if case.unit not in request.authority.units:
        return Redirect(request.url("counter.work"))
    return Redirect(request.url("counter.case", code=case.code, done=kind.value))


def _attach(request: PageRequest) -> Answer:
    desk, code, posted = request.officer_desk, request.path["code"], request.posted
    kind, _, document = posted.get("document").partition("|")
    _check_document(desk.procedure(desk.case(code)), kind, document)
    contents = [
        Content(kind=kind, document=document, name=each.name, media_type="application/octet-stream", data=each.data)
        for each in posted.files.get("file", ())
    ]
    if not contents:
        raise CaseError(request.gettext("No file was chosen."), remedy=request.gettext("Choose the scan first."))
    desk.attach(code, contents)
    return Redirect(request.url("counter.case", code=code, done="attached"))


def _check_document(procedure: Procedure, kind: str, document: str) -> None:
    known = {
        "submitted": {each.id for each in procedure.documents},
        "result": {each.id for each in procedure.results},
    }
    if document not in known.get(kind, ()):
        raise UnknownError(f"this procedure has no document '{document[:40]}'.", remedy="Choose one from the list.")


def _print(request: PageRequest) -> Answer:
    desk, code, reason = request.officer_desk, request.path["code"], request.posted.get("reason")
    desk.case(code)
    template = request.posted.get("template")
    pages = request.site_map.pages
    address = request.origin + request.url("portal.tracked", code=code) if "portal.tracked" in pages else None
    try:
        file = desk.file(code, reason)
    except UnknownError:  # a case without a person, such as an imported one
        file = None
    made = request.printing.case(template, code, request.now, file=file, address=address)
    return Download(made, "application/pdf", f"{code}-{template}.pdf")


def _content(request: PageRequest) -> Answer:
    desk, posted = request.officer_desk, request.posted
    attachment, data = desk.content(request.path["code"], posted.get("attachment"), posted.get("reason"))
    return Download(data, attachment.media_type, attachment.name)


def _reuse(request: PageRequest) -> Answer:
    desk, code, posted = request.officer_desk, request.path["code"], request.posted
    source, _, attachment = posted.get("source").partition("|")
    desk.reuse(code, source, attachment, posted.get("reason"))
    return Redirect(request.url("counter.case", code=code, done="attached"))
