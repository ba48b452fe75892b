"""Following a case: by its code what everybody may know, with its key what is the person's own.

The key stands in the path of the personal pages. A form that carried it along from page to page would lose it at every
link, language switch and reload, and a cookie would leave it in a shared browser for the next person. In the path it is
in the history of the browser that typed it and nowhere else: these pages are kept by nobody (``no-store``), the address
goes to no other site (``referrer-policy: same-origin``), and no page of ours fetches anything from elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeAlias

from pilotkit import CaseError, Download, Redirect, UnknownError, View
from pilotkit.cases import Case, CaseStatus, EventKind, PaymentState, unit_of
from pilotkit_portal import documents as papers
from pilotkit_portal.qr_codes import qr

if TYPE_CHECKING:
    from pilotkit import Procedure, Step
    from pilotkit.pages import PageRequest

Answer: TypeAlias = View | Redirect | Download
OWN = "mine"
"""Stands where a key would, for who has signed in and needs none."""
OTHER = "other"
"""The field of a paper that is none of the procedure's."""
REASON_LENGTH = 1000
_UNPROCESSABLE = 422
_LONGEST_CODE = 80
_NO_FILES = ("form", "presented")
"""Kinds of documents that nobody sends as a file."""
_ENDED = frozenset({CaseStatus.FINISHED, CaseStatus.RETURNED, CaseStatus.REFUSED, CaseStatus.WITHDRAWN})


@dataclass(frozen=True)
class Stage:
    """One step of the way, as the person sees it."""

    step: Step
    state: str
    """``done``, ``here`` or ``ahead``."""


def _opened(answer: Callable[[PageRequest], Answer]) -> Callable[[PageRequest], Answer]:
    """Return a wrong key and a code that nobody has get the very same page."""

    @wraps(answer)
    def guarded(request: PageRequest) -> Answer:
        try:
            return answer(request)
        except UnknownError:
            return _track(request, request.path["code"], wrong="unknown")

    return guarded


def show_track(request: PageRequest) -> Answer:
    """Two fields: the code, and the key if one has it."""
    if code := request.query.get("code", ""):
        return Redirect(request.url("portal.tracked", code=code))
    return _track(request)


def open_track(request: PageRequest) -> Answer:
    """To the public page with a code alone, to one's own with the key."""
    code, key = request.posted.get("code").strip()[:_LONGEST_CODE], request.posted.get("key").strip()[:_LONGEST_CODE]
    if not code:
        return _track(request, wrong="missing")
    try:
        if not key:
            _tracked(request, code)
            return Redirect(request.url("portal.tracked", code=code))
        _follow(request, code, key)
    except UnknownError:
        return _track(request, code, wrong="unknown")
    return Redirect(request.url("portal.followed", code=code, key=key))


def _track(request: PageRequest, code: str = "", wrong: str = "") -> View:
    status = {"": 200, "missing": _UNPROCESSABLE, "unknown": 404}[wrong]
    return View(
        "portal/track/ask.html",
        {"code": code, "wrong": wrong, "is_set_up": request.keeps_personal_data, "here": ""},
        status,
    )


def show_tracked(request: PageRequest) -> Answer:
    """Where a case stands, for whoever has its code."""
    code = request.path["code"]
    try:
        tracked = _tracked(request, code)
    except UnknownError:
        return _track(request, code, wrong="unknown")
    return View("portal/track/public.html", {"tracked": tracked, "code": code, **_way(request, tracked)})


def open_tracked(request: PageRequest) -> Answer:
    """Return the key, typed where the code is known already."""
    return open_track(request)


@_opened
def show_followed(request: PageRequest) -> Answer:
    """One's own case: where it stands, what is asked, what came out."""
    return _followed(request)


def _followed(request: PageRequest, **more: Any) -> Answer:
    followed = _follow(request)
    case = followed.case
    submitted = followed.file.attachments if followed.file else ()
    return View(
        "portal/track/own.html",
        {
            "followed": followed,
            "case": case,
            "code": case.code,
            "key": request.path["key"],
            "results": tuple(each for each in submitted if each.kind == "result"),
            "submitted": tuple(each for each in submitted if each.kind != "result"),
            "asked": _asked(followed),
            "can_withdraw": case.status not in _ENDED,
            "can_rate": case.finished_at is not None,
            "wrong": "",
            "procedure_documents": _documents(request, case),
            "procedure_results": _results(request, case),
            **_way(request, case),
            **more,
        },
        _UNPROCESSABLE if more.get("wrong") else 200,
    )


