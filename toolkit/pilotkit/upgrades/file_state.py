"""What stands at one path of a deployment, contents and rights, and how something else comes to stand there."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, model_validator

from pilotkit.disk import sync
from pilotkit.errors import DataError, Place
from pilotkit.model.package import Sha256
from pilotkit.model.text import Noun
from pilotkit.packages.merge_base import digest

PARTIAL = ".pilotkit-partial"
"""What the name of a file ends with that is being written."""
_RIGHTS = 0o777
_USUAL = 0o644


@dataclass(frozen=True)
class FileState:
    """What stands at a path, or should."""

    data: bytes
    mode: int | None = None
    """The rights, such as ``0o640``; None: those that the file there has, ``0o644`` for a new one."""

    @property
    def is_closed(self) -> bool:
        """Whether nobody but its owner may read it."""
        return self.mode is not None and not self.mode & 0o077


class Version(Noun):
    """A state without its contents."""

    sha256: Sha256
    mode: Annotated[int, Field(ge=0, le=_RIGHTS)]

    @classmethod
    def of(cls, state: FileState | None) -> Version | None:
        """The version of a state; None where nothing stands."""
        if state is None:
            return None
        return cls(sha256=digest(state.data), mode=_USUAL if state.mode is None else state.mode)

    @model_validator(mode="before")
    @classmethod
    def _without_mode(cls, data: Any) -> Any:
        """Journals of format 1 told of the rights only whether a file may be executed."""
        if not isinstance(data, dict) or "executable" not in data:
            return data
        known = dict(data)
        return {"mode": 0o755 if known.pop("executable") else _USUAL, **known}


def state_of(folder: Path, name: str) -> FileState | None:
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
    return FileState(path.read_bytes(), path.stat().st_mode & _RIGHTS)


def remove(folder: Path, name: str) -> None:
    """The file, and the folders above it that it leaves empty."""
    with suppress(FileNotFoundError, NotADirectoryError):
        (folder / name).unlink()
    for above in list(Path(name).parents)[:-1]:
        if (folder / above).is_dir() and not any((folder / above).iterdir()):
            (folder / above).rmdir()


def put(folder: Path, name: str, state: FileState) -> None:
    """A file as a whole, or the one that was there before."""
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
    """Give what replaces a file its owner and group, where this process may: whose it is is nobody's to change here."""
    if path.is_file():
        held, new = path.stat(), partial.stat()
        if (held.st_uid, held.st_gid) != (new.st_uid, new.st_gid):
            with suppress(PermissionError):
                os.chown(partial, held.st_uid, held.st_gid)
                partial.chmod(new.st_mode & _RIGHTS)


def rights(path: Path, state: FileState) -> int:
    """Those that the file at ``path`` has once ``state`` stands there."""
    if state.mode is not None:
        return state.mode
    return path.stat().st_mode & _RIGHTS if path.is_file() else _USUAL


def write(path: Path, data: bytes, mode: int) -> None:
    """A new file, on the disk, that nobody can read whom ``mode`` does not let: not even while it is written."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        os.fchmod(file.fileno(), mode)  # the umask has taken some away
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
