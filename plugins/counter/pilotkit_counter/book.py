"""The tracking book: the cases of the work list as one printed list, form 07 where the national plugin offers it."""

from __future__ import annotations

from pilotkit import Case, Download, UnknownError, Visit, Wanted
from pilotkit_counter.asked import wanted_of

MOST = 1000
"""Cases of one book; narrow the list for more."""
_AT_ONCE = 200


def print_book(visit: Visit) -> Download:
    """The cases that the work list would show for the same address, in its order. Nobody's name is in it.

    Raises:
        UnknownError: no plugin offers a book.
    """
    template = book_of(visit)
    if template is None:
        raise UnknownError("no tracking book can be printed here.", remedy="Enable the plugin that offers one.")
    wanted = wanted_of(visit)
    unit = wanted.unit if wanted.unit in visit.authority.units else None
    cases = _cases(visit, wanted)
    made = visit.backoffice.printing.book(template, unit or _letterhead(visit), cases, visit.now)
    return Download(made, "application/pdf", f"{template}-{visit.today:%Y-%m-%d}.pdf")


def book_of(visit: Visit) -> str | None:
    """The id of the document about many cases; None where no plugin offers one."""
    return next((each.id for each in visit.backoffice.printing.templates.values() if each.subject == "cases"), None)


def _letterhead(visit: Visit) -> str:
    """The unit that prints: one's own, or the province where one sees several."""
    units = visit.authority.units
    return next(iter(units)) if len(units) == 1 else visit.catalog.province.code


def _cases(visit: Visit, wanted: Wanted) -> tuple[Case, ...]:
    desk = visit.backoffice.desk(visit.authority)
    found: list[Case] = []
    while len(found) < MOST:
        page = desk.work_list(wanted, 1, _AT_ONCE)
        found += page.cases
        if not page.has_more or page.next is None:
            break
        wanted = wanted.model_copy(update={"after": page.next})
    return tuple(found[:MOST])
