"""What a package renamed between two of its versions, so that a deployment's own changes go along."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from pilotkit.model.package import PackageInfo, Rename, precedence


@dataclass(frozen=True)
class Renames:
    """The renames of a way from one version to another, in the order they happened."""

    renames: tuple[tuple[str, str], ...] = ()
    """Old and new: a file of the deployment, or ``file#key``."""

    @classmethod
    def between(cls, installed: PackageInfo, offered: PackageInfo) -> Self:
        """Those declared since the installed version, however many versions are skipped; backwards on a downgrade."""
        old, new = precedence(installed.version), precedence(offered.version)
        if new >= old:
            return cls(tuple((each.old, each.new) for each in _since(offered.renames, old, new)))
        return cls(tuple((each.new, each.old) for each in reversed(list(_since(installed.renames, new, old)))))

    def of_file(self, file: str) -> str:
        """What a file is called now."""
        for old, new in self.renames:
            if "#" not in old and file == old:
                file = new
        return file

    def of_key(self, file: str, path: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        """Where a key of a file stands now."""
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
