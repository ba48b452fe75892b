"""The rows of one event, written without the ORM: what every submission waits for.

Case, event, link of the audit chain and outbox row stand in one transaction, so that none is ever there without the
others.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any

from sqlalchemy import Connection

from pilotkit.errors import CaseError
from pilotkit.model.audit import content_of, line_of
from pilotkit.model.case import Case, CaseEvent
from pilotkit.model.procedure import Procedure
from pilotkit.storage.audit import LINE, vouch
from pilotkit.storage.filing import adopt_draft
from pilotkit.storage.personal import SealedFile, keep_file
from pilotkit.storage.tables import microseconds

_CASE = tuple(Case.model_fields)
_changes = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class Receiving:
    """One transaction that takes a case in, from its number to everything that is kept of it.

    Args:
        connection: the transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def next_number(self, prefix: str, day: str) -> int:
        """The next case number of a day, from 1; whoever asks next waits until this transaction has ended."""
        more = "ON CONFLICT (prefix, day) DO UPDATE SET last = case_numbers.last + 1 RETURNING last"
        return int(_insert(self._connection, "case_numbers", ("prefix", "day", "last"), (prefix, day, 1), more))

    def keep_procedure(self, digest: str, procedure: Procedure, definition: str) -> None:
        """Keep a procedure as it is now under its digest; one that is kept already stays."""
        columns = ("digest", "code", "version", "definition")
        values = (digest, procedure.code, procedure.version, definition)
        _insert(self._connection, "procedure_versions", columns, values, "ON CONFLICT (digest) DO NOTHING")

    def add(self, case: Case, event: CaseEvent, key: str | None = None, file: SealedFile | None = None) -> None:
        """Write a new case with its first event.

        Args:
            case: the case.
            event: what made it.
            key: what it was submitted under.
            file: its personal side, sealed.

        Raises:
            CaseError: a case with this code is there already, or a submission with this key.
        """
        values = tuple(_plain(getattr(case, name)) for name in _CASE)
        free = "ON CONFLICT (code) DO NOTHING RETURNING id"
        case_id = _insert(self._connection, "cases", _CASE, values, free)
        if case_id is None:
            raise CaseError(f"there is a case '{case.code}' already.", remedy="Receive it under a new code.")
        insert_event(self._connection, case_id, event)
        if file is not None:
            keep_file(self._connection, file)
        if key is not None:
            self._add_submission(key, case_id)
            adopt_draft(self._connection, key, case.code)

    def _add_submission(self, key: str, case_id: int) -> None:
        free = "ON CONFLICT (key) DO NOTHING RETURNING case_id"
        if _insert(self._connection, "submissions", ("key", "case_id"), (key, case_id), free) is None:
            raise CaseError(
                f"a submission with the key '{key}' was taken in a moment ago.", remedy="Send it again to get its case."
            )


def insert_event(connection: Connection, case_id: int, event: CaseEvent) -> None:
    """Write an event with the link that vouches for it and the outbox row that plugins are told from."""
    at = microseconds(event.at)
    line = (case_id, event.number, event.kind.value, at, event.actor, event.reason, _changes(event.changes))
    event_id = _insert(connection, "case_events", LINE, line, "RETURNING id")
    vouch(connection, event.at, event.actor, (event_id, event_id), content_of([line_of(line)]))
    waiting = (event_id, case_id, 0, 0, "")
    _insert(connection, "outbox", ("event_id", "case_id", "attempts", "next_at", "told"), waiting)


def _insert(
    connection: Connection, table: str, columns: tuple[str, ...], values: tuple[Any, ...], more: str = ""
) -> Any:
    """Write one row; the first value of what ``more`` returns, None where it returns nothing."""
    statement = _statement(table, columns, "?" if connection.dialect.name == "sqlite" else "%s", more)
    result = connection.exec_driver_sql(statement, values)
    return result.scalar() if "RETURNING" in more else None


@cache
def _statement(table: str, columns: tuple[str, ...], mark: str, more: str) -> str:
    names, marks = ", ".join(columns), ", ".join([mark] * len(columns))
    return f"INSERT INTO {table} ({names}) VALUES ({marks}) {more}".rstrip()  # noqa: S608  # names of our own tables


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return microseconds(value)
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value
