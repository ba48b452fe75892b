"""The rows of one event, written without the ORM: what every submission waits for.

Case, event, link of the audit chain and outbox row stand in one transaction, so that none is ever there without the
others.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from enum import Enum
from typing import Any

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
    """One transaction that takes a case in, from its number to everything that is kept of it.

    Args:
        statements: of the transaction.
    """

    def __init__(self, statements: DriverStatements) -> None:
        self._statements = statements

    def next_number(self, prefix: str, day: str) -> int:
        """The next case number of a day, from 1; whoever asks next waits until this transaction has ended."""
        more = "ON CONFLICT (prefix, day) DO UPDATE SET last = case_numbers.last + 1 RETURNING last"
        return int(self._statements.insert("case_numbers", ("prefix", "day", "last"), (prefix, day, 1), more))

    def keep_procedure(self, digest: str, procedure: Procedure, definition: str) -> None:
        """Keep a procedure as it is now under its digest; one that is kept already stays."""
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
        """Write a new case with its first event.

        Args:
            case: the case.
            event: what made it.
            key: what it was submitted under.
            file: its personal side, sealed.
            draft_as_of: when the draft that has the key was last changed; None: it has none.

        Raises:
            CaseError: a case with this code is there already, or a submission with this key, or the draft has been
                changed since.
        """
        values = tuple(_plain(getattr(case, name)) for name in _CASE)
        free = "ON CONFLICT (code) DO NOTHING RETURNING id"
        case_id = self._statements.insert("cases", _CASE, values, free)
        if case_id is None:
            raise CaseError(f"there is a case '{case.code}' already.", remedy="Receive it under a new code.")
        insert_event(self._statements, case_id, event)
        if file is not None:
            keep_file(self._statements, file)
        if key is not None:
            self._add_submission(key, case_id)
            adopt_draft(self._statements, key, case.code, draft_as_of)

    def _add_submission(self, key: str, case_id: int) -> None:
        free = "ON CONFLICT (key) DO NOTHING RETURNING case_id"
        if self._statements.insert("submissions", ("key", "case_id"), (key, case_id), free) is None:
            raise CaseError(
                f"a submission with the key '{key}' was taken in a moment ago.", remedy="Send it again to get its case."
            )


def insert_event(statements: DriverStatements, case_id: int, event: CaseEvent) -> None:
    """Write an event with the link that vouches for it and the outbox row that plugins are told from."""
    at = microseconds(event.at)
    line = (case_id, event.number, event.kind.value, at, event.actor, event.reason, _changes(event.changes))
    event_id = statements.insert("case_events", LINE, line, "RETURNING id")
    vouch(statements, event.at, event.actor, (event_id, event_id), content_of([line_of(line)]))
    waiting = (event_id, case_id, 0, 0, "")
    statements.insert("outbox", ("event_id", "case_id", "attempts", "next_at", "told"), waiting)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return microseconds(value)
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value
