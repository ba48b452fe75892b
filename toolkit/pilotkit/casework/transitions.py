"""The transitions of a case: which event may follow which status, and which step which."""

from __future__ import annotations

from pilotkit.errors import CaseError
from pilotkit.model.case import Case, CaseStatus, EventKind
from pilotkit.model.procedure import Procedure, Step

WORKING = frozenset({CaseStatus.ACCEPTED, CaseStatus.PROCESSING})
WAITING = frozenset({CaseStatus.SUPPLEMENT_REQUESTED, CaseStatus.PAYMENT_REQUESTED, CaseStatus.STOPPED})
OPEN = WORKING | WAITING

ALLOWED: dict[EventKind, frozenset[CaseStatus]] = {
    EventKind.ADVANCED: WORKING,
    EventKind.SUPPLEMENT_REQUESTED: WORKING,
    EventKind.PAYMENT_REQUESTED: WORKING,
    EventKind.STOPPED: WORKING,
    EventKind.RESUMED: WAITING,
    EventKind.EXTENDED: OPEN,
    EventKind.TRANSFERRED: OPEN,
    EventKind.REFUSED: WORKING,
    EventKind.WITHDRAWN: OPEN,
    EventKind.FINISHED: WORKING,
    EventKind.RETURNED: frozenset({CaseStatus.FINISHED}),
}
"""From which statuses each event may come. ``received`` is the first and comes from none."""


def possible(status: CaseStatus) -> tuple[EventKind, ...]:
    """Return what may happen next to a case with this status."""
    return tuple(kind for kind, statuses in ALLOWED.items() if status in statuses)


def check(case: Case, kind: EventKind) -> None:
    """Refuse what may not follow.

    Raises:
        CaseError: the case cannot take the event now.
    """
    if case.status in ALLOWED.get(kind, OPEN):  # what no person does, such as migrating, any open case may take
        return
    words = [each.value.replace("_", " ") for each in possible(case.status)]
    raise CaseError(
        f"case '{case.code}' is {case.status.value.replace('_', ' ')}, so it cannot be {kind.value.replace('_', ' ')}.",
        remedy=f"It can be: {', '.join(words)}." if words else "Nothing more can happen to it.",
    )


def next_step(procedure: Procedure, case: Case, to: str | None, facts: frozenset[str]) -> str:
    """Return the step a case goes on to.

    Raises:
        CaseError: there is none, more than one, or not the one that was wanted.
    """
    here = _step(procedure, case)
    open_to = [each.to for each in here.then if each.guard is None or each.guard in facts] if here else []
    if to is None and len(open_to) == 1:
        return open_to[0]
    if to is not None and to in open_to:
        return to
    where = f"at step '{here.id}'" if here else "without a step"
    wanted = f"to '{to}'" if to else "on"
    raise CaseError(
        f"case '{case.code}' is {where} and cannot go {wanted}.",
        remedy=f"Name one of: {', '.join(open_to)}."
        if open_to
        else "Finish it, or establish the facts that open a way.",
    )


def check_last_step(procedure: Procedure, case: Case) -> None:
    """Refuse to finish what is not done.

    Raises:
        CaseError: the case stands at a step that leads on to another.
    """
    here = _step(procedure, case)
    if here is not None and here.then:
        raise CaseError(
            f"case '{case.code}' is at step '{here.id}', which is not the last.",
            remedy=f"Advance it first, to {' or '.join(each.to for each in here.then)}.",
        )


def _step(procedure: Procedure, case: Case) -> Step | None:
    return next((step for step in procedure.steps if step.id == case.step), None)
