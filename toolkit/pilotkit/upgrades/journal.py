"""The upgrade journal, a write-ahead log: many files change as one transaction, which survives a crash.

``.pilot/journal/`` is filled with the new and the old contents, and is committed when ``journal.json`` gets its name.
Until then no other file was touched; from then on every step is idempotent, and the next command finishes it. At the
end the folder becomes ``.pilot/previous/``, from which the change can be rolled back byte for byte. The copies may be
of files that others must not read, so the folder is readable by its owner only.

>>> from tempfile import TemporaryDirectory
>>> with TemporaryDirectory() as name, locked(folder := Path(name)):
...     _ = (folder / "pilot.toml").write_text("old")
...     wanted = {"pilot.toml": FileState(b"new"), "notes.md": FileState(b"hello")}
...     print(change(folder, wanted, "1.0.0 to 1.1.0"), "files changed")
...     print(recover(folder))  # None: no interrupted change
...     print("rolled back:", take_back(folder).title)
...     print((folder / "pilot.toml").read_text(), (folder / "notes.md").exists())
2 files changed
None
rolled back: 1.0.0 to 1.1.0
old False
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from pilotkit.catalog.tree import PILOT
from pilotkit.disk import sync
from pilotkit.errors import DataError, Place, TargetError
from pilotkit.model.text import Noun
from pilotkit.packages.merge_base import digest
from pilotkit.upgrades import file_state as states
from pilotkit.upgrades.file_state import FileState, Version, state_of

JOURNAL = f"{PILOT}/journal"
PREVIOUS = f"{PILOT}/previous"
_LIST = "journal.json"
_LOCK = f"{PILOT}/lock"
_OWNERS = 0o600
_MEANWHILE = "while the change was being worked out"
_AGAIN = "Nothing was changed. Run the command again."


class _Entry(Noun):
    path: str
    old: Version | None
    new: Version | None


class Journal(Noun):
    """``journal.json``."""

    format: Annotated[int, Field(ge=1, le=2)] = 2
    """Version of this format; 1 recorded of a file's permissions only whether it is executable."""
    title: str
    """A description of the change for people."""
    entries: tuple[_Entry, ...]


