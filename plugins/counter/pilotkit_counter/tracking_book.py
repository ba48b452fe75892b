"""The tracking book: the cases of the work list as one printed list, form 07 where the national plugin offers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilotkit import Download, UnknownError
from pilotkit_counter.work_list_query import wanted_of

if TYPE_CHECKING:
    from pilotkit.cases import Case, WorkListQuery
    from pilotkit.pages import PageRequest

MOST = 1000
"""Cases of one book; narrow the list for more."""
_AT_ONCE = 200


def print_book(request: PageRequest) -> Download:
    """Return the cases that the work list would show for the same address, in its order. Nobody's name is in it.

    Raises:
        UnknownError: no plugin offers a book.
    """
    template = book_of(request)
    if template is None:
        raise UnknownError("no tracking book can be printed here.", remedy="Enable the plugin that offers one.")
    wanted = wanted_of(request)
    unit = wanted.unit if wanted.unit in request.authority.units else None
    cases = _cases(request, wanted)
    made = request.printing.book(template, unit or _letterhead(request), cases, request.now)
    return Download(made, "application/pdf", f"{template}-{request.today:%Y-%m-%d}.pdf")


def book_of(request: PageRequest) -> str | None:
    """Return the id of the document about many cases; None where no plugin offers one."""
    return next((each.id for each in request.printing.templates.values() if each.subject == "cases"), None)


def _letterhead(request: PageRequest) -> str:
    """Return the unit that prints: one's own, or the province where one sees several."""
    units = request.authority.units
    return next(iter(units)) if len(units) == 1 else request.catalog.province.code


def _cases(request: PageRequest, wanted: WorkListQuery) -> tuple[Case, ...]:
    desk = request.officer_desk
    found: list[Case] = []
    while len(found) < MOST:
        page = desk.work_list(wanted, 1, _AT_ONCE)
        found += page.cases
        if not page.has_more or page.next is None:
            break
        wanted = wanted.model_copy(update={"after": page.next})
    return tuple(found[:MOST])
