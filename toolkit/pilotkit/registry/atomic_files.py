"""Files that are there whole or not at all, also after a power cut."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pilotkit.disk import sync
from pilotkit.errors import TargetError

LOCK = ".lock"
"""Held by whoever changes a folder that several commands share."""


def write_atomic(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write ``data`` beside ``path``, put it on the disk, then give it its name.

    Raises:
        TargetError: it cannot be written; what stood there before still stands.
    """
    partial: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:80]}.partial-", dir=path.parent)
        partial = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        settle(partial, path, mode)
        sync(path.parent)
    except OSError as problem:
        raise TargetError(
            f"{path} cannot be written: {problem.strerror}.", remedy="Make room, or name another place."
        ) from None
    finally:
        if partial is not None:
            partial.unlink(missing_ok=True)


@contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """One at a time, among processes and threads; whoever comes second waits. A killed process lets go.

    Raises:
        TargetError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = (folder / LOCK).open("a")
    except OSError as problem:
        remedy = "Make room, mend its permissions, or name another place."
        raise TargetError(f"{folder} cannot be written: {problem.strerror}.", remedy=remedy) from None
    with handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def settle(partial: Path, path: Path, mode: int = 0o644) -> None:
    """Put the file ``partial`` on the disk and give it the name ``path``, in the same folder.

    The name itself may be lost in a power cut: enough for what can be fetched again.
    """
    partial.chmod(mode)
    sync(partial)
    partial.replace(path)
