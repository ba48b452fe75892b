"""Upgrades: what a package's next version would do to a deployment, told before it is done."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pilotkit.model.package import Ownership, Sha256
from pilotkit.model.registry import Voucher
from pilotkit.model.text import LocalText, Noun


class FileAction(StrEnum):
    """What happens to a file."""

    ADDED = "added"
    REPLACED = "replaced"
    MERGED = "merged"
    MOVED = "moved"
    REMOVED = "removed"
    KEPT = "kept"
    """Ours stays as it is although the package changed its own: a person decides."""


class FileChange(Noun):
    """One file that an upgrade touches, or keeps where one would expect it not to."""

    path: str
    owner: Ownership
    action: FileAction
    note: str = ""
    """In words, where the action alone does not say it."""


class ValueChange(Noun):
    """One key with its value before and after. A value that is not there is absent."""

    file: str
    key: str
    before: Any = None
    after: Any = None


class OverrideState(StrEnum):
    """What becomes of a value that the deployment changed itself."""

    KEPT = "kept"
    """The package's value below it has not changed."""
    MERGED = "merged"
    """Both changed different parts of it: it now holds both."""
    MOVED = "moved"
    """The package renamed its key or file: it went along."""
    SETTLED = "settled"
    """The package now says the same: it was taken out."""
    STALE = "stale"
    """The package changed the very value below it: ours holds, and both are told."""
    SET_ASIDE = "set_aside"
    """What it changed is gone from the package: it is kept below ``local/set-aside/``, without effect."""
    BLOCKED = "blocked"
    """The package has locked the key: nothing is upgraded before it is taken back."""


class OverrideChange(Noun):
    """One value that the deployment changed, and what an upgrade makes of it."""

    file: str
    """The file below ``local/overrides/``, under its new name."""
    key: str
    state: OverrideState
    was: Any = None
    """The package's value when ours replaced it."""
    ours: Any = None
    package: Any = None
    """The package's value now."""
    is_removal: bool = False
    """Whether ours takes the key away."""


class Notice(Noun):
    """A value that both sides changed: ours holds by declaration, and both are told until somebody compares them."""

    file: str
    key: str = ""
    """Empty: the file as a whole."""
    base: Any = None
    ours: Any = None
    package: Any = None
    why: str
    remedy: str


class Unresolved(Notice):
    """Something that a person has to decide; an upgrade that leaves one ends with exit code 1."""


class ObstacleKind(StrEnum):
    """What stands in the way of an upgrade."""

    EDITED = "edited"
    """A file below ``model/`` is not as it came."""
    LOCKED = "locked"
    """The package locks a key that the deployment overrides."""
    CHECK = "check"
    """A check would fail that does not fail now."""
    UNREADABLE = "unreadable"
    """The deployment could not be read any more."""


class Obstacle(Noun):
    """One thing that stands in the way of an upgrade."""

    kind: ObstacleKind
    file: str = ""
    key: str = ""
    check: str | None = None
    """The check that would fail."""
    said: str
    """In words, values and all, with what to do."""


class ProcedureChange(Noun):
    """A procedure that comes, goes or changes."""

    code: str
    name: LocalText
    kind: Literal["added", "removed", "changed", "renamed"]
    formerly: str | None = None
    """The code it had, where it was renamed."""
    deadlines: tuple[ValueChange, ...] = ()
    fees: tuple[ValueChange, ...] = ()
    others: tuple[ValueChange, ...] = ()
    on_change: Literal["pinned", "migratable", "close_and_reopen"]
    """What becomes of its open cases."""
    open_cases: int | None = None
    """How many there are; absent where the cases could not be asked."""


class KpiChange(Noun):
    """A KPI that comes, goes or changes."""

    id: str
    name: LocalText
    kind: Literal["added", "removed", "changed", "renamed"]
    formerly: str | None = None
    """The id it had, where it was renamed."""
    is_counted_differently: bool = False
    """Whether figures before and after cannot be compared."""
    values: tuple[ValueChange, ...] = ()


class AnswerChange(Noun):
    """A question of the template that is new, or answered otherwise than before."""

    question: str
    prompt: str
    before: str | None = None
    after: str


class UpgradePlan(Noun):
    """Everything an upgrade would do, and what it cannot do alone."""

    format: Literal[1] = 1
    deployment: str
    """Its id."""
    package: str
    installed: str
    """The version that is there."""
    offered: str
    """The version that would be."""
    installed_identity: Sha256
    offered_identity: Sha256
    voucher: Voucher | None = None
    """Who vouches for the package; absent: it is the one that the deployment keeps already."""
    procedures: tuple[ProcedureChange, ...] = ()
    kpis: tuple[KpiChange, ...] = ()
    effective: tuple[ValueChange, ...] = ()
    """Every value that holds differently afterwards, overrides counted in."""
    overrides: tuple[OverrideChange, ...] = ()
    files: tuple[FileChange, ...] = ()
    """Without what is only unpacked below ``model/``."""
    model_files: int = 0
    """Files below ``model/`` that are added, replaced or removed."""
    answers: tuple[AnswerChange, ...] = ()
    notes: tuple[str, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    notices: tuple[Notice, ...] = ()
    """Overrides and settings that the package changed too; ours hold."""
    blocked: tuple[Obstacle, ...] = ()
    """Why the upgrade would be refused; empty: it can be done."""

    @property
    def changes_nothing(self) -> bool:
        """Whether the deployment stands as it would stand afterwards."""
        return not (self.files or self.model_files or self.blocked) and all(
            each.state in {OverrideState.KEPT, OverrideState.STALE} for each in self.overrides
        )


class SeededChange(Noun):
    """A file that the package began and the deployment went on with."""

    path: str
    kind: Literal["changed", "deleted"]
    values: tuple[ValueChange, ...] = ()
    """Of the settings: every value that differs, the package's before ours."""


class DriftChange(Noun):
    """A file below ``model/`` that is not as it came."""

    path: str
    kind: Literal["changed", "missing", "added"]
    values: tuple[ValueChange, ...] = ()
    """Of a file that is read by key: every value that was edited, the package's before what stands there."""


class Ours(Noun):
    """What is a deployment's own on top of its package."""

    format: Literal[1] = 1
    deployment: str
    package: str | None = None
    """Absent: the model is authored here."""
    version: str | None = None
    overrides: tuple[OverrideChange, ...] = ()
    settings: tuple[Notice, ...] = ()
    """Values of ``pilot.toml`` that the package changed too; ours hold."""
    seeded: tuple[SeededChange, ...] = ()
    drift: tuple[DriftChange, ...] = ()
    """What was edited below ``model/`` by hand, and should be an override."""
    unresolved: tuple[Unresolved, ...] = ()
    """What differs still between our files and those: key by key, where they have keys."""
    set_aside: tuple[str, ...] = ()
    """Files with changes of ours that have no effect any more: a person looks at them, and deletes them."""
    waiting: tuple[str, ...] = ()
    """Files that a package offers beside ours: a person has yet to decide."""
