"""Many files changed as one: written down first, then done; whoever comes after a crash finishes it or undoes it.

``.pilot/journal/`` is filled with the new and the old contents, and counts from the moment ``journal.json`` has its
name. Before that moment nothing else was touched, and after it every step can be done again. When all is done the
folder becomes ``.pilot/previous/``, from which the files can be taken back byte for byte.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from pilotkit.catalog.tree import PILOT
from pilotkit.errors import DataError, Place, TargetError
from pilotkit.model.package import Sha256
from pilotkit.model.text import Noun
from pilotkit.packages.pristine import digest

JOURNAL = f"{PILOT}/journal"
PREVIOUS = f"{PILOT}/previous"
_LIST = "journal.json"
_LOCK = f"{PILOT}/lock"
_PARTIAL = ".pilotkit-partial"


@dataclass(frozen=True)
class State:
    """What stands at a path."""

    data: bytes
    executable: bool = False


class _Version(Noun):
    sha256: Sha256
    executable: bool = False


class _Entry(Noun):
    path: str
    old: _Version | None
    new: _Version | None


class Journal(Noun):
    """``journal.json``."""

    format: Annotated[int, Field(ge=1, le=1)] = 1
    title: str
    """What was done, in words."""
    entries: tuple[_Entry, ...]


def state_of(folder: Path, name: str) -> State | None:
    """What stands at a path of the deployment; None where nothing does.

    Raises:
        DataError: a symbolic link, on the way or there, or something that is not a file.
    """
    path = folder / name
    ways = (folder / Path(*Path(name).parts[:length]) for length in range(1, len(Path(name).parts) + 1))
    if any(way.is_symlink() for way in ways) or (path.exists() and not path.is_file()):
        if path.is_dir() and not path.is_symlink():
            return None
        raise DataError(
            "is a symbolic link or a device.", where=Place(name), remedy="Put the file itself there, then try again."
        )
    if not path.is_file():
        return None
    return State(path.read_bytes(), bool(path.stat().st_mode & 0o100))


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One at a time: the block is the only one that changes the deployment this way.

    Raises:
        TargetError: another is at it, or the folder cannot be written.
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


def change(folder: Path, wanted: Mapping[str, State | None], title: str) -> int:
    """Make every path what is wanted of it (None: not there), all of them or none; returns how many changed.

    Raises:
        TargetError: the disk refused. Nothing was changed, or the next command finishes it, as the message says.
    """
    entries, contents = [], dict[str, bytes]()
    for path, new in sorted(wanted.items()):
        old = state_of(folder, path)
        if old != new:
            entries.append(_Entry(path=path, old=_noted(old, contents), new=_noted(new, contents)))
    if not entries:
        return 0
    try:
        _write_down(folder / JOURNAL, Journal(title=title, entries=tuple(entries)), contents)
    except OSError as problem:
        shutil.rmtree(folder / JOURNAL, ignore_errors=True)
        raise _refused(folder, problem, "Nothing was changed.") from problem
    _finish(folder)
    return len(entries)


def recover(folder: Path) -> Literal["finished", "undone"] | None:
    """Finish what was written down and not done, or clear away what was not even written down.

    Raises:
        TargetError: the disk refused.
        DataError: the journal is damaged, or a file was edited since the change was interrupted.
    """
    journal = folder / JOURNAL
    if (journal / _LIST).is_file():
        _refuse_edited(folder, _read(journal))
        _finish(folder)
        return "finished"
    if journal.exists():
        shutil.rmtree(journal)
        return "undone"
    return None


def _refuse_edited(folder: Path, told: Journal) -> None:
    for entry in told.entries:
        if not any(_stands(folder, entry.path, each) for each in (entry.old, entry.new)):
            raise DataError(
                "was edited after a change of it was interrupted, and finishing that would overwrite the edit.",
                where=Place(entry.path),
                remedy="Move the file out of the deployment, run the command again, then put your edit in anew.",
            )


def last_change(folder: Path) -> Journal | None:
    """What :func:`take_back` would take back."""
    return _read(folder / PREVIOUS) if (folder / PREVIOUS / _LIST).is_file() else None


def put(folder: Path, name: str, state: State | None) -> None:
    """Make one path what is wanted of it, at once; it is not among what :func:`take_back` takes back.

    Raises:
        TargetError: the disk refused; the file is as it was.
    """
    try:
        if state is None:
            _remove(folder, name)
        else:
            _put(folder, name, state.data, _Version(sha256=digest(state.data), executable=state.executable))
    except OSError as problem:
        raise _refused(folder, problem, f"{name} is as it was.") from problem


def take_back(folder: Path, *, also_edited: bool = False) -> Journal:
    """Put every file back as it was before the last change, byte for byte. Taking back twice does it again.

    Args:
        folder: the deployment.
        also_edited: also files that were edited since; taking back again brings the edited ones.

    Raises:
        DataError: there is nothing to take back, or a file was edited since.
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
    wanted = {each.path: _restored(folder, each.old) for each in journal.entries}
    change(folder, wanted, f"taken back: {journal.title}")
    return journal


