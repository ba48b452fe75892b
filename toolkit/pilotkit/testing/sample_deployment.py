"""A small deployment: a municipality that does not exist, in a country that does not exist.

It uses every feature of the deployment tree and no plugin, so it also proves that the core knows no country.
"""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pilotkit.catalog.deployment import Deployment
from pilotkit.model.plain_data import PlainData

TOWN = Path(__file__).parent / "town"
"""The deployment as it stands in the distribution; read only."""


def tiny_deployment(folder: Path, files: Mapping[str, str | None] | None = None, **changes: PlainData) -> Path:
    """Write the small deployment into ``folder``, which is made where it is missing, and return ``folder``.

    Args:
        folder: where ``pilot.toml`` will stand.
        files: text by path below ``folder``, instead of or beside what is there; None removes the file.
        changes: settings to change, named as the environment names them:
            ``deployment__languages=["en"]``, ``plugins__enabled=["portal"]``; None removes the setting.
    """
    shutil.copytree(TOWN, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    if changes:
        settings = tomllib.loads((folder / "pilot.toml").read_text(encoding="utf-8"))
        (folder / "pilot.toml").write_text(_toml(_changed(settings, changes)), encoding="utf-8")
    for name, text in (files or {}).items():
        if text is None:
            (folder / name).unlink(missing_ok=True)
        else:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
    return folder


def enabling(deployment: Deployment, *plugins: str) -> Deployment:
    """Return the same deployment with further plugins enabled, which its ``pilot.toml`` says from now on.

    Raises:
        PluginError: one is not installed, or broken.
    """
    file = deployment.folder / "pilot.toml"
    settings = tomllib.loads(file.read_text(encoding="utf-8"))
    enabled = [*settings.get("plugins", {}).get("enabled", []), *plugins]
    file.write_text(_toml(_changed(settings, {"plugins__enabled": enabled})), encoding="utf-8")
    return Deployment(deployment.folder)


def tiny_file(name: str, *replacements: tuple[str, str]) -> dict[str, str]:
    """One file of the small deployment with words replaced, as :func:`tiny_deployment` takes it.

    Args:
        name: its path below the deployment.
        replacements: old and new words; every occurrence is replaced.

    Raises:
        ValueError: the old words do not stand there, so a test would test nothing.
    """
    text = (TOWN / name).read_text(encoding="utf-8")
    for old, new in replacements:
        if old not in text:
            raise ValueError(f"{old!r} does not stand in {name}")
        text = text.replace(old, new)
    return {name: text}


def _changed(settings: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    for path, value in changes.items():
        table, _, key = path.partition("__")
        if not key:
            raise TypeError(f"{path!r} names no setting: write table__key, such as plugins__enabled")
        settings.setdefault(table, {})[key] = value
        if value is None:
            del settings[table][key]
    return settings


def _toml(settings: Mapping[str, Mapping[str, Any]]) -> str:
    lines: list[str] = []
    for table, values in settings.items():
        lines += [f"[{table}]", *(f"{key} = {_value(value)}" for key, value in values.items()), ""]
    return "\n".join(lines)


def _value(value: PlainData) -> str:
    """JSON's strings, numbers, booleans and lists are TOML too; its mappings are not."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(key)} = {_value(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value, ensure_ascii=False, default=str)
