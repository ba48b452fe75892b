"""``hub.toml`` beside ``pilot.toml``: what a ministry tells its hub. Everything may be left out."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pilotkit import DataError, Place
from pilotkit.trust import PublishedRelease, published_releases

FILE = "hub.toml"


@dataclass(frozen=True)
class HubSettings:
    """Where the registry's folder stands, and how long a province may be silent."""

    registry: Path | None = None
    """The ministry's registry; its private keys are never here."""
    silent_days: int = 30
    """A province that has sent nothing for longer is shown as silent."""
    officers: Mapping[str, str] = field(default_factory=dict)
    """The office that holds a key, by the key's id or its first characters."""

    def office_of(self, key: str) -> str | None:
        """Return the office that holds a key; None where nobody said."""
        return next((office for start, office in self.officers.items() if key.startswith(start)), None)

    def releases(self) -> tuple[PublishedRelease, ...]:
        """Return what the registry publishes, in that order; nothing where its folder is not named or not there.

        Raises:
            DataError: the folder is no registry, or a broken one.
        """
        return published_releases(self.registry) if self.registry and self.registry.is_dir() else ()


def read_settings(folder: Path) -> HubSettings:
    """Return the settings of the hub in the deployment ``folder``.

    Raises:
        DataError: the file is broken.
    """
    path = folder / FILE
    if not path.is_file():
        return HubSettings()
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise DataError(f"is not valid TOML: {problem}.", where=Place(FILE), remedy="Mend the line.") from None
    registry, days = data.pop("registry", None), data.pop("silent_days", HubSettings.silent_days)
    officers = data.pop("officers", {})
    named = isinstance(officers, dict) and all(isinstance(each, str) for each in officers.values())
    if data or not named or not isinstance(registry, str | None) or not isinstance(days, int) or days < 1:
        raise DataError(
            "knows 'registry' (a folder), 'silent_days' (a whole number from 1) and [officers] (an office a key) only.",
            where=Place(FILE),
            remedy="Write these, or leave them out.",
        )
    return HubSettings((folder / registry).resolve() if registry else None, days, officers)