@_opened
def rate(request: PageRequest) -> Answer:
    """Keep how it was."""
    score = request.posted.get("score")
    if score not in {"1", "2", "3", "4", "5"}:
        return _followed(request, wrong="score")
    code, key, authority = _who(request)
    comment = request.posted.get("comment")[:REASON_LENGTH]
    try:
        request.tracking.rate(code, key, authority, int(score), comment)
    except CaseError:
        return _followed(request, wrong="too_late")
    return Redirect(_own(request))


@_opened
def show_supplement(request: PageRequest) -> Answer:
    """Show what is still asked, and a field for it."""
    return _supplement(request)


@_opened
def answer_supplement(request: PageRequest) -> Answer:
    """Hand in what was asked; the clock goes on."""
    code, key, authority = _who(request)
    note = request.posted.get("note")[:REASON_LENGTH]
    uploads = [(name, each) for name, some in request.posted.files.items() for each in some if each.data]
    known = {each.id for each in _documents(request, _follow(request).case)} | {OTHER}
    contents = [papers.content_of(name, each) for name, each in uploads if name in known]
    if not contents and not note:
        return _supplement(request, wrong="nothing")
    try:
        request.tracking.answer_supplement(code, key, authority, contents, note)
    except CaseError:
        if _follow(request).case.status is CaseStatus.SUPPLEMENT_REQUESTED:
            return _supplement(request, wrong="not_taken", note=note)
    return Redirect(_own(request))


def _supplement(request: PageRequest, *, wrong: str = "", note: str = "") -> Answer:
    followed = _follow(request)
    if followed.case.status is not CaseStatus.SUPPLEMENT_REQUESTED:
        return Redirect(_own(request))
    context = {
        "case": followed.case,
        "asked": _asked(followed),
        "documents": tuple(each for each in _documents(request, followed.case) if each.kind not in _NO_FILES),
        "wrong": wrong,
        "note": note,
        "longest": REASON_LENGTH,
        "own": _own(request),
        "here": request.url("portal.supplement", **request.path),
        "megabytes": papers.MEGABYTES,
        "accept": papers.ACCEPT,
    }
    return View("portal/track/supplement.html", context, _UNPROCESSABLE if wrong else 200)


@_opened
def show_payment(request: PageRequest) -> Answer:
    """How much, where to, and whether it has arrived."""
    return _payment(request)


@_opened
def check_payment(request: PageRequest) -> Answer:
    """Somebody says that they have paid: ask whoever knows."""
    code, key, authority = _who(request)
    payment = request.tracking.check_payment(code, key, authority)
    if payment is not None and payment.state is PaymentState.CONFIRMED:
        return Redirect(request.url("portal.payment", **request.path))
    return _payment(request, has_asked=request.posted.get("by") != "page")


def _payment(request: PageRequest, *, has_asked: bool = False) -> Answer:
    followed = _follow(request)
    payment = followed.payment
    if payment is None and followed.case.status is not CaseStatus.PAYMENT_REQUESTED:
        return Redirect(_own(request))
    return View(
        "portal/track/payment.html",
        {
            "case": followed.case,
            "payment": payment,
            "is_paid": payment is not None and payment.state is PaymentState.CONFIRMED,
            "picture": qr(payment.order.qr_text) if payment is not None and payment.order.qr_text else None,
            "has_asked": has_asked,
            "own": _own(request),
            "here": request.url("portal.payment", **request.path),
        },
    )


@_opened
def show_withdrawal(request: PageRequest) -> Answer:
    """Are you sure?"""
    return _withdrawal(request)


@_opened
def withdraw(request: PageRequest) -> Answer:
    """Take the application back."""
    reason = request.posted.get("reason").strip()[:REASON_LENGTH]
    if not reason:
        return _withdrawal(request, wrong="missing")
    code, key, authority = _who(request)
    with suppress(CaseError):  # it has ended in the meantime, which the case's own page says
        request.tracking.withdraw(code, key, authority, reason)
    return Redirect(_own(request))


def _withdrawal(request: PageRequest, wrong: str = "") -> Answer:
    followed = _follow(request)
    if followed.case.status in _ENDED:
        return Redirect(_own(request))
    return View(
        "portal/track/withdraw.html",
        {
            "case": followed.case,
            "procedure": request.catalog.procedures.get(followed.case.procedure),
            "wrong": wrong,
            "own": _own(request),
            "here": request.url("portal.withdrawal", **request.path),
            "longest": REASON_LENGTH,
        },
        _UNPROCESSABLE if wrong else 200,
    )


