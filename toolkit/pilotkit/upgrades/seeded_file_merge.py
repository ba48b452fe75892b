"""Three-way merge of seeded files: the package writes them once, the deployment edits them, an upgrade merges both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pydantic_core import to_jsonable_python

from pilotkit.catalog.tree import OFFERED
from pilotkit.merging.files import Clash, is_similar, merge_files
from pilotkit.model.package import Ownership
from pilotkit.model.upgrade import FileAction, FileChange, Unresolved
from pilotkit.overlay import ABSENT
from pilotkit.packages.conflicts import is_ours_by_rule, take_from, unresolved
from pilotkit.packages.merge_base import UndecidedSetting
from pilotkit.upgrades.file_state import FileState


@dataclass
class Seeded:
    """The merged seeded files, and the outcome for each."""

    wanted: dict[str, FileState | None] = field(default_factory=dict)
    """The wanted state by path; only files that change."""
    changes: list[FileChange] = field(default_factory=list)
    unresolved: list[Unresolved] = field(default_factory=list)
    undecided: dict[str, bytes] = field(default_factory=dict)
    """The package's version of each file in conflict, by path."""
    settings: list[UndecidedSetting] = field(default_factory=list)
    """Settings that both sides changed, where the local value takes precedence by rule."""


def merge_seeded(
    base: Mapping[str, bytes],
    theirs: Mapping[str, bytes],
    ours: Callable[[str], FileState | None],
    untracked: Iterable[str],
    renamed: Callable[[str], str],
) -> Seeded:
    """Merge every seeded file.

    Args:
        base: the files as the package made them last, by path.
        theirs: the files as the package renders them now.
        ours: returns the state of a path.
        untracked: paths of files that the package never wrote; a renamed file may be among them.
        renamed: returns the package's present path of a file.
    """
    merging = _Merging(dict(theirs), ours, list(untracked))
    for path in sorted(base):
        merging.follow(path, base[path], _successor(path, base, theirs, renamed))
    for path in sorted(merging.left):
        merging.add(path, theirs[path])
    return merging.result


def _successor(
    path: str, base: Mapping[str, bytes], theirs: Mapping[str, bytes], renamed: Callable[[str], str]
) -> str | None:
    """Return the package's present path of a file, as declared or as contents show; None where it is removed."""
    if (declared := renamed(path)) in theirs:
        return declared
    return next((each for each in theirs if each not in base and is_similar(base[path], theirs[each])), None)


@dataclass
class _Merging:
    left: dict[str, bytes]
    """The package's files that are not merged yet."""
    ours: Callable[[str], FileState | None]
    untracked: list[str]
    result: Seeded = field(default_factory=Seeded)

    def follow(self, path: str, base: bytes, successor: str | None) -> None:
        """Merge a file that the package wrote before."""
        new = self.left.pop(successor, None) if successor else None
        here = path if self.ours(path) else self._moved_here(base)
        mine = self.ours(here) if here else None
        if new is None or successor is None:
            self._dropped(path, here, base, mine)
        elif here is None or mine is None:
            if new != base:
                self._offer(successor, None, None, new, "it was deleted here, and the package changed it")
        else:
            target = successor if here == path else here
            self._merge(here, target, base, mine, new)

    def add(self, path: str, new: bytes) -> None:
        """Merge a file that the package writes for the first time."""
        mine = self.ours(path)
        if mine is None:
            self._set(path, FileState(new), FileAction.ADDED)
        elif mine.data != new:
            self._merge(path, path, None, mine, new)

    def _moved_here(self, base: bytes) -> str | None:
        for path in self.untracked:
            state = self.ours(path)
            if state is not None and is_similar(base, state.data):
                self.untracked.remove(path)
                return path
        return None

    def _dropped(self, path: str, here: str | None, base: bytes, mine: FileState | None) -> None:
        if here is None or mine is None:
            return
        if here == path and merge_files(path, base, mine.data, base).data == base:
            self._set(path, None, FileAction.REMOVED)
            return
        self._note(here, FileAction.KEPT, "the package no longer has it")
        remedy = "Keep it as your own, or delete it."
        self.result.unresolved.append(
            Unresolved(file=here, why="the package removed a file that was changed here; ours stays", remedy=remedy)
        )

    def _merge(self, here: str, target: str, base: bytes | None, mine: FileState, new: bytes) -> None:
        merged = merge_files(PurePosixPath(target).name, base, mine.data, new)
        is_moved, is_changed = here != target, merged.data != mine.data
        if is_moved and self.ours(target) is not None:
            self._offer(target, here, mine, new, "the package renamed it to a name that is taken here")
            return
        if is_moved:
            self.result.wanted[here] = None
        if is_moved or is_changed:
            plain = FileAction.REPLACED if merged.data == new else FileAction.MERGED
            action = FileAction.MOVED if is_moved else plain
            self._set(target, FileState(merged.data, mine.mode), action, f"was {here}" if is_moved else "")
        if merged.clashes:
            self._clash(target, merged.clashes, mine, new, is_changed=is_moved or is_changed)

    def _clash(self, path: str, clashes: Sequence[Clash], mine: FileState, new: bytes, *, is_changed: bool) -> None:
        self.result.settings += [_to_compare(each) for each in clashes if is_ours_by_rule(path, each)]
        clashes = [each for each in clashes if not is_ours_by_rule(path, each)]
        if not clashes:
            return
        if not is_changed:
            self._note(path, FileAction.KEPT, clashes[0].why)
        self._beside(path, mine, new)
        self.result.unresolved += [unresolved(path, each) for each in clashes]

    def _offer(self, path: str, here: str | None, mine: FileState | None, new: bytes, why: str) -> None:
        self._note(here or path, FileAction.KEPT, why)
        self._beside(path, mine, new)
        self.result.unresolved.append(Unresolved(file=here or path, why=why, remedy=take_from(path)))

    def _beside(self, path: str, mine: FileState | None, new: bytes) -> None:
        """Write the package's version beside ours, no more readable than ours: an answer in both may be a secret."""
        self.result.undecided[path] = new
        mode = None if mine is None or mine.mode is None else mine.mode & 0o666
        self.result.wanted[f"{path}{OFFERED}"] = FileState(new, mode)

    def _set(self, path: str, state: FileState | None, action: FileAction, note: str = "") -> None:
        self.result.wanted[path] = state
        self._note(path, action, note)

    def _note(self, path: str, action: FileAction, note: str) -> None:
        self.result.changes.append(FileChange(path=path, owner=Ownership.SEEDED, action=action, note=note))


def _to_compare(clash: Clash) -> UndecidedSetting:
    was = None if clash.base is ABSENT else to_jsonable_python(clash.base, fallback=str)
    return UndecidedSetting(path=clash.path, was=was)
