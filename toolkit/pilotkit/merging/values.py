"""Plain data, merged by key: mappings by their keys, lists of things by what names them, other lists by their items."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pilotkit.merging.sequences import Stretch, put_beside, stretches
from pilotkit.overlay import ABSENT

NAMING = ("id", "code", "name")
"""Keys that tell the things of a list apart, the first that does."""


@dataclass(frozen=True)
class Conflict:
    """One key that both sides changed to something different. :data:`ABSENT` stands for a key that is not there."""

    path: tuple[str, ...]
    base: Any
    ours: Any
    theirs: Any

    @property
    def key(self) -> str:
        """The path with dots."""
        return ".".join(self.path)


@dataclass(frozen=True)
class MergedValue:
    """What three versions of plain data became."""

    value: Any
    """Ours, where both sides differ."""
    conflicts: tuple[Conflict, ...]


def merge_values(base: Any, ours: Any, theirs: Any) -> MergedValue:
    """``ours`` with what changed from ``base`` to ``theirs``; every change that only one side made is in it."""
    conflicts: list[Conflict] = []
    return MergedValue(_merged(base, ours, theirs, (), conflicts), tuple(conflicts))


def is_same(one: Any, other: Any) -> bool:
    """Whether two values are written the same: ``1``, ``1.0`` and ``true`` are three values."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    return type(one) is type(other) and bool(one == other or (one != one and other != other))  # noqa: PLR0124  # nan


def differences(before: Any, after: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Every smallest key that differs, with both its values; lists of named things are looked into."""
    if is_same(before, after):
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _differing(before, after, path)
    elif (name := _naming(before, after)) and (before or after):
        yield from _differing(_by(before, name), _by(after, name), path)
    else:
        yield path, before, after


def _differing(
    before: Mapping[Any, Any], after: Mapping[Any, Any], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    for key in dict.fromkeys((*before, *after)):
        yield from differences(before.get(key, ABSENT), after.get(key, ABSENT), (*path, str(key)))


def _merged(base: Any, ours: Any, theirs: Any, path: tuple[str, ...], conflicts: list[Conflict]) -> Any:
    if is_same(ours, theirs) or is_same(theirs, base):
        return ours
    if is_same(ours, base):
        return theirs
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        return _mapping(base if isinstance(base, Mapping) else {}, ours, theirs, path, conflicts)
    if isinstance(ours, list) and isinstance(theirs, list):
        merged = _list(base if isinstance(base, list) else [], ours, theirs, path, conflicts)
        if merged is not None:
            return merged
    conflicts.append(Conflict(path, base, ours, theirs))
    return ours


def _mapping(
    base: Mapping[Any, Any],
    ours: Mapping[Any, Any],
    theirs: Mapping[Any, Any],
    path: tuple[str, ...],
    conflicts: list[Conflict],
) -> dict[Any, Any]:
    merged: dict[Any, Any] = {}
    for key in dict.fromkeys((*theirs, *ours)):
        was, mine, new = (each.get(key, ABSENT) for each in (base, ours, theirs))
        value = _merged(was, mine, new, (*path, str(key)), conflicts)
        if value is not ABSENT:
            merged[key] = value
    return merged


def _list(
    base: list[Any], ours: list[Any], theirs: list[Any], path: tuple[str, ...], conflicts: list[Conflict]
) -> list[Any] | None:
    """None where the two lists cannot both be had."""
    name = _naming(base, ours, theirs)
    if name is None:
        return _items(base, ours, theirs, path, conflicts)
    order = _order([_by(each, name) for each in (base, ours, theirs)])
    if order is None:
        return None
    merged = _mapping(_by(base, name), _by(ours, name), _by(theirs, name), path, conflicts)
    return [merged[key] for key in order if key in merged]


def _naming(*lists: Any) -> str | None:
    """Return the key that tells the things of all the lists apart; None where they are not lists of such things."""
    return next((name for name in NAMING if all(_is_named(each, name) for each in lists)), None)


def _is_named(things: Any, name: str) -> bool:
    if not isinstance(things, list) or not all(isinstance(each, Mapping) for each in things):
        return False
    names = [each.get(name) for each in things]
    return all(isinstance(each, str) for each in names) and len(set(names)) == len(names)


def _by(things: list[Any], name: str) -> dict[str, Any]:
    return {each[name]: each for each in things}


def _order(sides: Sequence[Mapping[str, Any]]) -> list[str] | None:
    """Return the names in the order of the side that changed it; None where both did, differently."""
    base, ours, theirs = map(list, sides)
    first, second = theirs, ours
    if not _keeps_order(base, ours):
        first, second = ours, theirs
        if not _keeps_order(base, theirs) and not _keeps_order(ours, theirs):
            return None
    order = list(first)
    for at, name in enumerate(second):
        if name not in order:
            before = next((each for each in reversed(second[:at]) if each in order), None)
            order.insert(order.index(before) + 1 if before is not None else 0, name)
    return order


def _keeps_order(one: list[str], other: list[str]) -> bool:
    shared = set(one) & set(other)
    return [each for each in one if each in shared] == [each for each in other if each in shared]


def _items(
    base: list[Any], ours: list[Any], theirs: list[Any], path: tuple[str, ...], conflicts: list[Conflict]
) -> list[Any] | None:
    written = {_written(item): item for item in (*base, *theirs, *ours)}
    merged: list[Any] = []
    for stretch in stretches(*([_written(item) for item in each] for each in (base, ours, theirs))):
        keys = stretch.merged
        keys = _both(stretch) if keys is None else keys
        if keys is not None:
            merged += [written[key] for key in keys]
        elif paired := _paired(stretch, written):
            start = len(merged)
            merged += [_merged(*each, (*path, str(start + at)), conflicts) for at, each in enumerate(paired)]
        else:
            return None
    return merged


def _written(item: Any) -> str:
    return json.dumps(item, sort_keys=True, default=lambda value: f"{type(value).__name__} {value}")


def _both(stretch: Stretch[str]) -> list[str] | None:
    """Where one side only put something in, or both did, both can be had."""
    base, ours, theirs = list(stretch.base), list(stretch.ours), list(stretch.theirs)
    if any(key.startswith('"-') for key in (*base, *ours, *theirs)):
        return None  # options of a command line: what stands beside each other belongs together
    both = put_beside(base, ours, theirs)
    return None if both is None else list(dict.fromkeys(both)) if len(set(base)) == len(base) else both


def _paired(stretch: Stretch[str], written: Mapping[str, Any]) -> list[tuple[Any, Any, Any]] | None:
    """As many mappings on each side: the same ones, changed."""
    if not len(stretch.base) == len(stretch.ours) == len(stretch.theirs):
        return None
    sides = ([written[key] for key in side] for side in (stretch.base, stretch.ours, stretch.theirs))
    paired = list(zip(*sides, strict=True))
    return paired if all(isinstance(each, Mapping) for row in paired for each in row) else None
