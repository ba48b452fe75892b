"""Receiving on behalf of a person: find the procedure, one screen of questions and documents, the receipt."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import segno

from pilotkit import CaseError, Channel, Level, UnknownError, View
from pilotkit.cases import Application, Content, unit_of
from pilotkit.data import search_form
from pilotkit.pages import FilledPage
from pilotkit_counter.applicant import PREFIX, answers_of, applicant_page, person_of
from pilotkit_counter.clock_text import said

if TYPE_CHECKING:
    from pilotkit import AdministrativeUnit, Document, Procedure
    from pilotkit.cases import Attachment, Case, DocumentTemplate, OfficerDesk
    from pilotkit.pages import PageRequest

_UNPROCESSABLE = 422
_FOUND = 20
RECEIPT = "form-01"
"""How the ids of statutory receipts end."""
SEEN, FILE, REUSE = "_seen", "_file.", "_reuse"
"""Fields of our own; no property of a form begins with a stroke."""


@dataclass(frozen=True)
class Known:
    """What the cases of a person tell."""

    duplicates: tuple[Case, ...] = ()
    reusable: tuple[tuple[str, Attachment], ...] = ()
    filled_from: str | None = None
    is_asked: bool = False
    """Whether the identity number was looked up."""


@dataclass(frozen=True)
class Screen:
    """The one screen: the person, the form's pages, the documents."""

    request: PageRequest
    procedure: Procedure
    person: FilledPage
    pages: tuple[FilledPage, ...]
    known: Known = field(default_factory=Known)
    links: tuple[tuple[str, str], ...] = ()
    """What is wrong beside the questions: anchor and words."""

    @property
    def problems(self) -> Sequence[Any]:
        """The questions whose answers do not do."""
        return [each for page in (self.person, *self.pages) for each in page.problems]


def show_receive(request: PageRequest) -> View:
    """Show the search for a procedure, or its empty screen."""
    code = request.query.get("procedure")
    if not code:
        return _search(request)
    procedure = _procedure(request, code)
    person = FilledPage.of_answers(applicant_page(request), {})
    return _screen(Screen(request, procedure, person, _pages(request, procedure, {})))


def take_in(request: PageRequest) -> View:
    """Look the person up, or take the application in and show the receipt."""
    procedure = _procedure(request, request.posted.get("_procedure"))
    desk = request.officer_desk
    person = FilledPage.of_posted(applicant_page(request), request.posted, request.today)
    form = request.catalog.forms.get(procedure.form or "")
    pages = tuple(FilledPage.of_posted(page, request.posted, request.today) for page in form.pages) if form else ()
    known = _known(request, desk, procedure, person.answers.get(PREFIX + "identity_number", ""))
    screen = Screen(request, procedure, person, pages, known)
    if request.posted.get("_do") == "look up":
        return _screen(_looked_up(screen, desk))
    screen = Screen(request, procedure, person, pages, known, tuple(_gaps(screen)))
    if screen.problems or screen.links:
        return _screen(screen, _UNPROCESSABLE)
    try:
        return _receipt(screen, desk)
    except CaseError as problem:
        links = (("#_unit", said(request, problem)),)
        return _screen(Screen(request, procedure, person, pages, known, links), _UNPROCESSABLE)


def _search(request: PageRequest) -> View:
    wanted = search_form(request.query.get("q", ""))
    offered = [each for each in request.catalog.procedures.values() if each.offer(Channel.IN_PERSON) is not None]
    words = wanted.split()
    found = [each for each in offered if all(word in _sought(request, each) for word in words)]
    shown = found if wanted else [each for each in offered if each.focus]
    return View(
        "counter/search.html", {"procedures": shown[:_FOUND], "wanted": request.query.get("q", ""), "total": len(shown)}
    )


def _sought(request: PageRequest, procedure: Procedure) -> str:
    return search_form(" ".join((procedure.code, request.text(procedure.name), *procedure.terms)))


def _procedure(request: PageRequest, code: str) -> Procedure:
    procedure: Procedure = request.catalog.procedure(code)
    if procedure.offer(Channel.IN_PERSON) is None:
        raise UnknownError(f"procedure {procedure.code} is not received at a counter.", remedy="Choose another.")
    return procedure


def _pages(request: PageRequest, procedure: Procedure, answers: dict[str, Any]) -> tuple[FilledPage, ...]:
    form = request.catalog.forms.get(procedure.form or "")
    return tuple(FilledPage.of_answers(page, answers) for page in form.pages) if form else ()


def _known(request: PageRequest, desk: OfficerDesk, procedure: Procedure, number: str) -> Known:
    """Return what the person's cases in one's own units tell; each look is written down."""
    if not number:
        return Known()
    cases = desk.cases_of(number)
    duplicates = tuple(each for each in cases if each.procedure == procedure.code and each.finished_at is None)
    reason = request.gettext("Receiving an application of the person")
    reusable = (
        [pair for each in procedure.documents for pair in desk.reusable(number, each.id, reason)] if cases else []
    )
    seen = (each.code for each in cases if each.channel is not Channel.ONLINE)  # online, who applies is only claimed
    return Known(duplicates, tuple(reusable), next(seen, None), is_asked=True)


