"""The files of a folder, without leftovers of editors and operating systems."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from pilotkit.errors import PackageError, Place

KEPT = frozenset({".gitignore", ".gitkeep"})
"""Dotfiles that are listed; every other is an editor's or a system's."""
_RUBBISH = frozenset({"__pycache__", "Thumbs.db", "desktop.ini"})
_RUBBISH_ENDINGS = (".pyc", ".pyo", "~", ".swp", ".swo", ".orig", ".rej", ".bak")


def list_files(folder: Path, *, dotted: bool = False) -> Iterator[str]:
    """Yield every file below ``folder`` by POSIX path, sorted; leftovers are skipped.

    Args:
        folder: the folder to list.
        dotted: whether to include the dotfiles of :data:`KEPT`.

    Raises:
        PackageError: a symbolic link, or something that is neither file nor folder.
    """
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_rubbish(name, dotted=False))
        for name in sorted(names + [each for each in folders if (Path(root) / each).is_symlink()]):
            path = Path(root) / name
            if _is_rubbish(name, dotted=dotted):
                continue
            shown = path.relative_to(folder).as_posix()
            if path.is_symlink() or not path.is_file():
                raise PackageError(
                    "is a symbolic link or a device.", where=Place(shown), remedy="Put the file itself there."
                )
            yield shown


def _is_rubbish(name: str, *, dotted: bool) -> bool:
    if name.startswith("."):
        return not (dotted and name in KEPT)
    return name in _RUBBISH or name.endswith(_RUBBISH_ENDINGS)
