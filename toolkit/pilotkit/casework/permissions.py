"""Which permission each event wants: who may do what to a case, on one screen.

A step belongs to its role: whoever has the role and any permission to work may do that step, ask the person for what
is missing at it, and finish where it is the last. With ``case.advance``, ``case.assign`` stands in for any role.
"""

from __future__ import annotations

from pilotkit.model.access import Authority
from pilotkit.model.case import Case, EventKind
from pilotkit.model.procedure import Procedure, Step

READ, RECEIVE, ADVANCE, SIGN = "case.read", "case.receive", "case.advance", "case.sign"
RETURN, ASSIGN = "case.return", "case.assign"
WORKING = frozenset({RECEIVE, ADVANCE, SIGN, RETURN})
"""Permissions of people who move cases themselves."""


def may(authority: Authority, kind: EventKind, case: Case, procedure: Procedure) -> bool:
    """Whether somebody's permissions and roles allow an event; the jurisdiction is not asked here."""
    step = step_of(procedure, case)
    owns = is_of(authority, step)
    if kind is EventKind.ADVANCED:
        return owns or (authority.may(ADVANCE) and (step is None or authority.may(ASSIGN)))
    return (owns and kind in _OF_THE_STEP) or bool(authority.permissions & _PERMISSIONS[kind])


_PERMISSIONS: dict[EventKind, frozenset[str]] = {
    EventKind.RECEIVED: frozenset({RECEIVE}),
    EventKind.SUPPLEMENT_REQUESTED: frozenset({ADVANCE}),
    EventKind.PAYMENT_REQUESTED: frozenset({ADVANCE}),
    EventKind.RESUMED: frozenset({ADVANCE}),
    EventKind.MIGRATED: frozenset(),
    EventKind.STOPPED: frozenset({ADVANCE}),
    EventKind.EXTENDED: frozenset({ADVANCE, SIGN}),
    EventKind.TRANSFERRED: frozenset({ADVANCE, ASSIGN}),
    EventKind.REFUSED: frozenset({SIGN}),
    EventKind.WITHDRAWN: frozenset({RECEIVE}),
    EventKind.FINISHED: frozenset({SIGN}),
    EventKind.RETURNED: frozenset({RETURN}),
}
"""Any one of these is enough."""
_OF_THE_STEP = frozenset(
    {
        EventKind.SUPPLEMENT_REQUESTED,
        EventKind.PAYMENT_REQUESTED,
        EventKind.RESUMED,
        EventKind.STOPPED,
        EventKind.FINISHED,
    }
)
"""What whoever's step it is may do as well."""


def is_of(authority: Authority, step: Step | None) -> bool:
    """Whether the step is one of somebody's own, who also works on cases."""
    return step is not None and step.role in authority.roles and bool(authority.permissions & WORKING)


def step_of(procedure: Procedure, case: Case) -> Step | None:
    """Return the step that a case stands at."""
    return next((step for step in procedure.steps if step.id == case.step), None)
