"""State is what events made it: changes between two states, and the state that a list of events makes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pilotkit.errors import CaseError
from pilotkit.model.case import Case, CaseEvent, EventKind
from pilotkit.storage.store import Store


def changes_between(before: Case | None, after: Case) -> dict[str, Any]:
    """Return the fields in which ``after`` differs, as JSON; all that are not empty where nothing was before."""
    now = after.model_dump(mode="json")
    was = before.model_dump(mode="json") if before else dict.fromkeys(now)
    return {name: value for name, value in now.items() if value != was[name]}


def project(events: Sequence[CaseEvent]) -> Case:
    """Return the case that these events made.

    Raises:
        CaseError: they are not the whole history of one case in order.
    """
    numbers = [event.number for event in events]
    if not events or numbers != list(range(1, len(events) + 1)) or events[0].kind is not EventKind.RECEIVED:
        raise CaseError(
            f"the history of case '{events[0].case if events else '?'}' has the events {numbers}, not all of them.",
            remedy="Restore the database from a backup.",
        )
    state: dict[str, Any] = dict.fromkeys(Case.model_fields)
    for event in events:
        state |= event.changes
    return Case.model_validate({name: value for name, value in state.items() if value is not None or name in _NULLABLE})


_NULLABLE = {name for name, field in Case.model_fields.items() if field.is_required()}


def differing(store: Store) -> Iterator[tuple[Case, Case]]:
    """Each case whose stored state is not what its events make of it: as stored, and as it should be."""
    for code in store.codes():
        stored, made = store.case(code), project(store.events(code))
        if stored != made:
            yield stored, made
