"""``pilotkit diff``: what is a deployment's own on top of its package; what was edited below ``model/``, adopted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.tree import FORMS, LISTS, MODEL, PROCEDURES, SET_ASIDE, SINGLES, override_of
from pilotkit.errors import DataError, Place
from pilotkit.merging.values import differences
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
from pilotkit.upgrades.override import Changes
from pilotkit.upgrades.override_merge import nested, write_changes


@dataclass(frozen=True)
class Adopted:
    """What became of a file below ``model/`` that was edited by hand."""

    path: str
    to: str | None
    """Where the edit stands now; None: nothing of it could be kept apart, the file was only put back."""
    keys: tuple[str, ...] = ()
    """The keys of an override."""


def local_changes(folder: Path) -> Ours:
    """Everything that a deployment changed itself. Nothing is written but what a killed command left undone.

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
    standing = InstalledDeployment.of(folder)
    told = {
        "package": standing.info.name,
        "version": standing.info.version,
        "settings": tuple(notice for _, notice in undecided_settings(standing.folder, standing.pristine)),
        "seeded": () if standing.drift and standing.pristine is None else tuple(_seeded(standing)),
        "drift": tuple(_drifted(standing, each) for each in standing.drift),
        "unresolved": tuple(unresolved_files(standing.folder)),
        "set_aside": set_aside(standing.folder),
        "waiting": waiting_files(standing.folder),
    }
    return ours.model_copy(update=told)


def adopt(folder: Path) -> tuple[Adopted, ...]:
    """Turn what was edited below ``model/`` into overrides, and put the package's files back.

    What holds stays the same. A file that cannot be overridden by key goes to ``local/set-aside/``.

    Raises:
        DataError: the package is not kept here, the deployment was restored half, or a file cannot be understood.
        TargetError: the disk refused.
    """
    with locked(folder):
        recover(folder)
        standing = InstalledDeployment.of(folder)
        return tuple(_adopted(standing, each.path, each.kind) for each in standing.drift)


def _seeded(standing: InstalledDeployment) -> Iterator[SeededChange]:
    for path, base in standing.base.items():
        held = standing.state(path)
        if held is None:
            yield SeededChange(path=path, kind="deleted")
        elif held.data != base:
            yield SeededChange(path=path, kind="changed", values=tuple(_settings_set(path, base, held.data)))


def _settings_set(path: str, base: bytes, ours: bytes) -> Iterator[ValueChange]:
    """Every setting that is not as the package writes it."""
    if path != SETTINGS:
        return
    was, now = (parse_toml(side.decode("utf-8-sig"), path) for side in (base, ours))
    for each in differences(was, now):
        yield _value(path, *each)


def _drifted(standing: InstalledDeployment, drift: Drift) -> DriftChange:
    """With its keys, where the package's file is kept and both can be read."""
    pristine = None if standing.pristine is None else standing.package.files.get(drift.path.removeprefix(f"{MODEL}/"))
    values: tuple[ValueChange, ...] = ()
    if pristine is not None and drift.kind == "changed" and drift.path.endswith(".yaml"):
        try:
            now = parse_yaml(read_text(standing.folder / drift.path, drift.path), drift.path)
            found = differences(parse_yaml(pristine.decode("utf-8-sig"), drift.path), now)
            values = tuple(_value(drift.path, *each) for each in found)
        except DataError:  # broken by hand: the file as a whole is told
            values = ()
    return DriftChange(path=drift.path, kind=drift.kind, values=values)


def _value(file: str, path: tuple[str, ...], before: Any, after: Any) -> ValueChange:
    return ValueChange(file=file, key=".".join(path), before=_shown(before), after=_shown(after))


def _adopted(standing: InstalledDeployment, path: str, kind: str) -> Adopted:
    pristine = standing.package.files.get(path.removeprefix(f"{MODEL}/"))
    held = standing.state(path)
    keys: tuple[str, ...] = ()
    to: str | None = None
    if kind == "changed" and pristine is not None and _has_keys(path):
        to, keys = _as_override(standing, path, pristine.decode("utf-8-sig"))
    elif held:
        to = standing.free(f"{SET_ASIDE}/{standing.info.version}/{path}", held.data)
        put(standing.folder, to, held)
    put(standing.folder, path, None if pristine is None else FileState(pristine), standing.seen)
    return Adopted(path, to, keys)


def _as_override(standing: InstalledDeployment, path: str, pristine: str) -> tuple[str, tuple[str, ...]]:
    name = override_of(path)
    standing.state(name)
    text = read_text(standing.folder / name, name) if (standing.folder / name).is_file() else ""
    overlay = parse_yaml(text, name) or {}
    package = parse_yaml(pristine, path)
    holds = apply_overlay(parse_yaml(read_text(standing.folder / path, path), path), overlay, name)[0]
    changes = _changes(package, holds, dict(changes_in(overlay)))
    _refuse_different(package, changes, holds, path, name)
    if changes:
        put(standing.folder, name, FileState(write_changes(name, text, changes).encode()), standing.seen)
    return name, tuple(".".join(each) for each in changes)


def _changes(package: Any, holds: Any, known: Changes) -> Changes:
    """The smallest changes that make ``holds`` of the package's data; a change that was there keeps its place."""
    changes: Changes = {}
    for path, was, value in differences(package, holds):
        above = next((each for each in known if path[: len(each)] == each), None)
        if above is not None:
            changes[above] = known[above]
            continue
        written = {} if was is ABSENT else {"was": was}
        changes[path] = {DELETE: True, **written} if value is ABSENT else {"is": value, **written}
    return changes


def _refuse_different(package: Any, changes: Changes, holds: Any, path: str, name: str) -> None:
    if list(differences(apply_overlay(package, nested(changes), name)[0], holds)):
        raise DataError(
            "holds edits that no override can say, such as another order of things.",
            where=Place(path),
            remedy="Put the package's order back, then try again.",
        )


def _has_keys(path: str) -> bool:
    return path in LISTS or path in SINGLES or Path(path).parent.as_posix() in {PROCEDURES, FORMS}


def _shown(value: Any) -> Any:
    return None if value is ABSENT else value