@_opened
def show_file(request: PageRequest) -> Answer:
    """One file of one's own case; the look is written down."""
    code, key, authority = _who(request)
    attachment, data = request.tracking.content(code, key, authority, request.path["id"])
    return Download(data, attachment.media_type, attachment.name)


@_opened
def take_file(request: PageRequest) -> Answer:
    """Take a result: it counts as handed over. Then as :func:`show_file`."""
    with suppress(CaseError):  # it was handed over already, or is not to be taken here
        request.tracking.collect(*_who(request))
    return show_file(request)


def _who(request: PageRequest) -> tuple[str, str, Any]:
    key = request.path["key"]
    return request.path["code"], "" if key == OWN else key, request.authority


def _own(request: PageRequest) -> str:
    return request.url("portal.followed", code=request.path["code"], key=request.path["key"])


def _follow(request: PageRequest, code: str | None = None, key: str | None = None) -> Any:
    if not request.keeps_personal_data:
        raise UnknownError("nothing can be followed here.", remedy="Ask the office that took the case in.")
    if code is None or key is None:
        code, key, _authority = _who(request)
    return request.tracking.follow(code, key, request.authority)


def _tracked(request: PageRequest, code: str) -> Any:
    if not request.keeps_personal_data:
        raise UnknownError("nothing can be followed here.", remedy="Ask the office that took the case in.")
    return request.tracking.track(code)


def _procedure(request: PageRequest, case: Any) -> Procedure | None:
    """Return the definition the case was received under; today's where only that is to be had."""
    if isinstance(case, Case):
        try:
            return request.tracking.procedure(case)
        except UnknownError:
            return request.catalog.procedures.get(case.procedure)
    return request.catalog.procedures.get(case.procedure)


def _documents(request: PageRequest, case: Any) -> tuple[Any, ...]:
    procedure = _procedure(request, case)
    return procedure.documents if procedure else ()


def _results(request: PageRequest, case: Any) -> tuple[Any, ...]:
    procedure = _procedure(request, case)
    return procedure.results if procedure else ()


def _asked(followed: Any) -> str | None:
    """Return what the office asks for now, in its own words."""
    kinds = {
        CaseStatus.SUPPLEMENT_REQUESTED: EventKind.SUPPLEMENT_REQUESTED,
        CaseStatus.PAYMENT_REQUESTED: EventKind.PAYMENT_REQUESTED,
        CaseStatus.STOPPED: EventKind.STOPPED,
        CaseStatus.REFUSED: EventKind.REFUSED,
    }
    kind = kinds.get(followed.case.status)
    said = [event.reason for event in followed.events if event.kind is kind]
    return said[-1] if said else None


def _way(request: PageRequest, case: Any) -> dict[str, Any]:
    """Return what both pages show of the way a case goes, and of its clock."""
    procedure = _procedure(request, case)
    return {
        "procedure": procedure,
        "unit": unit_of(request.catalog, case),
        "stages": stages(procedure.steps if procedure else (), case.step, is_over=case.status in _ENDED),
        "is_late": case.is_late(request.now) if isinstance(case, Case) else case.is_late,
        "days_left": days_left(request, case.due_at),
        "is_over": case.status in _ENDED,
        "is_waiting": case.waiting_since is not None,
        "contacts": tuple(each for each in request.catalog.contacts.values() if each.phone or each.email or each.url),
    }


def stages(steps: tuple[Step, ...], at: str | None, *, is_over: bool) -> tuple[Stage, ...]:
    """Return the steps with what is done, where it stands and what is ahead.

    Steps may loop; they are shown in the order they are written, which is the order of the ordinary way.
    """
    ids = [step.id for step in steps]
    here = len(ids) if is_over else ids.index(at) if at in ids else -1
    return tuple(Stage(step, _state(number, here)) for number, step in enumerate(steps))


def _state(number: int, here: int) -> str:
    return "done" if number < here else "here" if number == here else "ahead"


def days_left(request: PageRequest, due: datetime | None) -> int | None:
    """Calendar days to the deadline, negative after it; None where there is none."""
    return None if due is None else (due.astimezone(request.zone).date() - request.today).days
