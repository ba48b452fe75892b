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
from typing import Any, TypeAlias

from pilotkit import (
    Case,
    CaseError,
    CaseStatus,
    Download,
    EventKind,
    PaymentState,
    Procedure,
    Redirect,
    Step,
    UnknownError,
    View,
    Visit,
    unit_of,
)
from pilotkit_portal import papers
from pilotkit_portal.openness import is_set_up
from pilotkit_portal.pictures import qr

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


def _opened(answer: Callable[[Visit], Answer]) -> Callable[[Visit], Answer]:
    """A wrong key and a code that nobody has get the very same page."""

    @wraps(answer)
    def guarded(visit: Visit) -> Answer:
        try:
            return answer(visit)
        except UnknownError:
            return _track(visit, visit.path["code"], wrong="unknown")

    return guarded


def show_track(visit: Visit) -> Answer:
    """Two fields: the code, and the key if one has it."""
    if code := visit.query.get("code", ""):
        return Redirect(visit.url("portal.tracked", code=code))
    return _track(visit)


def open_track(visit: Visit) -> Answer:
    """To the public page with a code alone, to one's own with the key."""
    code, key = visit.posted.get("code").strip()[:_LONGEST_CODE], visit.posted.get("key").strip()[:_LONGEST_CODE]
    if not code:
        return _track(visit, wrong="missing")
    try:
        if not key:
            _tracked(visit, code)
            return Redirect(visit.url("portal.tracked", code=code))
        _follow(visit, code, key)
    except UnknownError:
        return _track(visit, code, wrong="unknown")
    return Redirect(visit.url("portal.followed", code=code, key=key))


def _track(visit: Visit, code: str = "", wrong: str = "") -> View:
    status = {"": 200, "missing": _UNPROCESSABLE, "unknown": 404}[wrong]
    return View(
        "portal/track/ask.html", {"code": code, "wrong": wrong, "is_set_up": is_set_up(visit), "here": ""}, status
    )


def show_tracked(visit: Visit) -> Answer:
    """Where a case stands, for whoever has its code."""
    code = visit.path["code"]
    try:
        tracked = _tracked(visit, code)
    except UnknownError:
        return _track(visit, code, wrong="unknown")
    return View("portal/track/public.html", {"tracked": tracked, "code": code, **_way(visit, tracked)})


def open_tracked(visit: Visit) -> Answer:
    """The key, typed where the code is known already."""
    return open_track(visit)


@_opened
def show_followed(visit: Visit) -> Answer:
    """One's own case: where it stands, what is asked, what came out."""
    return _followed(visit)


def _followed(visit: Visit, **more: Any) -> Answer:
    followed = _follow(visit)
    case = followed.case
    submitted = followed.file.attachments if followed.file else ()
    return View(
        "portal/track/own.html",
        {
            "followed": followed,
            "case": case,
            "code": case.code,
            "key": visit.path["key"],
            "results": tuple(each for each in submitted if each.kind == "result"),
            "submitted": tuple(each for each in submitted if each.kind != "result"),
            "asked": _asked(followed),
            "can_withdraw": case.status not in _ENDED,
            "can_rate": case.finished_at is not None,
            "wrong": "",
            "procedure_documents": _documents(visit, case),
            "procedure_results": _results(visit, case),
            **_way(visit, case),
            **more,
        },
        _UNPROCESSABLE if more.get("wrong") else 200,
    )


@_opened
def rate(visit: Visit) -> Answer:
    """Keep how it was."""
    score = visit.posted.get("score")
    if score not in {"1", "2", "3", "4", "5"}:
        return _followed(visit, wrong="score")
    code, key, authority = _who(visit)
    comment = visit.posted.get("comment")[:REASON_LENGTH]
    try:
        visit.backoffice.filing.rate(code, key, authority, int(score), comment)
    except CaseError:
        return _followed(visit, wrong="too_late")
    return Redirect(_own(visit))


@_opened
def show_supplement(visit: Visit) -> Answer:
    """What is still asked, and a field for it."""
    return _supplement(visit)


