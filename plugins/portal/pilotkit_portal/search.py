"""Search for procedures, among those that a visitor has narrowed the list to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pilotkit.data import procedure_document, rank

if TYPE_CHECKING:
    from pilotkit import Catalog, Procedure


@dataclass(frozen=True)
class Found:
    """A procedure that answers a question."""

    procedure: Procedure
    is_whole: bool
    """Whether every word of the question was found."""


def find(catalog: Catalog, question: str, among: Iterable[Procedure]) -> tuple[Found, ...]:
    """Return the procedures that match, best first, without the noise; all of them for an empty question."""
    by_code = {each.code: each for each in among}
    hits = rank((procedure_document(catalog, each) for each in by_code.values()), question)
    return tuple(Found(by_code[each.document.id], each.is_whole) for each in hits)
