"""``pilotkit diff``: a deployment's local changes to its package, and edits below ``model/`` turned into overrides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.tree import MODEL, SET_ASIDE, override_of
from pilotkit.errors import DataError, Place
from pilotkit.merging.values import differences
from pilotkit.model.plain_data import PlainData
from pilotkit.model.upgrade import DriftChange, Ours, OverrideChange, OverrideState, SeededChange, ValueChange
from pilotkit.overlay import ABSENT, DELETE, apply_overlay, changes_in
from pilotkit.packages import manifest as manifests
from pilotkit.packages.conflicts import set_aside, undecided_settings, unresolved_files, waiting_files
from pilotkit.packages.manifest import Drift
from pilotkit.reading.files import read_text
from pilotkit.reading.toml_data import parse_toml
from pilotkit.reading.yaml_data import parse_yaml
from pilotkit.settings import FILE as SETTINGS
from pilotkit.upgrades.file_state import FileState
from pilotkit.upgrades.installed import InstalledDeployment
from pilotkit.upgrades.journal import JOURNAL, locked, put, recover
from pilotkit.upgrades.override_merge import Changes, nested, write_changes


@dataclass(frozen=True)
class Adopted:
    """The result of adopting one file below ``model/`` that was edited by hand."""

    path: str
    to: str | None
    """The path of the file with the edit; None: nothing of it could be kept apart, the file was only restored."""
    keys: tuple[str, ...] = ()
    """The keys of an override."""


def local_changes(folder: Path) -> Ours:
    """Return every local change of a deployment. Nothing is written but the rest of an interrupted change.

    Raises:
        DataError: the deployment cannot be read, or was restored half.
        TargetError: another command is changing it.
    """
    if (folder / JOURNAL).exists():
        with locked(folder):
            recover(folder)
    deployment = Deployment(folder)
    catalog = deployment.catalog
    overrides = tuple(
        OverrideChange(
            file=each.file,
            key=each.change.key,
            state=OverrideState.STALE if each.change.is_stale else OverrideState.KEPT,
            was=_shown(each.change.was),
            ours=_shown(each.change.value),
            package=_shown(each.change.found),
            is_removal=each.change.value is ABSENT,
        )
        for each in catalog.changes
    )
    ours = Ours(deployment=deployment.settings.deployment.id, overrides=overrides)
    if catalog.package is None or not (deployment.folder / MODEL / manifests.FILE).is_file():
        return ours
    installed = InstalledDeployment.of(folder)
    told = {
        "package": installed.info.name,
        "version": installed.info.version,
        "settings": tuple(notice for _, notice in undecided_settings(installed.folder, installed.merge_base)),
        "seeded": () if installed.drift and installed.merge_base is None else tuple(_seeded(installed)),
        "drift": tuple(_drifted(installed, each) for each in installed.drift),
        "unresolved": tuple(unresolved_files(installed.folder)),
        "set_aside": set_aside(installed.folder),
        "waiting": waiting_files(installed.folder),
    }
    return ours.model_copy(update=told)


def adopt(folder: Path) -> tuple[Adopted, ...]:
    """Turn edits below ``model/`` into overrides, and restore the package's files.

    The effective values stay the same. A file that cannot be overridden by key goes to ``local/set-aside/``.

    Raises:
        DataError: the package is not kept here, the deployment was restored half, or a file cannot be understood.
        TargetError: the disk refused.
    """
    with locked(folder):
        recover(folder)
        installed = InstalledDeployment.of(folder)
        return tuple(_adopted(installed, each.path, each.kind) for each in installed.drift)


def _seeded(installed: InstalledDeployment) -> Iterator[SeededChange]:
    for path, base in installed.base.items():
        held = installed.state(path)
        if held is None:
            yield SeededChange(path=path, kind="deleted")
        elif held.data != base:
            yield SeededChange(path=path, kind="changed", values=tuple(_settings_set(path, base, held.data)))


def _settings_set(path: str, base: bytes, ours: bytes) -> Iterator[ValueChange]:
    """Yield every setting that differs from the package's."""
    if path != SETTINGS:
        return
    was, now = (parse_toml(side.decode("utf-8-sig"), path) for side in (base, ours))
    for each in differences(was, now):
        yield _value(path, *each)


