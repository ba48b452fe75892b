"""The rows of one event, inserted without the ORM: every submission waits for this.

Case, event, audit record and outbox row are written in one transaction, so that none exists without the others.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from enum import Enum

from pilotkit.errors import CaseError
from pilotkit.model.audit import content_of, line_of
from pilotkit.model.case import Case, CaseEvent
from pilotkit.model.procedure import Procedure
from pilotkit.storage.application_store import adopt_draft
from pilotkit.storage.audit import LINE, vouch
from pilotkit.storage.driver_statements import DriverStatements
from pilotkit.storage.personal_store import SealedFile, keep_file
from pilotkit.storage.tables import microseconds

_CASE = tuple(Case.model_fields)
_changes = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class Receiving:
    """The transaction that receives a case, from its number to its personal file.

    Args:
        statements: of the transaction.
    """

    def __init__(self, statements: DriverStatements) -> None:
        self._statements = statements

    def next_number(self, prefix: str, day: str) -> int:
        """Return the next case number of a day, from 1; the next caller waits until this transaction ends."""
        more = "ON CONFLICT (prefix, day) DO UPDATE SET last = case_numbers.last + 1 RETURNING last"
        return self._statements.insert_returning("case_numbers", ("prefix", "day", "last"), (prefix, day, 1), more)

    def keep_procedure(self, digest: str, procedure: Procedure, definition: str) -> None:
        """Store a version of a procedure under its digest; one that is stored already stays."""
        columns = ("digest", "code", "version", "definition")
        values = (digest, procedure.code, procedure.version, definition)
        self._statements.insert("procedure_versions", columns, values, "ON CONFLICT (digest) DO NOTHING")

    def add(
        self,
        case: Case,
        event: CaseEvent,
        key: str | None = None,
        file: SealedFile | None = None,
        draft_as_of: datetime | None = None,
    ) -> None:
        """Insert a new case with its first event.

        Args:
            case: the case.
            event: its first event.
            key: the key of its submission.
            file: its personal file, sealed.
            draft_as_of: when the draft with that key was last changed; None: there is no draft.

        Raises:
            CaseError: a case with this code or a submission with this key exists, or the draft has been changed
                since.
        """
        values = tuple(_plain(getattr(case, name)) for name in _CASE)
        case_id = self._statements.insert_new("cases", _CASE, values, "code", "id")
        if case_id is None:
            raise CaseError(f"there is a case '{case.code}' already.", remedy="Receive it under a new code.")
        insert_event(self._statements, case_id, event)
        if file is not None:
            keep_file(self._statements, file)
        if key is not None:
            self._add_submission(key, case_id)
            adopt_draft(self._statements, key, case.code, draft_as_of)

    def _add_submission(self, key: str, case_id: int) -> None:
        if self._statements.insert_new("submissions", ("key", "case_id"), (key, case_id), "key", "case_id") is None:
            raise CaseError(
                f"a submission with the key '{key}' was taken in a moment ago.", remedy="Send it again to get its case."
            )


def insert_event(statements: DriverStatements, case_id: int, event: CaseEvent) -> None:
    """Insert an event with its audit record and the outbox row that it is delivered to plugins from."""
    at = microseconds(event.at)
    line = (case_id, event.number, event.kind.value, at, event.actor, event.reason, _changes(event.changes))
    event_id = statements.insert_returning("case_events", LINE, line, "RETURNING id")
    vouch(statements, event.at, event.actor, (event_id, event_id), content_of([line_of(line)]))
    waiting = (event_id, case_id, 0, 0, "")
    statements.insert("outbox", ("event_id", "case_id", "attempts", "next_at", "told"), waiting)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return microseconds(value)
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value