@_opened
def answer_supplement(visit: Visit) -> Answer:
    """Hand in what was asked; the clock goes on."""
    code, key, authority = _who(visit)
    note = visit.posted.get("note")[:REASON_LENGTH]
    uploads = [(name, each) for name, some in visit.posted.files.items() for each in some if each.data]
    known = {each.id for each in _documents(visit, _follow(visit).case)} | {OTHER}
    contents = [papers.content_of(name, each) for name, each in uploads if name in known]
    if not contents and not note:
        return _supplement(visit, wrong="nothing")
    try:
        visit.backoffice.filing.answer_supplement(code, key, authority, contents, note)
    except CaseError:
        if _follow(visit).case.status is CaseStatus.SUPPLEMENT_REQUESTED:
            return _supplement(visit, wrong="not_taken", note=note)
    return Redirect(_own(visit))


def _supplement(visit: Visit, *, wrong: str = "", note: str = "") -> Answer:
    followed = _follow(visit)
    if followed.case.status is not CaseStatus.SUPPLEMENT_REQUESTED:
        return Redirect(_own(visit))
    context = {
        "case": followed.case,
        "asked": _asked(followed),
        "documents": tuple(each for each in _documents(visit, followed.case) if each.kind not in _NO_FILES),
        "wrong": wrong,
        "note": note,
        "longest": REASON_LENGTH,
        "own": _own(visit),
        "here": visit.url("portal.supplement", **visit.path),
        "megabytes": papers.MEGABYTES,
        "accept": papers.ACCEPT,
    }
    return View("portal/track/supplement.html", context, _UNPROCESSABLE if wrong else 200)


@_opened
def show_payment(visit: Visit) -> Answer:
    """How much, where to, and whether it has arrived."""
    return _payment(visit)


@_opened
def check_payment(visit: Visit) -> Answer:
    """Somebody says that they have paid: ask whoever knows."""
    code, key, authority = _who(visit)
    payment = visit.backoffice.filing.check_payment(code, key, authority)
    if payment is not None and payment.state is PaymentState.CONFIRMED:
        return Redirect(visit.url("portal.payment", **visit.path))
    return _payment(visit, has_asked=visit.posted.get("by") != "page")


def _payment(visit: Visit, *, has_asked: bool = False) -> Answer:
    followed = _follow(visit)
    payment = followed.payment
    if payment is None and followed.case.status is not CaseStatus.PAYMENT_REQUESTED:
        return Redirect(_own(visit))
    return View(
        "portal/track/payment.html",
        {
            "case": followed.case,
            "payment": payment,
            "is_paid": payment is not None and payment.state is PaymentState.CONFIRMED,
            "picture": qr(payment.order.qr_text) if payment is not None and payment.order.qr_text else None,
            "has_asked": has_asked,
            "own": _own(visit),
            "here": visit.url("portal.payment", **visit.path),
        },
    )


@_opened
def show_withdrawal(visit: Visit) -> Answer:
    """Are you sure?"""
    return _withdrawal(visit)


@_opened
def withdraw(visit: Visit) -> Answer:
    """Take the application back."""
    reason = visit.posted.get("reason").strip()[:REASON_LENGTH]
    if not reason:
        return _withdrawal(visit, wrong="missing")
    code, key, authority = _who(visit)
    with suppress(CaseError):  # it has ended in the meantime, which the case's own page says
        visit.backoffice.filing.withdraw(code, key, authority, reason)
    return Redirect(_own(visit))


def _withdrawal(visit: Visit, wrong: str = "") -> Answer:
    followed = _follow(visit)
    if followed.case.status in _ENDED:
        return Redirect(_own(visit))
    return View(
        "portal/track/withdraw.html",
        {
            "case": followed.case,
            "procedure": visit.catalog.procedures.get(followed.case.procedure),
            "wrong": wrong,
            "own": _own(visit),
            "here": visit.url("portal.withdrawal", **visit.path),
            "longest": REASON_LENGTH,
        },
        _UNPROCESSABLE if wrong else 200,
    )


