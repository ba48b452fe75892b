"""Applying: one screen after another, until the application is sent. The draft's secret is in each address.

Whoever has that address can go on with the draft, which is what "save and come back" is. No answer of these pages is
kept by a browser or anything between, and the address is told to no other site.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any, TypeAlias

from pilotkit import CaseError, Channel, Level, Redirect, UnknownError, View
from pilotkit.cases import unit_of
from pilotkit.pages import FilledPage
from pilotkit_portal import documents as papers
from pilotkit_portal.availability import Closed, why_closed
from pilotkit_portal.deciding_units import deciding_units
from pilotkit_portal.earlier_documents import earlier_papers, take_over
from pilotkit_portal.eligibility import fit_of
from pilotkit_portal.pages import reachable
from pilotkit_portal.person import answers_of, person_of, person_page
from pilotkit_portal.qr_codes import qr

if TYPE_CHECKING:
    from pilotkit import Document, Procedure
    from pilotkit.cases import Applications, Form, FormPage
    from pilotkit.pages import PageRequest


Answer: TypeAlias = View | Redirect
_UNPROCESSABLE = 422


@dataclass(frozen=True)
class Journey:
    """One draft on its way: what there is to do, and where one is."""

    request: PageRequest
    token: str

    @cached_property
    def applications(self) -> Applications:
        """The service that keeps the draft."""
        return self.request.applications

    @cached_property
    def draft(self) -> Any:
        """What was filled in so far."""
        return self.applications.draft(self.token)

    @cached_property
    def procedure(self) -> Procedure:
        """What is applied for."""
        return self.request.catalog.procedure(self.draft.procedure)

    @cached_property
    def pages(self) -> tuple[FormPage, ...]:
        """The pages of the procedure's own form."""
        form: Form | None = self.request.catalog.forms.get(self.procedure.form or "")
        return form.pages if form else ()

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """The papers to hand in."""
        return papers.handed_in(self.procedure)

    @cached_property
    def stops(self) -> tuple[str, ...]:
        """The addresses of the screens, in order."""
        url, token = self.request.url, self.token
        return (
            url("portal.you", token=token),
            *(url("portal.questions", token=token, page=page.id) for page in self.pages),
            *((url("portal.documents", token=token),) if self.documents else ()),
            url("portal.check", token=token),
        )

    @cached_property
    def missing_documents(self) -> tuple[Document, ...]:
        """The papers that are needed in any case and are not here yet."""
        here = {each.document for each in self.draft.attachments}
        return tuple(each for each in self.documents if each.required and not each.condition and each.id not in here)

    @cached_property
    def first_gap(self) -> str | None:
        """The first screen on which something is missing."""
        if self.draft.person is None or self.draft.unit is None:
            return self.stops[0]
        for page, stop in zip(self.pages, self.stops[1:], strict=False):
            if page.id not in self.draft.pages_done:
                return stop
        return self.request.url("portal.documents", token=self.token) if self.missing_documents else None

    def after(self, stop: str) -> Redirect:
        """On to the next screen; back to the last one where everything was filled in already."""
        if self.request.query.get("back") == "check" and self.first_gap is None:
            return Redirect(self.stops[-1])
        return Redirect(self.stops[self.stops.index(stop) + 1])

    def frame(self, stop: str) -> dict[str, Any]:
        """Return what every screen shows: where one is, what for, and how to come back."""
        number = self.stops.index(stop)
        return {
            "procedure": self.procedure,
            "number": number + 1,
            "total": len(self.stops),
            "back": self.stops[number - 1] if number else None,
            "here": stop + ("?back=check" if self.request.query.get("back") == "check" else ""),
            "draft": self.draft,
            "link": self.request.origin + self.request.url("portal.draft", token=self.token),
        }


def _with_draft(answer: Callable[[PageRequest], Answer]) -> Callable[[PageRequest], Answer]:
    """Return what is answered where the draft was sent already, or is gone."""

    @wraps(answer)
    def guarded(request: PageRequest) -> Answer:
        if not request.keeps_personal_data:
            return View("portal/apply/gone.html", {"is_set_up": False}, 503)
        try:
            return answer(request)
        except UnknownError:
            return _sent_or_gone(request)

    return guarded


def _sent_or_gone(request: PageRequest) -> Answer:
    try:
        request.applications.receipt(request.path["token"])
    except UnknownError:
        return View("portal/apply/gone.html", {"is_set_up": True}, 404)
    return Redirect(request.url("portal.sent", token=request.path["token"]))


