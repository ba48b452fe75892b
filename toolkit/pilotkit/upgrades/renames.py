"""The renames between two versions of a package, applied to a deployment's own changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from pilotkit.model.package import PackageInfo, Rename, precedence


@dataclass(frozen=True)
class Renames:
    """The renames from one version to another, in the order they were declared."""

    renames: tuple[tuple[str, str], ...] = ()
    """Old and new: a file of the deployment, or ``file#key``."""

    @classmethod
    def between(cls, installed: PackageInfo, offered: PackageInfo) -> Self:
        """Return the renames declared since the installed version, over skipped versions; reversed on a downgrade."""
        old, new = precedence(installed.version), precedence(offered.version)
        if new >= old:
            return cls(tuple((each.old, each.new) for each in _since(offered.renames, old, new)))
        return cls(tuple((each.new, each.old) for each in reversed(list(_since(installed.renames, new, old)))))

    def of_file(self, file: str) -> str:
        """Return the present path of a file."""
        for old, new in self.renames:
            if "#" not in old and file == old:
                file = new
        return file

    def of_key(self, file: str, path: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        """Return the present file and path of a key."""
        for old, new in self.renames:
            old_file, mark, old_key = old.partition("#")
            if file != old_file:
                continue
            if not mark:
                file = new
                continue
            below = tuple(old_key.split("."))
            if path[: len(below)] == below:
                new_file, _, new_key = new.partition("#")
                file, path = new_file, (*new_key.split("."), *path[len(below) :])
        return file, path


def _since(renames: tuple[Rename, ...], after: tuple[object, ...], until: tuple[object, ...]) -> Iterator[Rename]:
    fitting = (each for each in renames if after < precedence(each.since) <= until)
    yield from sorted(fitting, key=lambda each: precedence(each.since))
