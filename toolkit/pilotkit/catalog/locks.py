"""Locked keys: what a package keeps every deployment from changing."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from pilotkit.catalog.tree import MODEL, OVERRIDES, OverlayChange


def lock_on(change: OverlayChange, locked: Iterable[str]) -> str | None:
    """Return the rule (``path#key.path``) that a change falls under; None where it is free."""
    return next((rule for rule in locked if falls_under(model_file(change), change.change.path, rule)), None)


def model_file(change: OverlayChange) -> str:
    """Return the package's file that a change is made to."""
    return MODEL + change.file.removeprefix(OVERRIDES)


def falls_under(file: str, path: tuple[str, ...], rule: str) -> bool:
    """Whether a key of a file of the model is at, below or above a locked one; ``*`` stands for one part of it."""
    locked, _, key = rule.partition("#")
    if not fnmatchcase(file, locked):
        return False
    return all(fnmatchcase(part, wanted) for part, wanted in zip(path, _parts(key), strict=False))


def _parts(key: str) -> list[str]:
    return key.split(".") if key else []
