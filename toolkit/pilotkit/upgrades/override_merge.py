"""Three-way merge of overrides with a new version of the package: base, local value and the package's new value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TypeAlias, cast

import yaml

from pilotkit.catalog.locks import falls_under
from pilotkit.catalog.tree import MODEL, OVERRIDES, SET_ASIDE, override_of
from pilotkit.errors import DataError
from pilotkit.merging.documents import edited
from pilotkit.merging.files import comments_of
from pilotkit.merging.values import is_same, merge_values
from pilotkit.model.package import PackageInfo
from pilotkit.model.plain_data import PlainData
from pilotkit.model.upgrade import Notice, OverrideChange, OverrideState, Unresolved
from pilotkit.overlay import ABSENT, DELETE, changes_in, found_at
from pilotkit.packages.conflicts import LOOK, WHY, compare_by
from pilotkit.reading.yaml_data import parse_yaml
from pilotkit.upgrades.renames import Renames

KeyPath: TypeAlias = tuple[str, ...]
"""A key of a file, from the root; items of a list by their id."""
OverrideNode: TypeAlias = dict[str, PlainData]
"""One change of an overlay: ``is`` or ``$delete``, and ``was``."""
Changes: TypeAlias = dict[KeyPath, OverrideNode]
"""The changes of one override file by key."""


@dataclass
class OverrideMerge:
    """The merged override files, and the outcome for each override."""

    files: dict[str, str | None] = field(default_factory=dict)
    """Text by path of each file that changes; None where it is removed."""
    sources: dict[str, str] = field(default_factory=dict)
    """The override file that each text is based on, by path; its permissions are kept."""
    changes: list[OverrideChange] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    unresolved: list[Unresolved] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    """``file#key`` of every stale one."""


@dataclass(frozen=True)
class Models:
    """The files of the model before and after, as text by path in the deployment."""

    old: Callable[[str], str | None]
    new: Callable[[str], str | None]
    info: PackageInfo
    """The new package."""


@dataclass
class _File:
    """One override file after the merge, or one file of ``local/set-aside/``."""

    sources: set[str] = field(default_factory=set)
    """The override files that its changes came from."""
    changes: Changes = field(default_factory=dict)
    is_changed: bool = False


def carry_over(overrides: Mapping[str, str], models: Models, renames: Renames, stale: frozenset[str]) -> OverrideMerge:
    """Merge every override with the new model.

    Args:
        overrides: text by path below the deployment.
        models: the package's files before and after.
        renames: files and keys that were renamed between them.
        stale: overrides that were stale before, as ``file#key``.

    Raises:
        DataError: an override or a file of the model is not valid.
    """
    layers, files = OverrideMerge(), dict[str, _File]()
    held = {name: parse_yaml(text, name) for name, text in overrides.items()}
    found = [(name, path, node) for name, data in held.items() for path, node in changes_in(data)]
    for name, path, node in sorted(found, key=lambda each: _moved(each[0], each[1], renames) != each[:2]):
        _carry(name, path, node, models, renames, stale, layers, files)
    layers.sources = {name: _source(name, file, files, overrides) for name, file in files.items() if file.changes}
    layers.files = _written(overrides, files, layers.sources)
    return layers


def _moved(name: str, path: KeyPath, renames: Renames) -> tuple[str, KeyPath]:
    """Return the file and key of an override after the renames."""
    file, key = renames.of_key(f"{MODEL}{name.removeprefix(OVERRIDES)}", path)
    return override_of(file), key


def _carry(
    name: str,
    path: KeyPath,
    node: OverrideNode,
    models: Models,
    renames: Renames,
    stale: frozenset[str],
    layers: OverrideMerge,
    files: dict[str, _File],
) -> None:
    """Merge one change of one file."""
    old_file = f"{MODEL}{name.removeprefix(OVERRIDES)}"
    new_name, new_path = _moved(name, path, renames)
    new_file = f"{MODEL}{new_name.removeprefix(OVERRIDES)}"
    is_moved = (new_name, new_path) != (name, path)
    before, data = _parsed(models.old(old_file), old_file), _parsed(models.new(new_file), new_file)
    state, became, found = _decided(node, found_at(before, path), data, new_path)
    key = ".".join(new_path)
    if state is OverrideState.KEPT and f"{name}#{'.'.join(path)}" in stale and not _agrees(node, found):
        state = OverrideState.STALE
    if any(falls_under(new_file, new_path, rule) for rule in models.info.locked):
        state = OverrideState.BLOCKED
    is_taken = became is not None and _is_taken(files.get(new_name), new_path, became)
    state = OverrideState.SET_ASIDE if is_taken else state
    target = new_name
    if state is OverrideState.SET_ASIDE:
        target = _set_aside(new_name, models.info)
        if _is_taken(files.get(target), new_path, node):
            target, new_path = _free(files, _set_aside(name, models.info), path, node), path
    for each in (name, target):
        file = files.setdefault(each, _File())
        file.is_changed |= is_moved or became is not node or state is OverrideState.SET_ASIDE
    if became is not None:
        files[target].changes[new_path] = became
        files[target].sources.add(name)
    shown = OverrideState.MOVED if is_moved and state is OverrideState.KEPT else state
    layers.changes.append(_told(new_name, key, shown, node, became or node, found))
    _unsettled(layers, new_name, key, state, node, found, _TAKEN if is_taken else _GONE)


def _set_aside(name: str, info: PackageInfo) -> str:
    return f"{SET_ASIDE}/{info.version}/{name.removeprefix(OVERRIDES + '/')}"