def show_start(request: PageRequest) -> Answer:
    """Show what one should know and have before one starts."""
    procedure = request.catalog.procedure(request.path["code"])
    closed = why_closed(request, procedure)
    return View(
        "portal/apply/start.html",
        {
            "procedure": procedure,
            "closed": closed,
            "offer": procedure.offer(Channel.ONLINE),
            "fit": fit_of(request, procedure),
            "handed_in": papers.handed_in(procedure),
            "contacts": reachable(request.catalog),
            "known": tuple(each for each in procedure.documents if each.reusable_from),
            "megabytes": papers.MEGABYTES,
        },
        503 if closed is Closed.NOT_SET_UP else 200,
    )


def start(request: PageRequest) -> Answer:
    """Return a new draft."""
    procedure = request.catalog.procedure(request.path["code"])
    if why_closed(request, procedure):
        return show_start(request)
    token = request.applications.start(procedure.code, Channel.ONLINE, request.authority)
    return Redirect(request.url("portal.you", token=token))


@_with_draft
def show_draft(request: PageRequest) -> Answer:
    """Back to where one was."""
    journey = _journey(request)
    return Redirect(journey.first_gap or journey.stops[-1])


@_with_draft
def show_you(request: PageRequest) -> Answer:
    """Who applies, and which office decides."""
    journey = _journey(request)
    filled = FilledPage.of_answers(person_page(request), answers_of(journey.draft.person))
    return _you(journey, filled, journey.draft.unit or "")


@_with_draft
def save_you(request: PageRequest) -> Answer:
    """Keep who applies."""
    journey = _journey(request)
    filled = FilledPage.of_posted(person_page(request), request.posted, request.today)
    units = deciding_units(request.catalog, journey.procedure)
    unit = units[0].code if len(units) == 1 else request.posted.get("unit")
    if filled.problems or unit not in {each.code for each in units}:
        return _you(journey, filled, unit, is_refused=True)
    person = person_of(filled.answers)
    journey.applications.save_person(journey.token, person, unit, known_as=request.person)
    return _again(journey).after(journey.stops[0])


def _you(journey: Journey, filled: FilledPage, unit: str, *, is_refused: bool = False) -> View:
    units = deciding_units(journey.request.catalog, journey.procedure)
    return View(
        "portal/apply/you.html",
        {
            **journey.frame(journey.stops[0]),
            "filled": filled,
            "units": units,
            "unit": unit,
            "unit_is_missing": is_refused and unit not in {each.code for each in units},
            "is_commune": Level.COMMUNE in journey.procedure.levels,
        },
        _UNPROCESSABLE if is_refused else 200,
    )


@_with_draft
def show_questions(request: PageRequest) -> Answer:
    """One page of the procedure's own form."""
    journey = _journey(request)
    page = _page(journey)
    if page is None:
        return Redirect(request.url("portal.draft", token=journey.token))
    return _questions(journey, FilledPage.of_answers(page, journey.draft.answers))


@_with_draft
def save_questions(request: PageRequest) -> Answer:
    """Keep the answers of one page."""
    journey = _journey(request)
    page = _page(journey)
    if page is None:
        return Redirect(request.url("portal.draft", token=journey.token))
    filled = FilledPage.of_posted(page, request.posted, request.today)
    if filled.problems:
        return _questions(journey, filled, _UNPROCESSABLE)
    journey.applications.save(journey.token, filled.page.id, filled.answers)
    return _again(journey).after(_stop(journey, filled.page))


def _questions(journey: Journey, filled: FilledPage, status: int = 200) -> View:
    return View("portal/apply/questions.html", {**journey.frame(_stop(journey, filled.page)), "filled": filled}, status)


def _page(journey: Journey) -> FormPage | None:
    return next((page for page in journey.pages if page.id == journey.request.path["page"]), None)


def _stop(journey: Journey, page: FormPage) -> str:
    return journey.request.url("portal.questions", token=journey.token, page=page.id)


@_with_draft
def show_documents(request: PageRequest) -> Answer:
    """Show the papers, each with a field."""
    return _documents(_journey(request), {})