_UNSEEN: Mapping[str, Version | None] = {}


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the deployment's lock; no other command changes it meanwhile.

    Raises:
        TargetError: another command holds the lock, or the folder cannot be written.
    """
    try:
        (folder / PILOT).mkdir(exist_ok=True)
        handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as problem:
        raise TargetError(f"{folder} cannot be written: {problem.strerror}.", remedy="Mend its permissions.") from None
    try:
        _claim(handle, folder)
        yield
    finally:
        os.close(handle)


def _claim(handle: int, folder: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise TargetError(f"{folder} is being changed by another command.", remedy="Wait until it ends.") from None


def change(
    folder: Path, wanted: Mapping[str, FileState | None], title: str, seen: Mapping[str, Version | None] = _UNSEEN
) -> int:
    """Bring every path to its wanted state, all of them or none; return the number of changed files.

    Args:
        folder: the deployment.
        wanted: the state by path; None deletes the file.
        title: a description of the change for people.
        seen: the version that a path had when ``wanted`` was computed, to detect edits since then.

    Raises:
        DataError: a file was edited meanwhile. Nothing was changed.
        TargetError: the disk refused. Nothing was changed, or the next command finishes it, as the message says.
    """
    entries, contents = [], dict[str, bytes]()
    for path, state in sorted(wanted.items()):
        old = _unedited(folder, path, seen)
        new = None if state is None else replace(state, mode=states.rights(folder / path, state))
        if old != new:
            entries.append(_Entry(path=path, old=_noted(old, contents), new=_noted(new, contents)))
    if not entries:
        return 0
    try:
        _write_down(folder, Journal(title=title, entries=tuple(entries)), contents)
    except DataError:
        shutil.rmtree(folder / JOURNAL, ignore_errors=True)
        raise
    except OSError as problem:
        shutil.rmtree(folder / JOURNAL, ignore_errors=True)
        raise _refused(folder, problem, "Nothing was changed.") from problem
    _finish(folder)
    return len(entries)


def recover(folder: Path) -> Literal["finished", "undone"] | None:
    """Finish an interrupted change that was committed to the journal, or discard one that was not.

    Raises:
        TargetError: the disk refused.
        DataError: the journal is damaged, or a file was edited since the change was interrupted.
    """
    journal = folder / JOURNAL
    if (journal / _LIST).is_file():
        when = "after a change of it was interrupted, and finishing that would overwrite the edit"
        remedy = "Move the file out of the deployment, run the command again, then put your edit in anew."
        _refuse_edited(folder, _read(journal), when, remedy, may_be_gone=True)
        _finish(folder)
        return "finished"
    if journal.exists():
        shutil.rmtree(journal)
        return "undone"
    return None


def _unedited(folder: Path, path: str, seen: Mapping[str, Version | None]) -> FileState | None:
    """Return the state of a path; raise :class:`DataError` if it is not the version that was seen."""
    held = state_of(folder, path)
    if path in seen and seen[path] != Version.of(held):
        raise DataError(f"was edited {_MEANWHILE}.", where=Place(path), remedy=_AGAIN)
    return held


def _refuse_edited(folder: Path, told: Journal, when: str, remedy: str, *, may_be_gone: bool = False) -> None:
    for entry in told.entries:
        expected = (entry.old, entry.new, *([None] if may_be_gone else []))
        if not any(_stands(folder, entry.path, each) for each in expected):
            raise DataError(f"was edited {when}.", where=Place(entry.path), remedy=remedy)


def last_change(folder: Path) -> Journal | None:
    """Return the change that :func:`take_back` would roll back; None where there is none."""
    return _read(folder / PREVIOUS) if (folder / PREVIOUS / _LIST).is_file() else None


def put(folder: Path, name: str, state: FileState | None, seen: Mapping[str, Version | None] = _UNSEEN) -> None:
    """Bring one path to its wanted state without the journal; :func:`take_back` does not restore it.

    Raises:
        DataError: the file is not as ``seen`` any more; it stays as it is.
        TargetError: the disk refused; the file is as it was.
    """
    _unedited(folder, name, seen)
    try:
        if state is None:
            states.remove(folder, name)
        else:
            states.put(folder, name, state)
    except OSError as problem:
        raise _refused(folder, problem, f"{name} is as it was.") from problem


def take_back(folder: Path, *, also_edited: bool = False) -> Journal:
    """Roll the last change back, byte for byte. Rolling back twice repeats the change.

    A file that the change removed, or whose permissions it changed, gets its old permissions back. Every other file
    keeps those that it has: if they differ from before, its owner chose them since. That is no edit.

    Args:
        folder: the deployment.
        also_edited: also roll back files that were edited since; rolling back again restores the edits.

    Raises:
        DataError: there is no change to roll back, or a file was edited since.
    """
    journal = last_change(folder)
    if journal is None:
        raise DataError("there is no change to take back.", where=Place(PREVIOUS), remedy="Only the last one is kept.")
    edited = [each.path for each in journal.entries if not _stands(folder, each.path, each.new)]
    if edited and not also_edited:
        raise DataError(
            f"was edited since, as {len(edited) - 1} more were." if len(edited) > 1 else "was edited since.",
            where=Place(edited[0]),
            remedy="Add --force to take back these too; taking back once more then brings them again.",
        )
    wanted = {each.path: _restored(folder, each) for each in journal.entries}
    change(folder, wanted, f"taken back: {journal.title}")
    return journal


def _stands(folder: Path, path: str, wanted: Version | None) -> bool:
    """Return whether a path has the wanted contents, whatever its permissions."""
    held = state_of(folder, path)
    return (held and digest(held.data)) == (wanted and wanted.sha256)


def _noted(state: FileState | None, contents: dict[str, bytes]) -> Version | None:
    version = Version.of(state)
    if state is not None and version is not None:
        contents[version.sha256] = state.data
    return version


def _restored(folder: Path, entry: _Entry) -> FileState | None:
    if entry.old is None:
        return None
    return FileState(_kept(folder / PREVIOUS, entry.old.sha256), _given(folder / entry.path, entry.new, entry.old))


def _given(path: Path, before: Version | None, after: Version) -> int | None:
    """Return the permissions that a change gives a file; None where it keeps the present ones."""
    is_kept = before is not None and before.mode == after.mode and path.is_file()
    return None if is_kept else after.mode


def _kept(journal: Path, sha256: str) -> bytes:
    data = (journal / sha256).read_bytes() if (journal / sha256).is_file() else b""
    if digest(data) != sha256:
        raise DataError(
            "is missing or altered, so the change cannot be completed.",
            where=Place(f"{PILOT}/{journal.name}/{sha256}"),
            remedy="Restore the deployment from a backup or from version control.",
        )
    return data


def _write_down(folder: Path, told: Journal, contents: Mapping[str, bytes]) -> None:
    journal = folder / JOURNAL
    shutil.rmtree(journal, ignore_errors=True)
    journal.mkdir(mode=0o700, parents=True)
    for name, data in contents.items():
        states.write(journal / name, data, _OWNERS)
    sync(journal)
    _refuse_edited(folder, told, _MEANWHILE, _AGAIN)
    partial = journal / f"{_LIST}{states.PARTIAL}"
    states.write(partial, told.model_dump_json(indent=1).encode(), _OWNERS)
    partial.replace(journal / _LIST)
    sync(journal)
    sync(journal.parent)


def _finish(folder: Path) -> None:
    """Carry the journal out; every step is idempotent."""
    try:
        told = _read(folder / JOURNAL)
        for entry in (each for each in told.entries if each.new is None):
            states.remove(folder, entry.path)
        for entry in told.entries:
            if entry.new is not None:
                mode = _given(folder / entry.path, entry.old, entry.new)
                states.put(folder, entry.path, FileState(_kept(folder / JOURNAL, entry.new.sha256), mode))
        shutil.rmtree(folder / PREVIOUS, ignore_errors=True)
        (folder / JOURNAL).replace(folder / PREVIOUS)
        sync(folder / PILOT)
    except OSError as problem:
        what = "The change is written down, and the next 'pilotkit upgrade' finishes it."
        raise _refused(folder, problem, what) from problem


def _read(journal: Path) -> Journal:
    try:
        return Journal.model_validate_json((journal / _LIST).read_bytes())
    except ValidationError:
        raise DataError(
            "is not as pilotkit wrote it.",
            where=Place(f"{PILOT}/{journal.name}/{_LIST}"),
            remedy="Restore the deployment from a backup or from version control.",
        ) from None


def _refused(folder: Path, problem: OSError, what: str) -> TargetError:
    return TargetError(f"{folder} cannot be written: {problem.strerror or problem}. {what}", remedy="Make room there.")
