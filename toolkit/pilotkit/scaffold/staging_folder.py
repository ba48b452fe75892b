"""Everything or nothing: a deployment is built beside its target and takes its name when it is whole."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from pilotkit.disk import sync
from pilotkit.errors import TargetError

_WRITERS = 8
"""Files waited for at once: the disk writes many together in about the time of one."""


def check_target(target: Path) -> None:
    """Make sure that a deployment may be written to ``target``.

    Raises:
        TargetError: it is a file, or a folder with something in it, or the folder above it cannot be written.
    """
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise TargetError(f"{target} is not a folder.", remedy="Name a folder that does not exist yet.")
    try:
        is_empty = not target.exists() or not any(target.iterdir())
    except OSError as problem:
        raise TargetError(f"{target} cannot be read: {problem.strerror}.", remedy="Name another folder.") from None
    if not is_empty:
        raise TargetError(f"{target} is not empty.", remedy="Name a folder that is empty or does not exist yet.")
    if not target.parent.is_dir():
        raise TargetError(f"there is no folder {target.parent}.", remedy="Create it, or name another.")
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise TargetError(f"{target.parent} cannot be written.", remedy="Name a folder that you may write to.")


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """Open a new folder beside ``target`` that becomes ``target`` at the end, or is removed on any failure.

    Raises:
        TargetError: ``target`` may not be written to, or the disk refused; nothing is left behind.
    """
    check_target(target)
    try:
        partial = Path(tempfile.mkdtemp(prefix=f".{target.name}.partial-", dir=target.parent))
    except OSError as problem:
        raise _refused(target, problem) from None
    try:
        yield partial
        _settle(partial, target)
    except OSError as problem:
        raise _refused(target, problem) from problem
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _settle(partial: Path, target: Path) -> None:
    """On the disk first, then under its name: after a power cut there is the whole deployment or none."""
    partial.chmod(0o755)
    paths = (partial, *partial.rglob("*"))
    with ThreadPoolExecutor(_WRITERS) as pool:
        list(pool.map(sync, paths))
    if target.exists():
        target.rmdir()
    partial.rename(target)
    sync(target.parent)


def _refused(target: Path, problem: OSError) -> TargetError:
    return TargetError(
        f"{target} cannot be written: {problem.strerror or problem}.",
        remedy="Make room, or name a folder that you may write to.",
    )
