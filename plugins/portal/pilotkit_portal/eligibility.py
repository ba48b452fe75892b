"""The check before one applies: what a person ticked of the conditions and papers, and what follows from it.

Nothing of it is kept, and it never stops anybody. Conditions may be alternatives of each other, so that one left open
is a reason to read and to ask, not a refusal: the office decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pilotkit_portal import documents as papers

if TYPE_CHECKING:
    from pilotkit import Document, LocalText, Procedure
    from pilotkit.pages import PageRequest

FITS, HAVE = "fits-", "have-"
"""How the names of the ticks begin: the number of a condition from 1, the id of a document."""


@dataclass(frozen=True)
class Tick:
    """One thing that can be ticked."""

    name: str
    is_ticked: bool


@dataclass(frozen=True)
class Fit:
    """The check as it stands."""

    is_asked: bool
    conditions: tuple[tuple[LocalText, Tick], ...]
    papers: tuple[tuple[Document, Tick], ...]
    """Those that are handed in, then those that are only shown."""

    @property
    def open_conditions(self) -> tuple[LocalText, ...]:
        """The conditions that were not ticked."""
        return tuple(text for text, tick in self.conditions if not tick.is_ticked)

    @property
    def missing(self) -> tuple[Document, ...]:
        """The papers that everybody needs and that were not ticked."""
        return tuple(each for each in self._not_here if each.required and not each.condition)

    @property
    def missing_perhaps(self) -> tuple[Document, ...]:
        """The papers that were not ticked and that not everybody needs."""
        return tuple(each for each in self._not_here if not each.required or each.condition)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is open that everybody needs."""
        return not self.open_conditions and not self.missing

    @property
    def _not_here(self) -> tuple[Document, ...]:
        return tuple(each for each, tick in self.papers if not tick.is_ticked)


def fit_of(request: PageRequest, procedure: Procedure) -> Fit:
    """Return what the address says was ticked; what the procedure does not ask is passed over."""

    def tick(name: str) -> Tick:
        return Tick(name, request.query.get(name) == "1")

    asked = (*papers.handed_in(procedure), *papers.shown_later(procedure))
    return Fit(
        is_asked=request.query.get("checked") == "1",
        conditions=tuple((each, tick(f"{FITS}{at}")) for at, each in enumerate(procedure.eligibility, 1)),
        papers=tuple((each, tick(HAVE + each.id)) for each in asked),
    )
