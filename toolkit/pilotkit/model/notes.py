"""Release notes: what is different for people between two packages."""

from __future__ import annotations

from typing import Literal

from pilotkit.model.package import Origin, Rename
from pilotkit.model.procedure import Channel, Deadline, Fee
from pilotkit.model.text import LocalText, Noun

Kind = Literal["added", "removed", "changed", "renamed"]


class DeadlineNote(Noun):
    """A deadline that is another now; absent: there is or was none."""

    channel: Channel
    was: Deadline | None = None
    now: Deadline | None = None


class FeesNote(Noun):
    """Fees that are others now; absent: nothing is or was published."""

    channel: Channel
    was: Literal["free"] | tuple[Fee, ...] | None = None
    now: Literal["free"] | tuple[Fee, ...] | None = None


class ProcedureNote(Noun):
    """One procedure that came, went, changed or has another code."""

    code: str
    name: LocalText
    kind: Kind
    formerly: str | None = None
    deadlines: tuple[DeadlineNote, ...] = ()
    fees: tuple[FeesNote, ...] = ()
    others: tuple[str, ...] = ()
    """The names of what else changed, such as ``documents``."""


class KpiNote(Noun):
    """One KPI that came, went, changed or has another id."""

    id: str
    name: LocalText
    kind: Kind
    formerly: str | None = None
    is_counted_differently: bool = False
    """Whether values before and after cannot be compared."""
    others: tuple[str, ...] = ()


class ReleaseNotes(Noun):
    """Everything between two packages; the files that hold no procedure and no KPI by their paths only."""

    old: Origin
    new: Origin
    procedures: tuple[ProcedureNote, ...] = ()
    kpis: tuple[KpiNote, ...] = ()
    renames: tuple[Rename, ...] = ()
    """What the new package itself says has moved."""
    files: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is different."""
        return not (self.procedures or self.kpis or self.renames or self.files)
