"""A case as it goes on, event by event: what each kind of event changes, as the verbs of casework have it.

Logs of other systems break the law of motion, so nothing is refused here: what comes after the end is kept in the
history and changes nothing, except that a result may be handed over after it was finished.
"""

from __future__ import annotations

from typing import Any

from pydantic_core import to_json

from pilotkit.casework.clocks import Clocks
from pilotkit.catalog.working_time import Pause
from pilotkit.importing.timestamps import iso, moment
from pilotkit.model.case import CaseStatus, EventKind
from pilotkit.storage.tables import microseconds

_INSTANTS = frozenset({"received_at", "due_at", "waiting_since", "finished_at", "returned_at"})
_ENDS = {EventKind.REFUSED: CaseStatus.REFUSED, EventKind.WITHDRAWN: CaseStatus.WITHDRAWN,
         EventKind.FINISHED: CaseStatus.FINISHED}  # fmt: skip
_WAITS = {EventKind.PAYMENT_REQUESTED: CaseStatus.PAYMENT_REQUESTED, EventKind.STOPPED: CaseStatus.STOPPED}


class CaseProgress:
    """One case on its way.

    Args:
        state: its fields at receipt; instants in microseconds.
        clocks: say when it is due, where the log does not.
    """

    def __init__(self, state: dict[str, Any], clocks: Clocks | None) -> None:
        self.state = state | {"waiting_since": None, "finished_at": None, "returned_at": None}
        self.told: list[tuple[str, int, str]] = []
        self.last: int = state["received_at"]
        self._clocks = clocks
        self._pauses: list[Pause] = []
        if clocks is not None and (due := clocks.legal()):
            self.state["due_at"] = microseconds(due)
        first = {name: value for name, value in self.state.items() if value is not None}
        self._tell(EventKind.RECEIVED, first)

    @property
    def has_ended(self) -> bool:
        """Whether nothing more can change it but the handing over."""
        return self.state["finished_at"] is not None

    def add(self, kind: EventKind, at: int, step: str | None, more: dict[str, Any] | None = None) -> None:
        """One more event.

        Args:
            kind: what happened.
            at: when, in microseconds.
            step: where the case stands after it; None: where it stood.
            more: what else it changes.
        """
        self.last = max(self.last, at)
        wanted: dict[str, Any] = {}
        if not self.has_ended:
            wanted = self._changes(kind, at) | ({"step": step} if step else {}) | (more or {})
        elif kind is EventKind.RETURNED and self.state["status"] == CaseStatus.FINISHED.value:
            wanted = {"status": CaseStatus.RETURNED.value, "returned_at": at}
        changes = {name: value for name, value in wanted.items() if self.state[name] != value}
        self.state |= changes
        self._tell(kind, changes)

    def _changes(self, kind: EventKind, at: int) -> dict[str, Any]:
        if kind in _ENDS:
            return {"status": _ENDS[kind].value, "finished_at": at, "waiting_since": None}
        if kind in _WAITS:
            return {"status": _WAITS[kind].value, "waiting_since": at}
        if kind is EventKind.RETURNED:
            return {
                "status": CaseStatus.RETURNED.value, "finished_at": at, "returned_at": at, "waiting_since": None
            }  # fmt: skip
        if kind is EventKind.SUPPLEMENT_REQUESTED:
            asked = self.state["supplements"] + 1
            return {"status": kind.value, "supplements": asked, "waiting_since": at if asked == 1 else None}
        if kind is EventKind.RESUMED or (kind is EventKind.ADVANCED and self.state["waiting_since"] is not None):
            return {"status": CaseStatus.PROCESSING.value, "waiting_since": None} | self._resumed(at)
        return {"status": CaseStatus.PROCESSING.value} if kind is EventKind.ADVANCED else {}

    def _resumed(self, at: int) -> dict[str, Any]:
        """Return the deadline of our rules moves by as long as the clock stood; one that the log gave stays."""
        since = self.state["waiting_since"]
        if self._clocks is None or since is None:
            return {}
        self._pauses.append(Pause(moment(since), moment(at)))
        due = self._clocks.legal(self._pauses)
        return {"due_at": microseconds(due)} if due else {}

    def _tell(self, kind: EventKind, changes: dict[str, Any]) -> None:
        said = {
            name: iso(value) if name in _INSTANTS and value is not None else value for name, value in changes.items()
        }
        self.told.append((kind.value, self.last, to_json(said).decode()))