def _free(files: Mapping[str, _File], target: str, path: KeyPath, node: OverrideNode) -> str:
    """Return a file for a change that is set aside without replacing another: ``target``, or one with a number."""
    place, number = PurePosixPath(target), 1
    while _is_taken(files.get(str(place)), path, node):
        number += 1
        place = PurePosixPath(target).with_suffix(f".{number}.yaml")
    return str(place)


_GONE = "the package no longer has what it changes"
_TAKEN = "another override stands where its place has moved to"


def _is_taken(file: _File | None, path: KeyPath, node: OverrideNode) -> bool:
    """Return whether a different change exists at a path, above it or below it."""
    changes = file.changes if file is not None else {}
    near = [each for each in changes if each[: len(path)] == path or path[: len(each)] == each]
    return any(each != path or not is_same(changes[each], node) for each in near)


def _decided(
    node: OverrideNode, before: PlainData, data: PlainData, path: KeyPath
) -> tuple[OverrideState, OverrideNode | None, PlainData]:
    """Return the outcome of a change, the change after the merge (None: dropped) and the package's new value."""
    if data is None or found_at(data, path[:-1]) is ABSENT:
        return OverrideState.SET_ASIDE, node, ABSENT
    found, was, ours = found_at(data, path), node.get("was", ABSENT), node.get("is", ABSENT)
    if is_same(found, before):
        return OverrideState.KEPT, node, found
    if is_same(found, ours):
        return OverrideState.SETTLED, None, found
    if is_same(found, was):
        return OverrideState.KEPT, node, found
    merged = merge_values(was, ours, found)
    if merged.conflicts:
        return OverrideState.STALE, node, found
    return OverrideState.MERGED, {**node, "is": merged.value, "was": found}, found


def _agrees(node: OverrideNode, found: PlainData) -> bool:
    return is_same(found, node.get("was", ABSENT))


def _unsettled(
    layers: OverrideMerge, name: str, key: str, state: OverrideState, node: OverrideNode, found: PlainData, gone: str
) -> None:
    values = {"base": _shown(node.get("was", ABSENT)), "ours": _shown(node.get("is", ABSENT)), "package": _shown(found)}
    if state is OverrideState.STALE:
        layers.waiting.append(f"{name}#{key}")
        remedy = compare_by(name.removeprefix(f"{OVERRIDES}/"), key)
        layers.notices.append(Notice(file=name, key=key, why=WHY, remedy=remedy, **values))
    elif state is OverrideState.SET_ASIDE:
        why = f"{gone}; it is kept in {SET_ASIDE}/, without effect"
        layers.unresolved.append(Unresolved(file=name, key=key, why=why, remedy=LOOK, **values))


def _told(
    name: str, key: str, state: OverrideState, node: OverrideNode, became: OverrideNode, found: PlainData
) -> OverrideChange:
    return OverrideChange(
        file=name,
        key=key,
        state=state,
        was=_shown(node.get("was", ABSENT)),
        ours=_shown(became.get("is", ABSENT)),
        package=_shown(found),
        is_removal=DELETE in node,
    )


def _shown(value: PlainData) -> PlainData:
    return None if value is ABSENT else value


def _source(name: str, file: _File, files: Mapping[str, _File], overrides: Mapping[str, str]) -> str:
    """Return the file that a text is based on: itself where it existed, else a file that is removed, if any."""
    return name if name in overrides else min(file.sources, key=lambda each: (bool(files[each].changes), each))


def _written(
    overrides: Mapping[str, str], files: Mapping[str, _File], sources: Mapping[str, str]
) -> dict[str, str | None]:
    """Return every changed file as text. Comments move with their change; orphaned ones go to the top."""
    texts = {name: _text(name, overrides, files, sources) for name, file in files.items() if file.is_changed}
    for source in (each for each in overrides if each in texts):
        lost = comments_of(source, overrides[source]) - comments_of(source, texts[source] or "")
        takers = [name for name, file in files.items() if source in file.sources and name != source]
        for name in takers or [source]:
            if (text := texts[name]) is not None:
                on_top = lost - comments_of(name, text)
                texts[name] = "".join(f"{comment}\n" for comment in on_top.elements()) + text
    return texts


def _text(
    name: str, overrides: Mapping[str, str], files: Mapping[str, _File], sources: Mapping[str, str]
) -> str | None:
    """Return the text of a file, edited in place where possible; None where it is removed."""
    changes, source = files[name].changes, sources.get(name)
    if not changes or source is None:
        return None
    return write_changes(name, overrides[source] if source == name or not files[source].changes else "", changes)


def write_changes(name: str, text: str, changes: Mapping[KeyPath, OverrideNode]) -> str:
    """Return an override file with exactly ``changes``, edited into ``text`` so that comments and layout survive."""
    wanted = nested(changes)
    if not text.strip():
        return _anew(changes)
    try:
        held = edited(name, text, wanted)
    except DataError:
        held = None
    return _anew(changes) if held is None else held


def nested(changes: Mapping[KeyPath, OverrideNode]) -> dict[str, PlainData]:
    """Return the overlay that holds these changes, nested by key."""
    data: dict[str, PlainData] = {}
    for path, node in changes.items():
        place = data
        for key in path[:-1]:
            child: dict[str, PlainData] = {}
            place = cast("dict[str, PlainData]", place.setdefault(key, child))
        place[path[-1]] = node
    return data


def _anew(changes: Mapping[KeyPath, OverrideNode]) -> str:
    return yaml.safe_dump(nested(changes), allow_unicode=True, sort_keys=False, width=120)


def _parsed(text: str | None, file: str) -> PlainData:
    return None if text is None or PurePosixPath(file).suffix != ".yaml" else parse_yaml(text, file)
