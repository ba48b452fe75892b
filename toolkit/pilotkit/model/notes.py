"""Release notes: the differences between two packages that people notice."""

from __future__ import annotations

from typing import Literal

from pilotkit.model.package import Origin, Rename
from pilotkit.model.procedure import Channel, Deadline, Fee
from pilotkit.model.text import LocalText, Noun

Kind = Literal["added", "removed", "changed", "renamed"]


class DeadlineNote(Noun):
    """A changed deadline; absent: there is or was none."""

    channel: Channel
    was: Deadline | None = None
    now: Deadline | None = None


class FeesNote(Noun):
    """Changed fees; absent: nothing is or was published."""

    channel: Channel
    was: Literal["free"] | tuple[Fee, ...] | None = None
    now: Literal["free"] | tuple[Fee, ...] | None = None


class ProcedureNote(Noun):
    """One procedure that was added, removed, changed or renamed."""

    code: str
    name: LocalText
    kind: Kind
    formerly: str | None = None
    deadlines: tuple[DeadlineNote, ...] = ()
    fees: tuple[FeesNote, ...] = ()
    others: tuple[str, ...] = ()
    """The names of other changed fields, such as ``documents``."""


class KpiNote(Noun):
    """One KPI that was added, removed, changed or renamed."""

    id: str
    name: LocalText
    kind: Kind
    formerly: str | None = None
    is_counted_differently: bool = False
    """Whether values before and after cannot be compared."""
    others: tuple[str, ...] = ()


class ReleaseNotes(Noun):
    """All differences between two packages; files without procedures or KPI by path only."""

    old: Origin
    new: Origin
    procedures: tuple[ProcedureNote, ...] = ()
    kpis: tuple[KpiNote, ...] = ()
    renames: tuple[Rename, ...] = ()
    """The renames that the new package declares."""
    files: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is no difference."""
        return not (self.procedures or self.kpis or self.renames or self.files)
