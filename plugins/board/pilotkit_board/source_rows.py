"""The rows behind a number that is not of cases: visits, procedures, points; under the names that expressions use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pilotkit.pages import PageRequest

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INSTANT = "_at"
"""How the names of columns end that hold instants."""


def names_of(rows: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """Return the columns that say something of some row."""
    return tuple(name for name in (rows[0] if rows else ()) if any(row[name] is not None for row in rows))


def cell_of(request: PageRequest, name: str, value: Any) -> str | int | date | None:
    """Return a cell for a file: instants as moments, truths as words."""
    if isinstance(value, bool):
        return request.gettext("yes") if value else request.gettext("no")
    if isinstance(value, int) and name.endswith(_INSTANT):
        return (_EPOCH + timedelta(microseconds=value)).astimezone(request.zone)
    return value  # type: ignore[no-any-return]  # what the columns of facts hold


def shown(request: PageRequest, name: str, value: Any) -> str:
    """Return the same for a page."""
    cell = cell_of(request, name, value)
    if cell is None:
        return "–"
    if isinstance(cell, datetime):
        return request.formats.moment(cell)
    if isinstance(cell, date):
        return request.formats.day(cell)
    return request.formats.number(cell) if isinstance(cell, int) else cell