@_opened
def show_file(visit: Visit) -> Answer:
    """One file of one's own case; the look is written down."""
    code, key, authority = _who(visit)
    attachment, data = visit.backoffice.filing.content(code, key, authority, visit.path["id"])
    return Download(data, attachment.media_type, attachment.name)


@_opened
def take_file(visit: Visit) -> Answer:
    """Take a result: it counts as handed over. Then as :func:`show_file`."""
    with suppress(CaseError):  # it was handed over already, or is not to be taken here
        visit.backoffice.filing.collect(*_who(visit))
    return show_file(visit)


def _who(visit: Visit) -> tuple[str, str, Any]:
    key = visit.path["key"]
    return visit.path["code"], "" if key == OWN else key, visit.authority


def _own(visit: Visit) -> str:
    return visit.url("portal.followed", code=visit.path["code"], key=visit.path["key"])


def _follow(visit: Visit, code: str | None = None, key: str | None = None) -> Any:
    if not is_set_up(visit):
        raise UnknownError("nothing can be followed here.", remedy="Ask the office that took the case in.")
    if code is None or key is None:
        code, key, _authority = _who(visit)
    return visit.backoffice.filing.follow(code, key, visit.authority)


def _tracked(visit: Visit, code: str) -> Any:
    if not is_set_up(visit):
        raise UnknownError("nothing can be followed here.", remedy="Ask the office that took the case in.")
    return visit.backoffice.filing.track(code)


def _procedure(visit: Visit, case: Any) -> Procedure | None:
    """The definition the case was received under; today's where only that is to be had."""
    if isinstance(case, Case):
        try:
            return visit.backoffice.definitions.of(case.procedure_digest)
        except UnknownError:
            return visit.catalog.procedures.get(case.procedure)
    return visit.catalog.procedures.get(case.procedure)


def _documents(visit: Visit, case: Any) -> tuple[Any, ...]:
    procedure = _procedure(visit, case)
    return procedure.documents if procedure else ()


def _results(visit: Visit, case: Any) -> tuple[Any, ...]:
    procedure = _procedure(visit, case)
    return procedure.results if procedure else ()


def _asked(followed: Any) -> str | None:
    """What the office asks for now, in its own words."""
    kinds = {
        CaseStatus.SUPPLEMENT_REQUESTED: EventKind.SUPPLEMENT_REQUESTED,
        CaseStatus.PAYMENT_REQUESTED: EventKind.PAYMENT_REQUESTED,
        CaseStatus.STOPPED: EventKind.STOPPED,
        CaseStatus.REFUSED: EventKind.REFUSED,
    }
    kind = kinds.get(followed.case.status)
    said = [event.reason for event in followed.events if event.kind is kind]
    return said[-1] if said else None


def _way(visit: Visit, case: Any) -> dict[str, Any]:
    """What both pages show of the way a case goes, and of its clock."""
    procedure = _procedure(visit, case)
    return {
        "procedure": procedure,
        "unit": unit_of(visit.catalog, case),
        "stages": stages(procedure.steps if procedure else (), case.step, is_over=case.status in _ENDED),
        "is_late": case.is_late(visit.now) if isinstance(case, Case) else case.is_late,
        "days_left": days_left(visit, case.due_at),
        "is_over": case.status in _ENDED,
        "is_waiting": case.waiting_since is not None,
        "contacts": tuple(each for each in visit.catalog.contacts.values() if each.phone or each.email or each.url),
    }


def stages(steps: tuple[Step, ...], at: str | None, *, is_over: bool) -> tuple[Stage, ...]:
    """The steps with what is done, where it stands and what is ahead.

    Steps may loop; they are shown in the order they are written, which is the order of the ordinary way.
    """
    ids = [step.id for step in steps]
    here = len(ids) if is_over else ids.index(at) if at in ids else -1
    return tuple(Stage(step, _state(number, here)) for number, step in enumerate(steps))


def _state(number: int, here: int) -> str:
    return "done" if number < here else "here" if number == here else "ahead"


def days_left(visit: Visit, due: datetime | None) -> int | None:
    """Calendar days to the deadline, negative after it; None where there is none."""
    return None if due is None else (due.astimezone(visit.zone).date() - visit.today).days
