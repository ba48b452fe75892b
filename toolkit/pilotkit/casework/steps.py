"""The declared way of a case through its procedure's steps."""

from __future__ import annotations

from pilotkit.errors import CaseError
from pilotkit.model.case import Case
from pilotkit.model.procedure import Procedure, Step


def next_step(procedure: Procedure, case: Case, to: str | None, facts: frozenset[str]) -> str:
    """The step a case goes on to.

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