@_with_draft
def save_documents(request: PageRequest) -> Answer:
    """Keep the files that came; take one away where that was asked."""
    journey = _journey(request)
    if gone := request.posted.get("remove"):
        journey.applications.detach(journey.token, gone)
        return Redirect(request.url("portal.documents", token=journey.token))
    wrong = {}
    for document in journey.documents:
        for upload in request.posted.files.get(document.id, ()):
            problem = _attached(journey, document, upload)
            if problem:
                wrong[document.id] = problem
    wrong.update(take_over(request, journey.token, journey.documents))
    journey = _again(journey)
    if request.posted.get("go") != "more":
        wrong = {**{each.id: "missing" for each in journey.missing_documents}, **wrong}
    if wrong:
        return _documents(journey, wrong, _UNPROCESSABLE)
    here = request.url("portal.documents", token=journey.token)
    return Redirect(here) if request.posted.get("go") == "more" else journey.after(here)


def _attached(journey: Journey, document: Document, upload: Any) -> str | None:
    """Return what is wrong with a file, as a word for the template; None where it was kept."""
    if not upload.data:
        return "empty"
    if len(upload.data) > papers.MEGABYTES * 2**20:
        return "too_big"
    try:
        journey.applications.attach(journey.token, papers.content_of(document.id, upload))
    except CaseError:
        return "not_taken"
    return None


def _documents(journey: Journey, wrong: Mapping[str, str], status: int = 200) -> View:
    return View(
        "portal/apply/documents.html",
        {
            **journey.frame(journey.request.url("portal.documents", token=journey.token)),
            "documents": journey.documents,
            "attached": _by_document(journey),
            "wrong": wrong,
            "earlier": earlier_papers(journey.request, journey.documents),
            "shown_later": papers.shown_later(journey.procedure),
            "megabytes": papers.MEGABYTES,
            "accept": papers.ACCEPT,
        },
        status,
    )


def _by_document(journey: Journey) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for attachment in journey.draft.attachments:
        found.setdefault(attachment.document, []).append(attachment)
    return found


@_with_draft
def show_check(request: PageRequest) -> Answer:
    """Everything once more, before it is sent."""
    journey = _journey(request)
    if journey.first_gap:
        return Redirect(journey.first_gap)
    return _check(journey)


@_with_draft
def send(request: PageRequest) -> Answer:
    """Send it. Sent twice, it is one case."""
    journey = _journey(request)
    if journey.first_gap:
        return Redirect(journey.first_gap)
    if not request.posted.get("is_true"):
        return _check(journey, is_unconfirmed=True)
    try:
        journey.applications.submit(journey.token, request.authority)
    except CaseError:
        return _check(_again(journey), is_refused=True)
    return Redirect(request.url("portal.sent", token=journey.token))


def _check(journey: Journey, *, is_unconfirmed: bool = False, is_refused: bool = False) -> View:
    request, draft = journey.request, journey.draft
    missing = journey.applications.missing(journey.token)
    pages = [FilledPage.of_answers(page, draft.answers) for page in journey.pages]
    return View(
        "portal/apply/check.html",
        {
            **journey.frame(journey.stops[-1]),
            "person": FilledPage.of_answers(person_page(request), answers_of(draft.person)),
            "filled_pages": list(zip(pages, journey.stops[1:], strict=False)),
            "you": journey.stops[0],
            "papers_at": request.url("portal.documents", token=journey.token) if journey.documents else None,
            "unit": request.catalog.units.get(draft.unit or ""),
            "documents": journey.documents,
            "attached": _by_document(journey),
            "fees": journey.applications.fees(journey.procedure.code, Channel.ONLINE, draft.answers),
            "offer": journey.procedure.offer(Channel.ONLINE),
            "is_unconfirmed": is_unconfirmed,
            "is_refused": is_refused,
            "refusals": tuple(gap.message for gap in missing if gap.part == "answers"),
        },
        _UNPROCESSABLE if is_unconfirmed or is_refused else 200,
    )


def show_sent(request: PageRequest) -> Answer:
    """Show that the application is on disk: its code, its key, and what happens now."""
    try:
        receipt = request.applications.receipt(request.path["token"])
    except UnknownError:
        return View("portal/apply/gone.html", {"is_set_up": request.keeps_personal_data}, 404)
    case, key = receipt.case, receipt.follow_key
    tracking = request.origin + request.url("portal.tracked", code=case.code)
    return View(
        "portal/apply/sent.html",
        {
            "case": case,
            "key": key,
            "procedure": request.catalog.procedures.get(case.procedure),
            "unit": unit_of(request.catalog, case),
            "tracking": tracking,
            "picture": qr(tracking),
            "must_pay": str(case.status) == "payment_requested",
        },
    )


def _journey(request: PageRequest) -> Journey:
    return Journey(request, request.path["token"])


def _again(journey: Journey) -> Journey:
    """Return the journey as it is after a change."""
    return Journey(journey.request, journey.token)
