"""Conflicts between settings that an upgrade left open, resolved: the local value, another, or the package's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pilotkit.catalog.deployment import Deployment
from pilotkit.errors import DataError, Place, UnknownError
from pilotkit.merging.documents import edited
from pilotkit.model.plain_data import PlainData
from pilotkit.model.upgrade import ValueChange
from pilotkit.overlay import ABSENT, apply_overlay, found_at
from pilotkit.packages.conflicts import offered, undecided_settings
from pilotkit.packages.merge_base import INDEX, MergeBase, UndecidedSetting, index_text, read_merge_base
from pilotkit.reading.files import read_text
from pilotkit.reading.toml_data import parse_toml
from pilotkit.settings import FILE
from pilotkit.upgrades.file_state import FileState, Version, state_of
from pilotkit.upgrades.installed import refuse_half
from pilotkit.upgrades.journal import change, locked, recover
from pilotkit.upgrades.override_merge import nested
from pilotkit.upgrades.staged_files import refuse_unsound


def is_setting(key: str) -> bool:
    """Return whether a key names a value of ``pilot.toml``."""
    return key.partition("#")[0] == FILE


def decide(deployment: Deployment, key: str, value: PlainData = None) -> ValueChange:
    """Resolve the conflict of a setting that both sides changed; it is no longer reported.

    Args:
        deployment: the deployment with the conflict.
        key: ``pilot.toml#calendar.opens``.
        value: plain data; None: the package's.

    Raises:
        UnknownError: nothing waits to be compared under that key.
        DataError: the setting cannot be that, ``pilot.toml`` was edited meanwhile, or the deployment was restored half.
        TargetError: the disk refused.
    """
    folder = deployment.folder
    with locked(folder):
        recover(folder)
        seen = {path: Version.of(state_of(folder, path)) for path in (FILE, INDEX)}
        index = read_merge_base(folder)
        refuse_half(folder, index)
        asked = _asked(folder, key, index)
        if index is None or asked is None:
            raise UnknownError(
                "is not left to be compared by an upgrade.",
                where=Place(FILE, key.partition("#")[2]),
                remedy=f"'pilotkit diff' lists what is; edit {FILE} directly for all else.",
            )
        before = found_at(parse_toml(read_text(folder / FILE, FILE), FILE), asked.path)
        after = found_at(offered(folder, index), asked.path) if value is None else value
        wanted = _decided(folder, index, asked, after)
        refuse_unsound(deployment, {FILE: wanted[FILE]})
        change(folder, wanted, f"{key} decided", seen)
    return ValueChange(file=FILE, key=".".join(asked.path), before=before, after=after)


def _asked(folder: Path, key: str, index: MergeBase | None) -> UndecidedSetting | None:
    wanted = key.partition("#")[2]
    return next((each for each, notice in undecided_settings(folder, index) if notice.key == wanted), None)


def _decided(
    folder: Path, index: MergeBase, asked: UndecidedSetting, value: PlainData
) -> Mapping[str, FileState | None]:
    """Return the two changed files: the settings with the value, the index without the conflict."""
    if value is ABSENT:
        remedy = "Write the value that should hold, or --reset for the package's."
        raise DataError("is a setting that the package has.", where=Place(FILE, ".".join(asked.path)), remedy=remedy)
    text = read_text(folder / FILE, FILE)
    data = apply_overlay(parse_toml(text, FILE), nested({asked.path: {"is": value}}), FILE)[0]
    written = edited(FILE, text, data)
    if written is None:
        remedy = f"Write it in {FILE} yourself, then say it here again."
        raise DataError("cannot be written in place.", where=Place(FILE, ".".join(asked.path)), remedy=remedy)
    left = tuple(each for each in index.settings if each.path != asked.path)
    return {
        FILE: FileState(written.encode()),
        INDEX: FileState(index_text(index.model_copy(update={"settings": left}))),
    }