def _drifted(installed: InstalledDeployment, drift: Drift) -> DriftChange:
    """Return a drift with its keys, where the package's file is kept and both can be read."""
    packaged = (
        None if installed.merge_base is None else installed.package.files.get(drift.path.removeprefix(f"{MODEL}/"))
    )
    values: tuple[ValueChange, ...] = ()
    if packaged is not None and drift.kind == "changed" and drift.path.endswith(".yaml"):
        try:
            now = parse_yaml(read_text(installed.folder / drift.path, drift.path), drift.path)
            found = differences(parse_yaml(packaged.decode("utf-8-sig"), drift.path), now)
            values = tuple(_value(drift.path, *each) for each in found)
        except DataError:  # broken by hand: the file as a whole is told
            values = ()
    return DriftChange(path=drift.path, kind=drift.kind, values=values)


def _packaged(installed: InstalledDeployment, path: str) -> bytes | None:
    return installed.package.files.get(path.removeprefix(f"{MODEL}/"))


def _value(file: str, path: tuple[str, ...], before: PlainData, after: PlainData) -> ValueChange:
    return ValueChange(file=file, key=".".join(path), before=_shown(before), after=_shown(after))


def _adopted(installed: InstalledDeployment, path: str, kind: str) -> Adopted:
    packaged = _packaged(installed, path)
    held = installed.state(path)
    keys: tuple[str, ...] = ()
    to: str | None = None
    if kind == "changed" and packaged is not None and installed.deployment.data_files.is_overridable(path):
        to, keys = _as_override(installed, path, packaged.decode("utf-8-sig"))
    elif held:
        to = installed.free(f"{SET_ASIDE}/{installed.info.version}/{path}", held.data)
        put(installed.folder, to, held)
    put(installed.folder, path, None if packaged is None else FileState(packaged), installed.seen)
    return Adopted(path, to, keys)


def _as_override(installed: InstalledDeployment, path: str, packaged: str) -> tuple[str, tuple[str, ...]]:
    name = override_of(path)
    installed.state(name)
    text = read_text(installed.folder / name, name) if (installed.folder / name).is_file() else ""
    overlay = parse_yaml(text, name) or {}
    package = parse_yaml(packaged, path)
    edited = apply_overlay(parse_yaml(read_text(installed.folder / path, path), path), overlay, name)[0]
    changes = _changes(package, edited, dict(changes_in(overlay)))
    _refuse_different(package, changes, edited, path, name)
    if changes:
        put(installed.folder, name, FileState(write_changes(name, text, changes).encode()), installed.seen)
    return name, tuple(".".join(each) for each in changes)


def _changes(package: PlainData, edited: PlainData, known: Changes) -> Changes:
    """Return the smallest changes that turn the package's data into ``edited``; a change that exists keeps its key."""
    changes: Changes = {}
    for path, was, value in differences(package, edited):
        above = next((each for each in known if path[: len(each)] == each), None)
        if above is not None:
            changes[above] = known[above]
            continue
        written = {} if was is ABSENT else {"was": was}
        changes[path] = {DELETE: True, **written} if value is ABSENT else {"is": value, **written}
    return changes


def _refuse_different(package: PlainData, changes: Changes, edited: PlainData, path: str, name: str) -> None:
    if list(differences(apply_overlay(package, nested(changes), name)[0], edited)):
        raise DataError(
            "edited edits that no override can say, such as another order of things.",
            where=Place(path),
            remedy="Put the package's order back, then try again.",
        )


def _shown(value: PlainData) -> PlainData:
    return None if value is ABSENT else value
