"""The list of procedures as a visitor has narrowed it: by question, by moment in life, by field."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pilotkit import Domain, LifeEvent, Procedure, Visit
from pilotkit_portal.search import Found, find

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


def current_procedures(visit: Visit) -> tuple[Procedure, ...]:
    """The procedures that have not ended."""
    today = visit.today
    return tuple(each for each in visit.catalog.procedures.values() if each.valid_to is None or each.valid_to >= today)


def browse(visit: Visit) -> Browse:
    """What the visit's query asks for; what the catalog does not know is left out of account."""
    catalog, question = visit.catalog, visit.query.get("q", "")
    event = catalog.life_events.get(visit.query.get("event", ""))
    domain = catalog.domains.get(visit.query.get("domain", ""))
    current = current_procedures(visit)
    everywhere = find(catalog, question, [each for each in current if event is None or event.id in each.life_events])
    found = [each for each in everywhere if domain is None or each.procedure.domain == domain.id]
    pages = max(1, math.ceil(len(found) / PAGE_SIZE))
    page = min(max(1, _whole_number(visit.query.get("page", ""))), pages)
    fields = _fields(visit, (each.procedure for each in everywhere)) or _fields(visit, current)
    shown = tuple(found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE])
    return Browse(question, event, domain, shown, len(found), page, pages, fields)


def _fields(visit: Visit, procedures: Iterable[Procedure]) -> tuple[tuple[Domain, int], ...]:
    counts = Counter(each.domain for each in procedures)
    return tuple((each, counts[each.id]) for each in visit.catalog.domains.values() if counts[each.id])


def _whole_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER else 1
