"""What a form asks of a case, as the desk takes it: one of the case's possible verbs and what the verb wants."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pilotkit import CaseError, UnknownError
from pilotkit.cases import EventKind, amount_in
from pilotkit_counter.clock_text import closing

if TYPE_CHECKING:
    from pilotkit import Procedure
    from pilotkit.cases import Case, Transition
    from pilotkit.pages import PageRequest

ORDER = (
    EventKind.ADVANCED,
    EventKind.FINISHED,
    EventKind.RETURNED,
    EventKind.RESUMED,
    EventKind.SUPPLEMENT_REQUESTED,
    EventKind.PAYMENT_REQUESTED,
    EventKind.EXTENDED,
    EventKind.TRANSFERRED,
    EventKind.STOPPED,
    EventKind.REFUSED,
    EventKind.WITHDRAWN,
)
"""What is done most often comes first; what ends a case badly last."""
WANT_REASON = frozenset(ORDER[4:])
REASON = 2000
"""Characters."""


@dataclass(frozen=True)
class Way:
    """One next step."""

    to: str
    value: str
    """What the form sends: the step and the fact that opens the way."""
    guard: str | None


def ways(procedure: Procedure, case: Case) -> tuple[Way, ...]:
    """Where a case can go from its step."""
    here = next((step for step in procedure.steps if step.id == case.step), None)
    return tuple(_way(each) for each in here.then) if here else ()


def in_order(kinds: tuple[EventKind, ...] | frozenset[EventKind]) -> tuple[EventKind, ...]:
    """Return the verbs in the order they are shown in."""
    return tuple(kind for kind in ORDER if kind in kinds)


def asked_kind(request: PageRequest) -> EventKind:
    """Return the verb that a form asks for."""
    wanted = request.posted.get("kind")
    if wanted not in {kind.value for kind in ORDER}:
        raise UnknownError(f"there is no verb '{wanted[:40]}'.", remedy="Choose one from the page.")
    return EventKind(wanted)


def given(request: PageRequest, kind: EventKind) -> dict[str, Any]:
    """Return what the form says beside the verb, as :meth:`Desk.act` takes it.

    Raises:
        CaseError: the day or the amount is none, or the reason is too long.
    """
    posted = request.posted
    found: dict[str, Any] = {"reason": posted.get("reason").strip() or None}
    if len(found["reason"] or "") > REASON:
        raise CaseError(request.gettext("The reason is too long."), remedy=request.gettext("Say it in fewer words."))
    if kind is EventKind.ADVANCED:
        to, _, guard = posted.get("to").partition("|")
        found |= {"to": to or None, "facts": frozenset({guard} - {""})}
    if kind is EventKind.TRANSFERRED:
        found["unit"] = posted.get("unit") or None
    if kind is EventKind.PAYMENT_REQUESTED and posted.get("amount").strip():
        found["amount"] = _amount(request, posted.get("amount"))
    if kind is EventKind.EXTENDED:
        found["until"] = closing(request, posted.get("until"))
        if posted.get("until") and found["until"] is None:
            raise CaseError(
                request.gettext("The new appointment is not a day."),
                remedy=request.gettext("Write day, month and year, such as 28/7/2025."),
            )
    return found


def _amount(request: PageRequest, text: str) -> Decimal:
    amount = amount_in(text)
    if amount is None or amount <= 0:
        raise CaseError(
            request.gettext("The amount is not a number above 0."),
            remedy=request.gettext("Write digits, such as 15.000; leave it empty if the person pays here."),
        )
    return amount


def _way(transition: Transition) -> Way:
    return Way(transition.to, f"{transition.to}|{transition.guard or ''}", transition.guard)
