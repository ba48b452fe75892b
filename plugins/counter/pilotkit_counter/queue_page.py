"""Queue tickets of one's own point: take, call, serve, skip; and the display that the waiting look at."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pilotkit import CaseError, Download, Redirect, UnknownError, View
from pilotkit_counter.clock_text import said

if TYPE_CHECKING:
    from pilotkit.cases import Ticket
    from pilotkit.pages import PageRequest

_CONFLICT = 409
_SHOWN = 8


def show_queue(request: PageRequest) -> View:
    """Who waits, who is at a counter, and the buttons."""
    return _queue(request)


def move_queue(request: PageRequest) -> View | Redirect | Download:
    """One button: a new ticket, the next one, served, nobody came, once more."""
    queue, posted, point = request.queue, request.posted, _point(request)
    if posted.get("do") == "print":
        return _printed(request, point)
    verbs: dict[str, Callable[[], Ticket | None]] = {
        "take": lambda: queue.take(point, posted.get("procedure") or None, priority=posted.get("priority") == "1"),
        "call": lambda: queue.call(point, _counter(request)),
        "serve": lambda: queue.serve(point, _whole(posted.get("number"))),
        "skip": lambda: queue.skip(point, _whole(posted.get("number"))),
        "recall": lambda: queue.recall(point, _whole(posted.get("number")), _counter(request)),
    }
    try:
        verb = verbs.get(posted.get("do"))
        if verb is None:
            raise UnknownError("there is no such button.", remedy="Use one of the page's.")
        ticket = verb()
    except CaseError as problem:
        return _queue(request, problem=said(request, problem), status=_CONFLICT)
    taken = ticket.number if posted.get("do") == "take" and ticket else None
    return Redirect(request.url("counter.queue", counter=_counter(request), taken=taken))


def _printed(request: PageRequest, point: str) -> Download:
    """Return a ticket on paper, with how long it may take."""
    number = _whole(request.posted.get("number"))
    ticket = next((each for each in request.queue.tickets(point) if each.number == number), None)
    if ticket is None:
        raise UnknownError(f"there is no ticket {number} today.", remedy="Give the person a new one.")
    wait = request.queue.expected_wait(point)
    extras = {} if wait is None else {"wait": str(round(wait.total_seconds() / 60))}
    made = request.printing.ticket(ticket, request.now, extras)
    return Download(made, "application/pdf", f"{point}-{number}.pdf")


def show_display(request: PageRequest) -> View:
    """Show the numbers that were called, in large; it names nobody and everybody may see it."""
    point = request.catalog.point(request.path["point"])
    queue = request.queue
    return View(
        "counter/display.html",
        {"point": point, "called": queue.called(point.id)[:_SHOWN], "waiting": len(queue.waiting(point.id))},
    )


def _queue(request: PageRequest, *, problem: str | None = None, status: int = 200) -> View:
    point = request.authority.point
    context: dict[str, Any] = {"problem": problem, "point": None, "counter": _counter(request)}
    if point is not None:
        queue = request.queue
        tickets = queue.tickets(point)
        wait = queue.expected_wait(point)
        context |= {
            "point": request.catalog.point(point),
            "waiting": queue.waiting(point),
            "called": queue.called(point),
            "skipped": [each for each in tickets if each.state == "skipped"],
            "served": sum(each.state == "served" for each in tickets),
            "wait": None if wait is None else round(wait.total_seconds() / 60),
            "taken": next((each for each in tickets if str(each.number) == request.query.get("taken")), None),
            "procedures": tuple(each for each in request.catalog.procedures.values() if each.focus),
        }
    return View("counter/queue.html", context, status)


def _point(request: PageRequest) -> str:
    if request.authority.point is None:
        raise UnknownError("this desk sits at no service point.", remedy="Give it one in local/accounts.csv.")
    return request.authority.point


def _counter(request: PageRequest) -> int:
    return _whole(request.posted.get("counter") or request.query.get("counter") or "1")


def _whole(text: str) -> int:
    """Return a small number; 0, which is nobody's, where it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0  # noqa: PLR2004  # digits of a ticket