def _stands(folder: Path, path: str, wanted: _Version | None) -> bool:
    return _noted(state_of(folder, path), {}) == wanted


def _noted(state: State | None, contents: dict[str, bytes]) -> _Version | None:
    if state is None:
        return None
    sha256 = digest(state.data)
    contents[sha256] = state.data
    return _Version(sha256=sha256, executable=state.executable)


def _restored(folder: Path, version: _Version | None) -> State | None:
    return None if version is None else State(_kept(folder / PREVIOUS, version.sha256), version.executable)


def _kept(journal: Path, sha256: str) -> bytes:
    data = (journal / sha256).read_bytes() if (journal / sha256).is_file() else b""
    if digest(data) != sha256:
        raise DataError(
            "is missing or altered, so the change cannot be completed.",
            where=Place(f"{PILOT}/{journal.name}/{sha256}"),
            remedy="Restore the deployment from a backup or from version control.",
        )
    return data


def _write_down(journal: Path, told: Journal, contents: Mapping[str, bytes]) -> None:
    shutil.rmtree(journal, ignore_errors=True)
    journal.mkdir(parents=True)
    for name, data in contents.items():
        _write(journal / name, data)
    _sync(journal)
    _write(journal / f"{_LIST}{_PARTIAL}", told.model_dump_json(indent=1).encode())
    (journal / f"{_LIST}{_PARTIAL}").replace(journal / _LIST)
    _sync(journal)
    _sync(journal.parent)


def _finish(folder: Path) -> None:
    """Every step may be done again."""
    try:
        told = _read(folder / JOURNAL)
        for entry in (each for each in told.entries if each.new is None):
            _remove(folder, entry.path)
        for entry in told.entries:
            if entry.new is not None:
                _put(folder, entry.path, _kept(folder / JOURNAL, entry.new.sha256), entry.new)
        shutil.rmtree(folder / PREVIOUS, ignore_errors=True)
        (folder / JOURNAL).replace(folder / PREVIOUS)
        _sync(folder / PILOT)
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


def _remove(folder: Path, name: str) -> None:
    """The file, and the folders above it that it leaves empty."""
    with suppress(FileNotFoundError, NotADirectoryError):
        (folder / name).unlink()
    for above in list(Path(name).parents)[:-1]:
        if (folder / above).is_dir() and not any((folder / above).iterdir()):
            (folder / above).rmdir()


def _put(folder: Path, name: str, data: bytes, version: _Version) -> None:
    path = folder / name
    if path.is_dir():
        path.rmdir()
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}{_PARTIAL}"[-200:])
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    _write(partial, data)
    partial.chmod(mode | 0o111 if version.executable else mode & ~0o111)
    partial.replace(path)
    _sync(path.parent)


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refused(folder: Path, problem: OSError, what: str) -> TargetError:
    return TargetError(f"{folder} cannot be written: {problem.strerror or problem}. {what}", remedy="Make room there.")
