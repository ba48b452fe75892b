"""Model packages: what is handed from one deployment to another."""

from __future__ import annotations

from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import Field, StringConstraints

from pilotkit.model.text import Identifier, LocalText, Noun

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
SemanticVersion = Annotated[
    str, StringConstraints(pattern=r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?$")
]
"""Semantic Versioning 2.0.0 without build metadata."""


def precedence(version: str) -> tuple[tuple[int, ...], bool, tuple[tuple[bool, int, str], ...]]:
    """What versions are sorted by (Semantic Versioning 2.0.0, section 11)."""
    core, _, pre = version.partition("-")
    numbers = tuple(map(int, core.split(".")))
    parts = tuple((not each.isdigit(), int(each) if each.isdigit() else 0, each) for each in pre.split(".") if pre)
    return numbers, not pre, parts


class Ownership(StrEnum):
    """Who may change a file after scaffolding; it decides what an upgrade does with it."""

    PACKAGE = "package"
    LAYERED = "layered"
    SEEDED = "seeded"
    GENERATED = "generated"
    LOCAL = "local"


class Requirements(Noun):
    """What a deployment needs to run the package."""

    pilotkit: str
    """A version specifier (PEP 440)."""
    plugins: tuple[Identifier, ...] = ()


class Donor(Noun):
    """The deployment that packed it."""

    id: Identifier
    name: str
    province: str | None = None


class Rename(Noun):
    """A key or file that moved since the last version."""

    since: SemanticVersion
    old: str
    new: str


class PackageInfo(Noun):
    """``package.toml``: what a package says of itself."""

    name: Identifier
    version: SemanticVersion
    title: LocalText
    summary: LocalText
    licence: str
    """An SPDX licence expression."""
    requires: Requirements
    donor: Donor
    ownership: dict[str, Ownership] = Field(default_factory=dict)
    """Glob of deployment paths → owner; the first match holds, ``local`` where none does."""
    locked: tuple[str, ...] = ()
    """Keys (``path#key.path``) that a deployment may not override."""
    required: tuple[str, ...] = ()
    """Keys (``path#key.path``) that a deployment must fill in."""
    renames: tuple[Rename, ...] = ()

    def owner_of(self, path: str) -> Ownership:
        """Who may change the file at a deployment's path."""
        owners = (owner for pattern, owner in self.ownership.items() if fnmatchcase(path, pattern))
        return next(owners, Ownership.LOCAL)

    def is_seeded(self, path: str) -> bool:
        """Whether an upgrade merges the file at a deployment's path."""
        return self.owner_of(path) is Ownership.SEEDED


class ManifestEntry(Noun):
    """One file of a package."""

    path: str
    sha256: Sha256
    size: Annotated[int, Field(ge=0)]
    """Bytes."""


class Manifest(Noun):
    """``manifest.json``: every file of a package. Its own hash is the package's identity."""

    format: Annotated[int, Field(ge=1, le=1)] = 1
    files: tuple[ManifestEntry, ...]
