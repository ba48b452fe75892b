"""What an address asks of the work list: the same for the screen and for the printed tracking book."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilotkit.cases import WorkListQuery

if TYPE_CHECKING:
    from pilotkit.pages import PageRequest


def wanted_of(request: PageRequest) -> WorkListQuery:
    """Return what the address asks for."""
    query = request.query
    return WorkListQuery(
        status=query.get("status") or None,
        procedure=query.get("procedure") or None,
        unit=query.get("unit") or None,
        mine=query.get("mine") == "1",
        text=query.get("q", "")[:80],
        after=query.get("after") or None,
    )
