"""Upgrades: the plan of taking a deployment to another version of its package."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pilotkit.model.package import Ownership, Sha256
from pilotkit.model.plain_data import PlainData
from pilotkit.model.registry import Voucher
from pilotkit.model.text import LocalText, Noun


class FileAction(StrEnum):
    """The action of an upgrade on a file."""

    ADDED = "added"
    REPLACED = "replaced"
    MERGED = "merged"
    MOVED = "moved"
    REMOVED = "removed"
    KEPT = "kept"
    """The local version is kept although the package changed its own: a person decides."""


class FileChange(Noun):
    """One file that an upgrade changes, or keeps against expectation."""

    path: str
    owner: Ownership
    action: FileAction
    note: str = ""
    """An explanation, where the action alone is not enough."""


class ValueChange(Noun):
    """One key with its value before and after; a missing value is absent."""

    file: str
    key: str
    before: PlainData = None
    after: PlainData = None


class OverrideState(StrEnum):
    """The outcome of an override in an upgrade."""

    KEPT = "kept"
    """The package's value is unchanged."""
    MERGED = "merged"
    """Both changed different parts: it holds both."""
    MOVED = "moved"
    """The package renamed its key or file: it was renamed too."""
    SETTLED = "settled"
    """The package has the same value now: the override was removed."""
    STALE = "stale"
    """The package changed the same value: the local one takes precedence, and both are reported."""
    SET_ASIDE = "set_aside"
    """The package removed its key: it is kept below ``local/set-aside/``, without effect."""
    BLOCKED = "blocked"
    """The package has locked the key: the upgrade is blocked until the override is removed."""


class OverrideChange(Noun):
    """One override, and its outcome in an upgrade."""

    file: str
    """The file below ``local/overrides/``, under its new name."""
    key: str
    state: OverrideState
    was: PlainData = None
    """The package's value when it was overridden."""
    ours: PlainData = None
    package: PlainData = None
    """The package's value now."""
    is_removal: bool = False
    """Whether the override removes the key."""


class Notice(Noun):
    """A value that both sides changed: the local one takes precedence by rule, and both are reported until compared."""

    file: str
    key: str = ""
    """Empty: the file as a whole."""
    base: PlainData = None
    ours: PlainData = None
    package: PlainData = None
    why: str
    remedy: str


class Unresolved(Notice):
    """A conflict that a person has to resolve; an upgrade that leaves one ends with exit code 1."""


class ObstacleKind(StrEnum):
    """The kind of an obstacle."""

    EDITED = "edited"
    """A file below ``model/`` was edited."""
    LOCKED = "locked"
    """The package locks a key that the deployment overrides."""
    CHECK = "check"
    """A check would fail that passes now."""
    UNREADABLE = "unreadable"
    """The deployment would no longer be readable."""


class Obstacle(Noun):
    """An obstacle that blocks an upgrade."""

    kind: ObstacleKind
    file: str = ""
    key: str = ""
    check: str | None = None
    """The check that would fail."""
    said: str
    """The message with values and remedy."""


class ProcedureChange(Noun):
    """A procedure that is added, removed, changed or renamed."""

    code: str
    name: LocalText
    kind: Literal["added", "removed", "changed", "renamed"]
    formerly: str | None = None
    """The old code, where it was renamed."""
    deadlines: tuple[ValueChange, ...] = ()
    fees: tuple[ValueChange, ...] = ()
    others: tuple[ValueChange, ...] = ()
    on_change: Literal["pinned", "migratable", "close_and_reopen"]
    """The treatment of its open cases."""
    open_cases: int | None = None
    """The number of open cases; absent where the database does not answer."""


class KpiChange(Noun):
    """A KPI that is added, removed, changed or renamed."""

    id: str
    name: LocalText
    kind: Literal["added", "removed", "changed", "renamed"]
    formerly: str | None = None
    """The old id, where it was renamed."""
    is_counted_differently: bool = False
    """Whether figures before and after cannot be compared."""
    values: tuple[ValueChange, ...] = ()


class AnswerChange(Noun):
    """A question of the template that is new or has another answer."""

    question: str
    prompt: str
    before: str | None = None
    after: str


class UpgradePlan(Noun):
    """All changes of an upgrade, its conflicts and its obstacles."""

    format: Literal[1] = 1
    deployment: str
    """Its id."""
    package: str
    installed: str
    """The installed version."""
    offered: str
    """The offered version."""
    installed_identity: Sha256
    offered_identity: Sha256
    voucher: Voucher | None = None
    """The source of trust in the package; absent: the deployment has it already."""
    procedures: tuple[ProcedureChange, ...] = ()
    kpis: tuple[KpiChange, ...] = ()
    effective: tuple[ValueChange, ...] = ()
    """Every effective value that changes, overrides included."""
    overrides: tuple[OverrideChange, ...] = ()
    files: tuple[FileChange, ...] = ()
    """Changed files, without those below ``model/``."""
    model_files: int = 0
    """Files below ``model/`` that are added, replaced or removed."""
    answers: tuple[AnswerChange, ...] = ()
    notes: tuple[str, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    notices: tuple[Notice, ...] = ()
    """Overrides and settings that the package changed too; the local value takes precedence."""
    blocked: tuple[Obstacle, ...] = ()
    """The obstacles; empty: the upgrade is possible."""

    @property
    def changes_nothing(self) -> bool:
        """Whether the upgrade would change nothing."""
        return not (self.files or self.model_files or self.blocked) and all(
            each.state in {OverrideState.KEPT, OverrideState.STALE} for each in self.overrides
        )


class SeededChange(Noun):
    """A seeded file that the deployment has changed or deleted."""

    path: str
    kind: Literal["changed", "deleted"]
    values: tuple[ValueChange, ...] = ()
    """Of the settings: every value that differs, the package's before the local one."""


class DriftChange(Noun):
    """A file below ``model/`` that differs from the package."""

    path: str
    kind: Literal["changed", "missing", "added"]
    values: tuple[ValueChange, ...] = ()
    """Of a file that is read by key: every edited value, the package's before the edited one."""


class Ours(Noun):
    """The local changes of a deployment to its package."""

    format: Literal[1] = 1
    deployment: str
    package: str | None = None
    """Absent: the model is authored here."""
    version: str | None = None
    overrides: tuple[OverrideChange, ...] = ()
    settings: tuple[Notice, ...] = ()
    """Values of ``pilot.toml`` that the package changed too; the local one takes precedence."""
    seeded: tuple[SeededChange, ...] = ()
    drift: tuple[DriftChange, ...] = ()
    """Files below ``model/`` that were edited by hand; the edits should be overrides."""
    unresolved: tuple[Unresolved, ...] = ()
    """The remaining differences between local files and the package's versions, by key where they have keys."""
    set_aside: tuple[str, ...] = ()
    """Files with changes that no longer have an effect, for a person to review and delete."""
    waiting: tuple[str, ...] = ()
    """Files whose package version lies beside the local one, for a person to decide."""
