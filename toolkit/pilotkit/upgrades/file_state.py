"""The contents and permissions of one file of a deployment, read and atomically replaced."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from pilotkit.disk import sync
from pilotkit.errors import DataError, Place
from pilotkit.model.package import Sha256
from pilotkit.model.text import Noun
from pilotkit.packages.merge_base import digest

PARTIAL = ".pilotkit-partial"
"""Suffix of a file that is being written."""
_RIGHTS = 0o777
_USUAL = 0o644


@dataclass(frozen=True)
class FileState:
    """Contents and permissions of a file, present or wanted."""

    data: bytes
    mode: int | None = None
    """Permission bits, such as ``0o640``; None: those of the file being replaced, ``0o644`` for a new one."""

    @property
    def is_closed(self) -> bool:
        """Whether only its owner may read it."""
        return self.mode is not None and not self.mode & 0o077


class Version(Noun):
    """A file state with a digest in place of its contents."""

    sha256: Sha256
    mode: Annotated[int, Field(ge=0, le=_RIGHTS)]

    @classmethod
    def of(cls, state: FileState | None) -> Version | None:
        """Return the version of a state; None where there is no file."""
        if state is None:
            return None
        return cls(sha256=digest(state.data), mode=_USUAL if state.mode is None else state.mode)

    @model_validator(mode="before")
    @classmethod
    def _without_mode(cls, data: object) -> object:
        """Return the fields with ``mode``: journals of format 1 recorded only whether a file is executable."""
        if not isinstance(data, dict) or "executable" not in data:
            return data
        known = dict(data)
        return {"mode": 0o755 if known.pop("executable") else _USUAL, **known}


def state_of(folder: Path, name: str) -> FileState | None:
    """Return the state of a file of the deployment; None where there is none.

    Raises:
        DataError: the path is or passes through a symbolic link, or is not a regular file.
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
    return FileState(path.read_bytes(), path.stat().st_mode & _RIGHTS)


def remove(folder: Path, name: str) -> None:
    """Delete a file, and the folders above it that become empty."""
    with suppress(FileNotFoundError, NotADirectoryError):
        (folder / name).unlink()
    for above in list(Path(name).parents)[:-1]:
        if (folder / above).is_dir() and not any((folder / above).iterdir()):
            (folder / above).rmdir()


def put(folder: Path, name: str, state: FileState) -> None:
    """Replace a file atomically: readers find the old one or the new one, whole."""
    path = folder / name
    if path.is_dir():
        path.rmdir()
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}{PARTIAL}"[-200:])
    write(partial, state.data, rights(path, state))
    _keep_owner(path, partial)
    partial.replace(path)
    sync(path.parent)


def _keep_owner(path: Path, partial: Path) -> None:
    """Give the new file the owner and group of the one it replaces, where this process may."""
    if path.is_file():
        held, new = path.stat(), partial.stat()
        if (held.st_uid, held.st_gid) != (new.st_uid, new.st_gid):
            with suppress(PermissionError):
                os.chown(partial, held.st_uid, held.st_gid)
                partial.chmod(new.st_mode & _RIGHTS)


def rights(path: Path, state: FileState) -> int:
    """Return the permission bits of the file at ``path`` after ``state`` is put there."""
    if state.mode is not None:
        return state.mode
    return path.stat().st_mode & _RIGHTS if path.is_file() else _USUAL


def write(path: Path, data: bytes, mode: int) -> None:
    """Write a new file and sync it to disk; its permissions are ``mode`` from the first byte on."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        os.fchmod(file.fileno(), mode)  # the umask has taken some away
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
