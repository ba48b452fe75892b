"""What a plugin claims of itself: ``quality.yaml`` in its package, read without importing the package."""

from __future__ import annotations

from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path

from pydantic import Field

from pilotkit.catalog.plugins import installed_entry_points
from pilotkit.errors import UnknownError
from pilotkit.model.text import Identifier, Noun
from pilotkit.reading.files import read_text
from pilotkit.reading.nouns import noun_from
from pilotkit.reading.yaml_data import parse_yaml

FILE = "quality.yaml"


class Quality(StrEnum):
    """How good a plugin is; each level has every rule of those before it."""

    NONE = "none"
    """Not a plugin to rely on yet."""
    BRONZE = "bronze"
    """It works, and it is a good neighbour."""
    SILVER = "silver"
    """It can be relied on: what it shows is sourced and translated, and its unhappy paths are tested."""
    GOLD = "gold"
    """It can be relied on by people in a hurry: it is documented, used, and seen on a small screen."""

    @property
    def rank(self) -> int:
        """0 for none, 3 for gold."""
        return list(Quality).index(self)


class Claim(Noun):
    """``quality.yaml``: how good a plugin says it is, and why not better."""

    claims: Quality
    """The level that it says it meets."""
    shown_by: dict[Identifier, str] = Field(default_factory=dict)
    """Rule → ``file`` or ``file::test_name`` that shows it, relative to the plugin's project. For rules that no program
    can verify."""
    not_yet: dict[Identifier, str] = Field(default_factory=dict)
    """Rule → why it is not met."""


def package_of(name: str) -> str:
    """Return the import package that an installed plugin's entry point stands in.

    Raises:
        UnknownError: no such plugin is installed.
    """
    points = installed_entry_points()
    if name not in points:
        raise UnknownError(f"plugin '{name}' is not installed.", remedy=f"Installed: {', '.join(sorted(points))}.")
    return points[name].value.partition(":")[0].partition(".")[0]


def source_of(name: str) -> Path | None:
    """Return the folder of a plugin's package; None where it is not in a folder. Nothing of it is imported."""
    spec = find_spec(package_of(name))
    found = list(spec.submodule_search_locations or ()) if spec else []
    return Path(found[0]) if found else None


def project_of(name: str) -> Path | None:
    """Return the source tree of an installed plugin, where its tests are; None where only its package is here."""
    source = source_of(name)
    return source.parent if source and (source.parent / "pyproject.toml").is_file() else None


def claim_of(name: str) -> Claim | None:
    """Return what an installed plugin claims; None where it claims nothing.

    Raises:
        DataError: the claim cannot be understood.
    """
    source = source_of(name)
    if source is None or not (source / FILE).is_file():
        return None
    where = f"{source.name}/{FILE}"
    text = read_text(source / FILE, where)
    return noun_from(Claim, parse_yaml(text, where), where, text=text)
