"""The list of procedures as a visitor has narrowed it: by question, by moment in life, by field."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pilotkit_portal.search import find

if TYPE_CHECKING:
    from pilotkit import Procedure
    from pilotkit.data import Domain, LifeEvent
    from pilotkit.pages import PageRequest
    from pilotkit_portal.search import Found

PAGE_SIZE = 20
_LONGEST_NUMBER = 5


@dataclass(frozen=True)
class Browse:
    """One page of the list, and what it was narrowed by."""

    question: str
    event: LifeEvent | None
    domain: Domain | None
    found: tuple[Found, ...]
    """Those of this page."""
    total: int
    page: int
    """From 1."""
    pages: int
    fields: tuple[tuple[Domain, int], ...]
    """The fields to narrow by, each with how many procedures it leaves."""

    @property
    def is_partial(self) -> bool:
        """Whether no procedure has every word of the question."""
        return bool(self.found) and not any(each.is_whole for each in self.found)


def current_procedures(request: PageRequest) -> tuple[Procedure, ...]:
    """Return the procedures that have not ended."""
    today = request.today
    return tuple(
        each for each in request.catalog.procedures.values() if each.valid_to is None or each.valid_to >= today
    )


def browse(request: PageRequest) -> Browse:
    """Return what the visit's query asks for; what the catalog does not know is left out of account."""
    catalog, question = request.catalog, request.query.get("q", "")
    event = catalog.life_events.get(request.query.get("event", ""))
    domain = catalog.domains.get(request.query.get("domain", ""))
    current = current_procedures(request)
    everywhere = find(catalog, question, [each for each in current if event is None or event.id in each.life_events])
    found = [each for each in everywhere if domain is None or each.procedure.domain == domain.id]
    pages = max(1, math.ceil(len(found) / PAGE_SIZE))
    page = min(max(1, _whole_number(request.query.get("page", ""))), pages)
    fields = _fields(request, (each.procedure for each in everywhere)) or _fields(request, current)
    shown = tuple(found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE])
    return Browse(question, event, domain, shown, len(found), page, pages, fields)


def _fields(request: PageRequest, procedures: Iterable[Procedure]) -> tuple[tuple[Domain, int], ...]:
    counts = Counter(each.domain for each in procedures)
    return tuple((each, counts[each.id]) for each in request.catalog.domains.values() if counts[each.id])


def _whole_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER else 1
