"""``pilotkit override``: change one value on top of the package, and record the value that it replaces."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.locks import falls_under
from pilotkit.catalog.tree import MODEL, override_of
from pilotkit.errors import DataError, Place, UnknownError
from pilotkit.merging.values import is_same
from pilotkit.model.plain_data import PlainData
from pilotkit.model.upgrade import ValueChange
from pilotkit.overlay import ABSENT, DELETE, apply_overlay, changes_in, found_at
from pilotkit.reading.files import read_text
from pilotkit.reading.toml_data import parse_toml
from pilotkit.reading.yaml_data import parse_yaml
from pilotkit.upgrades.file_state import FileState, Version, state_of
from pilotkit.upgrades.journal import locked, put, recover
from pilotkit.upgrades.override_merge import Changes, OverrideNode, nested, write_changes
from pilotkit.upgrades.setting_conflicts import decide, is_setting
from pilotkit.upgrades.staged_files import refuse_unsound


@dataclass(frozen=True)
class Named:
    """A key of a file of the model."""

    file: str
    path: tuple[str, ...]
    found: PlainData
    """The package's value; :data:`ABSENT` where it has none."""

    @property
    def key(self) -> str:
        """The path with dots."""
        return ".".join(self.path)


def override(folder: Path, key: str, value: PlainData) -> ValueChange:
    """Override a key: ``value`` takes effect in place of the package's.

    Args:
        folder: the deployment.
        key: ``procedures/<code>.yaml#offers.online.deadline``; or ``pilot.toml#calendar.opens``, where an upgrade left
            a setting to be compared.
        value: plain data; :data:`~pilotkit.overlay.ABSENT` removes the key.

    Returns:
        The effective value before and after.

    Raises:
        DataError: the key is locked, the deployment would not be sound, or the file was edited meanwhile.
        UnknownError: there is no such file or key.
        TargetError: the disk refused.
    """

    def set_value(named: Named, changes: Changes) -> None:
        _refuse_locked(deployment, named)
        if value is ABSENT and named.found is ABSENT:
            raise UnknownError(
                "is not in the package, so it cannot be taken away.",
                where=Place(named.file, named.key),
                remedy="Take back your own addition with --reset.",
            )
        _place(changes, named, value)

    deployment = Deployment(folder)
    if is_setting(key):
        return decide(deployment, key, value)
    return _carried_out(deployment, key, set_value)


def reset(folder: Path, key: str) -> ValueChange:
    """Remove the overrides of a key and of those below it, so that the package's values take effect again.

    Raises:
        UnknownError: nothing was changed there.
        DataError: the deployment would not be sound, or the file was edited meanwhile.
        TargetError: the disk refused.
    """

    def take_out(named: Named, changes: Changes) -> None:
        ours = [path for path in changes if path[: len(named.path)] == named.path]
        if not ours:
            raise UnknownError(
                "is not changed here.", where=Place(named.file, named.key), remedy="'pilotkit diff' lists what is."
            )
        for path in ours:
            del changes[path]

    if is_setting(key):
        return decide(Deployment(folder), key)
    return _carried_out(Deployment(folder), key, take_out)


def value_of(key: str, text: str) -> PlainData:
    """Parse a value in the format of the file that ``key`` names: TOML in ``pilot.toml``, YAML everywhere else.

    Raises:
        DataError: the text is not valid in that format.
    """
    return parse_toml(f"value = {text}", "VALUE")["value"] if is_setting(key) else parse_yaml(text, "VALUE")


def _carried_out(deployment: Deployment, key: str, edit: Callable[[Named, Changes], None]) -> ValueChange:
    folder = deployment.folder
    with locked(folder):
        recover(folder)
        file, data = _file_of(deployment, key)
        name = override_of(file)
        seen = {name: Version.of(state_of(folder, name))}
        text = read_text(folder / name, name) if seen[name] else ""
        changes: Changes = dict(changes_in(parse_yaml(text, name)))
        named = _named(file, key.partition("#")[2], data, changes)
        before = _effective(data, text, name, named.path)
        edit(named, changes)
        written = write_changes(name, text, changes) if changes else ""
        after = _effective(data, written, name, named.path)
        wanted = {name: FileState(written.encode()) if changes else None}
        refuse_unsound(deployment, wanted)
        put(folder, name, wanted[name], seen)
    return ValueChange(file=name, key=named.key, before=_shown(before), after=_shown(after))


def _file_of(deployment: Deployment, key: str) -> tuple[str, PlainData]:
    """Return the file of the model that a key names, and the package's data in it."""
    file = f"{MODEL}/{key.partition('#')[0].removeprefix(f'{MODEL}/')}"
    folder = deployment.folder
    if "#" not in key or not deployment.data_files.is_overridable(file) or not (folder / file).is_file():
        raise UnknownError(
            f"'{key}' names no key of a file of the package.",
            remedy="Write it as procedures/<code>.yaml#offers.online.deadline, the file as it is called below model/.",
        )
    return file, parse_yaml(read_text(folder / file, file), file)


def _named(file: str, text: str, data: PlainData, changes: Changes) -> Named:
    """Resolve a dotted key to a path; names in the data may hold dots themselves, and the longest match wins."""
    path: tuple[str, ...] = ()
    rest = text.split(".")
    effective = apply_overlay(data, nested(changes), file)[0]
    while rest:
        node = found_at(effective, path)
        for length in range(len(rest), 0, -1):
            name = ".".join(rest[:length])
            if found_at(node, (name,)) is not ABSENT or found_at(data, (*path, name)) is not ABSENT:
                path, rest = (*path, name), rest[length:]
                break
        else:
            path, rest = (*path, ".".join(rest)), []
    if not all(path):
        raise UnknownError(f"'{text}' is not a key.", where=Place(file), remedy="Write the parts with dots between.")
    return Named(file, path, found_at(data, path))


def _place(changes: Changes, named: Named, value: PlainData) -> None:
    """Add a change: inside an existing change of a parent key, and in place of those of child keys."""
    above = next((path for path in changes if named.path[: len(path)] == path and path != named.path), None)
    if above is not None:
        held = changes[above]
        if DELETE in held:
            raise DataError(
                "is taken away here as a whole.",
                where=Place(override_of(named.file), ".".join(above)),
                remedy="Take that back first with --reset.",
            )
        below = nested({named.path[len(above) :]: _change(value, ABSENT)})
        changes[above] = {**held, "is": apply_overlay(held["is"], below, named.file)[0]}
        return
    for path in [path for path in changes if path[: len(named.path)] == named.path and path != named.path]:
        del changes[path]
    if is_same(value, named.found):
        changes.pop(named.path, None)
    else:
        changes[named.path] = _change(value, named.found)


def _change(value: PlainData, found: PlainData) -> OverrideNode:
    was = {} if found is ABSENT else {"was": copy.deepcopy(found)}
    return {DELETE: True, **was} if value is ABSENT else {"is": value, **was}


def _effective(data: PlainData, text: str, name: str, path: tuple[str, ...]) -> PlainData:
    overlay = parse_yaml(text, name) or {}
    return found_at(apply_overlay(data, overlay, name)[0], path)


def _refuse_locked(deployment: Deployment, named: Named) -> None:
    package = deployment.catalog.package
    for rule in package.locked if package else ():
        if falls_under(named.file, named.path, rule):
            raise DataError(
                f"is locked by the package ({rule}), so that it is the same everywhere.",
                where=Place(named.file, named.key),
                remedy="Ask the package's owner to unlock it.",
            )


def _shown(value: PlainData) -> PlainData:
    return None if value is ABSENT else value
