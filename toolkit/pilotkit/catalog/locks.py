"""Locked keys: what a package keeps every deployment from changing."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from pilotkit.catalog.tree import MODEL, OVERRIDES, OverlayChange


def lock_on(change: OverlayChange, locked: Iterable[str]) -> str | None:
    """The rule (``path#key.path``) that a change falls under; None where it is free."""
    return next((rule for rule in locked if _falls_under(change, rule)), None)


def model_file(change: OverlayChange) -> str:
    """The package's file that a change is made to."""
    return MODEL + change.file.removeprefix(OVERRIDES)


def _falls_under(change: OverlayChange, rule: str) -> bool:
    """Whether a change is at, below or above a locked key; ``*`` stands for one part of it."""
    file, _, key = rule.partition("#")
    if not fnmatchcase(model_file(change), file):
        return False
    return all(fnmatchcase(part, wanted) for part, wanted in zip(change.change.path, _parts(key), strict=False))


def _parts(key: str) -> list[str]:
    return key.split(".") if key else []
