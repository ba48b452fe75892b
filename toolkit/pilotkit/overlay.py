"""The overlay: what a deployment changed on top of its package, key by key.

A file under ``local/overrides/`` has the same path as the file under ``model/`` that it changes, and holds only the
keys it changes. A change is a mapping with ``is`` (the new value) and ``was`` (the value it replaced), or with
``$delete: true`` and ``was``. Items of a list are named by their ``id``::

    offers:
      online:
        deadline: {is: {amount: 2, unit: working_days}, was: {amount: 3, unit: working_days}}
    documents:
      proof-of-address: {$delete: true, was: {...}}
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pilotkit.errors import DataError, Place
from pilotkit.model.plain_data import PlainData

DELETE = "$delete"


class _Absent(Enum):
    """An enum's member stays itself when it is copied, so ``is ABSENT`` holds on copies too."""

    ABSENT = "absent"


ABSENT: Any = _Absent.ABSENT
"""Stands for a key that is not there."""


@dataclass(frozen=True)
class Change:
    """One key that a deployment changed."""

    path: tuple[str, ...]
    was: Any
    """The value it replaced; :data:`ABSENT` when the key was not there."""
    value: Any
    """The new value; :data:`ABSENT` when the key is deleted."""
    found: Any
    """What the package has there now."""

    @property
    def key(self) -> str:
        """The path with dots."""
        return ".".join(self.path)

    @property
    def is_stale(self) -> bool:
        """Whether the package's value is no longer the one that was replaced."""
        return bool(self.found != self.was)


def apply_overlay(base: PlainData, overlay: PlainData, name: str) -> tuple[Any, tuple[Change, ...]]:
    """Return ``base`` with ``overlay`` on top, and every change made; ``base`` itself is left as it was.

    Args:
        base: plain data of the package's file.
        overlay: plain data of the deployment's file.
        name: what errors call the overlay file.

    Raises:
        DataError: the overlay is not made of changes, or names what is not there.
    """
    result = copy.deepcopy(base)
    changes: list[Change] = []
    result = _merge(result, overlay, (), changes, name)
    return result, tuple(changes)


def changes_in(overlay: PlainData, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Every change that an overlay file makes, by the path of its key, in the file's order."""
    for key, node in overlay.items() if isinstance(overlay, dict) else ():
        if is_change(node):
            yield (*path, str(key)), node
        else:
            yield from changes_in(node, (*path, str(key)))


def found_at(data: PlainData, path: tuple[str, ...]) -> PlainData:
    """Return what stands at a path, things of a list named by their id; :data:`ABSENT` where nothing does."""
    for key in path:
        data = _get(data, key)
    return data


def is_change(node: PlainData) -> bool:
    """Whether a node of an overlay is a change itself, and not the way to one."""
    return isinstance(node, dict) and ("is" in node or DELETE in node) and node.keys() <= {"is", "was", DELETE}


def _merge(base: PlainData, overlay: PlainData, path: tuple[str, ...], changes: list[Change], name: str) -> PlainData:
    if not isinstance(overlay, dict):
        raise DataError(
            "a bare value stands where a change is expected.",
            where=Place(name, ".".join(path)),
            remedy="Write {is: NEW, was: OLD}.",
        )
    for key, node in overlay.items():
        here = (*path, str(key))
        found = _get(base, str(key))
        if is_change(node):
            value = _new_value(node, here, name)
            changes.append(Change(here, copy.deepcopy(node.get("was", ABSENT)), value, copy.deepcopy(found)))
            base = _put(base, str(key), copy.deepcopy(value), here, name)
        elif found is ABSENT:
            raise DataError(
                "is not in the package, so nothing below it can be changed.",
                where=Place(name, ".".join(here)),
                remedy="Correct the key, or add it whole with {is: …}.",
            )
        else:
            base = _put(base, str(key), _merge(found, node, here, changes, name), here, name)
    return base


def _new_value(change: dict[str, Any], path: tuple[str, ...], name: str) -> PlainData:
    if DELETE not in change:
        return change["is"]
    if change[DELETE] is not True or "is" in change:
        raise DataError(
            f"{DELETE} is not 'true' on its own.",
            where=Place(name, ".".join(path)),
            remedy=f"Write {{{DELETE}: true, was: OLD}} to delete the key, {{is: NEW, was: OLD}} to change it.",
        )
    return ABSENT


def _get(base: PlainData, key: str) -> PlainData:
    if isinstance(base, dict):
        return base.get(key, ABSENT)
    if isinstance(base, list):
        return next((item for item in base if _id(item) == key), ABSENT)
    return ABSENT


def _put(base: PlainData, key: str, value: PlainData, path: tuple[str, ...], name: str) -> PlainData:
    if isinstance(base, dict):
        if value is ABSENT:
            base.pop(key, None)
        else:
            base[key] = value
        return base
    if isinstance(base, list) and all(_id(item) is not None for item in base):
        rest = [value if _id(item) == key else item for item in base]
        if value is not ABSENT and not any(_id(item) == key for item in base):
            rest.append({"id": key, **value} if isinstance(value, dict) else value)
        return [item for item in rest if item is not ABSENT]
    raise DataError(
        "cannot be changed by key: it is neither a mapping nor a list of things with an id.",
        where=Place(name, ".".join(path)),
        remedy="Override the whole list.",
    )


def _id(item: PlainData) -> str | None:
    return str(item["id"]) if isinstance(item, dict) and "id" in item else None