def _looked_up(screen: Screen, desk: OfficerDesk) -> Screen:
    """Return the screen with what the newest case says of the person, where nothing else was typed."""
    request, answers = screen.request, screen.person.answers
    if screen.known.filled_from:
        file = desk.file(screen.known.filled_from, request.gettext("Receiving an application of the person"))
        answers = answers_of(file.person) | answers
    typed = {key: value for page in screen.pages for key, value in page.answers.items()}
    person = FilledPage.of_answers(screen.person.page, answers)
    return Screen(request, screen.procedure, person, _pages(request, screen.procedure, typed), screen.known)


def _is_known(procedure: Procedure, document: Document) -> bool:
    """Whether nobody need bring it: a register has it, or the pages on the screen are the form."""
    return bool(document.reusable_from) or (document.kind == "form" and procedure.form is not None)


def _gaps(screen: Screen) -> Any:
    """Yield what is missing beside the questions."""
    request, posted, known = screen.request, screen.request.posted, screen.known
    reused = {each.document for code, each in known.reusable if f"{code}|{each.id}" in posted.all(REUSE)}
    for document in screen.procedure.documents:
        is_needed = document.required and document.condition is None and not _is_known(screen.procedure, document)
        is_here = document.id in reused or document.id in posted.all(SEEN) or posted.files.get(FILE + document.id)
        if is_needed and not is_here:
            words = request.gettext("Check off, scan or reuse “%(document)s”") % {
                "document": request.text(document.name)
            }
            yield f"#{SEEN}-{document.id}", words
    if known.duplicates and posted.get("_anyway") != "1":
        yield (
            "#_anyway",
            request.gettext("The person has an open case for the same procedure: say that this is another"),
        )


def _receipt(screen: Screen, desk: OfficerDesk) -> View:
    request, posted = screen.request, screen.request.posted
    receipt = desk.take_in(
        Application(
            procedure=screen.procedure.code,
            channel=Channel.IN_PERSON,
            unit=posted.get("_unit"),
            received_at_point=request.authority.point,
            helped_at_point=request.authority.point,
            actor=request.authority.subject,
            key=sha256(posted.get("_key").encode()).hexdigest() if posted.get("_key") else None,
            answers={key: value for page in screen.pages for key, value in page.answers.items()},
            person=person_of(screen.person.answers),
            contents=tuple(_contents(screen, desk)),
        )
    )
    case = receipt.case
    is_tracked = "portal.tracked" in request.site_map.pages
    tracking = request.origin + request.url("portal.tracked", code=case.code) if is_tracked else case.code
    unit = unit_of(request.catalog, case)
    point = request.catalog.points.get(case.received_at_point or "")
    return View(
        "counter/receipt.html",
        {
            "case": case,
            "key": receipt.follow_key,
            "procedure": screen.procedure,
            "unit": unit.name if unit else case.unit,
            "point": point,
            "name": screen.person.answers[PREFIX + "name"],
            "documents": [each for each in screen.procedure.documents if _is_handed_in(screen, each.id)],
            "tracking": tracking if is_tracked else None,
            "picture": segno.make(tracking, error="m", micro=False).svg_data_uri(scale=4, border=3, light="#fff"),
            "is_own": case.unit in request.authority.units,
            "printed": _printed(request, case) if case.unit in request.authority.units else (),
        },
    )


def _printed(request: PageRequest, case: Case) -> tuple[DocumentTemplate, ...]:
    """Return the statutory receipt, where a plugin offers one."""
    offered = request.printing.offered(case, request.officer_desk.history(case.code))
    return tuple(each for each in offered if each.id.endswith(RECEIPT))


def _contents(screen: Screen, desk: OfficerDesk) -> Any:
    posted, reason = screen.request.posted, screen.request.gettext("Receiving an application of the person")
    for document in screen.procedure.documents:
        for each in posted.files.get(FILE + document.id, ()):
            yield Content(document=document.id, name=each.name, media_type="application/octet-stream", data=each.data)
    offered = {f"{code}|{each.id}": (code, each.id) for code, each in screen.known.reusable}
    for wanted in posted.all(REUSE):
        if wanted in offered:  # what is not this person's is not copied, whatever was sent
            yield desk.copy_of(*offered[wanted], reason)


def _is_handed_in(screen: Screen, document: str) -> bool:
    posted = screen.request.posted
    reused = {each.document for code, each in screen.known.reusable if f"{code}|{each.id}" in posted.all(REUSE)}
    return document in reused or document in posted.all(SEEN) or bool(posted.files.get(FILE + document))


def _units(request: PageRequest, procedure: Procedure) -> list[AdministrativeUnit]:
    """Which may decide; one's own first, for people come from anywhere."""
    levels = {"commune": Level.COMMUNE in procedure.levels, "province": Level.PROVINCE in procedure.levels}
    fit = [unit for unit in request.catalog.units.values() if levels.get(unit.level)] or [request.catalog.province]
    point = request.catalog.points.get(request.authority.point or "")
    own = point.unit if point else ""
    return sorted(fit, key=lambda unit: (unit.code != own, unit.code not in request.authority.units))


def _screen(screen: Screen, status: int = 200) -> View:
    request, posted = screen.request, screen.request.posted
    return View(
        "counter/receive.html",
        {
            "screen": screen,
            "procedure": screen.procedure,
            "offer": screen.procedure.offer(Channel.IN_PERSON),
            "units": _units(request, screen.procedure),
            "unit": posted.get("_unit"),
            "key": posted.get("_key") or secrets.token_urlsafe(18),
            "seen": posted.all(SEEN),
            "reused": posted.all(REUSE),
            "names": {each.id: each.name for each in screen.procedure.documents},
            "point": request.catalog.points.get(request.authority.point or ""),
        },
        status,
    )
