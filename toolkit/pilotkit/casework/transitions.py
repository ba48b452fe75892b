"""Which event may follow which status: the whole law of motion of a case, on one screen."""

from __future__ import annotations

from pilotkit.errors import CaseError
from pilotkit.model.case import Case, CaseStatus, EventKind

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
    """What may happen next to a case with this status."""
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
