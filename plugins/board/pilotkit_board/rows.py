"""The rows behind a number that is not of cases: visits, procedures, points; under the names that expressions use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pilotkit import Visit

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INSTANT = "_at"
"""How the names of columns end that hold instants."""


def names_of(rows: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """The columns that say something of some row."""
    return tuple(name for name in (rows[0] if rows else ()) if any(row[name] is not None for row in rows))


def cell_of(visit: Visit, name: str, value: Any) -> str | int | date | None:
    """A cell for a file: instants as moments, truths as words."""
    if isinstance(value, bool):
        return visit.gettext("yes") if value else visit.gettext("no")
    if isinstance(value, int) and name.endswith(_INSTANT):
        return (_EPOCH + timedelta(microseconds=value)).astimezone(visit.zone)
    return value  # type: ignore[no-any-return]  # what the columns of facts hold


def shown(visit: Visit, name: str, value: Any) -> str:
    """The same for a page."""
    cell = cell_of(visit, name, value)
    if cell is None:
        return "–"
    if isinstance(cell, datetime):
        return visit.formats.moment(cell)
    if isinstance(cell, date):
        return visit.formats.day(cell)
    return visit.formats.number(cell) if isinstance(cell, int) else cell
