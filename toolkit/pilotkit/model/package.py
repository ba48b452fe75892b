"""Model packages, by which one deployment passes its model to another."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from pilotkit.model.kpi import ToldFigure
from pilotkit.model.plain_data import PlainData
from pilotkit.model.source import Certainty
from pilotkit.model.text import Identifier, LocalText, Noun

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
SemanticVersion = Annotated[
    str, StringConstraints(pattern=r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?$", max_length=64)
]
"""Semantic Versioning 2.0.0 without build metadata."""


def precedence(version: str) -> tuple[tuple[int, ...], bool, tuple[tuple[bool, int, str], ...]]:
    """Return the sort key of a version (Semantic Versioning 2.0.0, section 11)."""
    core, _, pre = version.partition("-")
    numbers = tuple(map(int, core.split(".")))
    parts = tuple((not each.isdigit(), int(each) if each.isdigit() else 0, each) for each in pre.split(".") if pre)
    return numbers, not pre, parts


class Ownership(StrEnum):
    """The owner of a file after scaffolding, which decides how an upgrade treats it."""

    PACKAGE = "package"
    LAYERED = "layered"
    SEEDED = "seeded"
    GENERATED = "generated"
    LOCAL = "local"


class Requirements(Noun):
    """The requirements of a package."""

    pilotkit: str
    """A version specifier (PEP 440)."""
    plugins: tuple[Identifier, ...] = ()
    """Plugins without which the package is refused."""
    optional: Annotated[
        dict[Identifier, tuple[str, ...]], Field(default_factory=dict, exclude_if=lambda plugins: not plugins)
    ]
    """Plugins that the package is better with: by name, patterns of the files below ``model/`` that each reads."""

    def uses(self, file: str) -> Identifier | None:
        """Return the optional plugin that reads a file below ``model/``; None where none does."""
        for plugin, patterns in self.optional.items():
            if any(fnmatchcase(file, pattern) for pattern in patterns):
                return plugin
        return None


class Donor(Noun):
    """The deployment that packed a package."""

    id: Identifier
    name: str
    province: str | None = None


class Rename(Noun):
    """A key or file that was renamed since the last version."""

    since: SemanticVersion
    old: str
    new: str


class PackageInfo(Noun):
    """``package.toml``: the description of a package."""

    name: Identifier
    version: SemanticVersion
    title: LocalText
    summary: LocalText
    licence: str
    """An SPDX licence expression."""
    requires: Requirements
    donor: Donor
    ownership: dict[str, Ownership] = Field(default_factory=dict)
    """Owner by glob of deployment paths; the first match applies, ``local`` where there is none."""
    locked: tuple[str, ...] = ()
    """Keys (``path#key.path``) that a deployment may not override."""
    required: tuple[str, ...] = ()
    """Keys (``path#key.path``) that a deployment must fill in."""
    renames: tuple[Rename, ...] = ()

    def owner_of(self, path: str) -> Ownership:
        """Return the owner of the file at a deployment's path."""
        owners = (owner for pattern, owner in self.ownership.items() if fnmatchcase(path, pattern))
        return next(owners, Ownership.LOCAL)

    def is_seeded(self, path: str) -> bool:
        """Return whether an upgrade merges the file at a deployment's path."""
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


class Origin(Noun):
    """The package that another was derived from."""

    name: Identifier
    version: SemanticVersion
    identity: Sha256
    donor: Donor | None = None
    """The deployment that packed it."""


class KeyChange(Noun):
    """A key with another value than in the origin."""

    file: str
    """Path inside the package."""
    key: str
    """With dots; items of lists by their id."""
    kind: Literal["added", "changed", "removed"]
    was: PlainData = None
    """The origin's value; absent where it was added."""
    now: PlainData = None
    """The new value; absent where it was removed."""


class FileDifference(Noun):
    """A file that differs from the origin in more than the listed keys."""

    path: str
    kind: Literal["added", "changed", "removed"]
    was: Sha256 | None = None
    now: Sha256 | None = None


class Derivation(Noun):
    """One step of a package's history: a deployment changed it and packed it again."""

    origin: Origin
    donor: Donor
    """The deployment that changed it."""
    name: Identifier
    version: SemanticVersion
    """Its name since."""
    keys: tuple[KeyChange, ...] = ()
    files: tuple[FileDifference, ...] = ()
    evidence: str | None = None
    """The file of measured evidence inside the package; absent: there is none."""


class PackageLineage(Noun):
    """``evidence/lineage.json``: the history of a package, oldest step first."""

    format: Annotated[int, Field(ge=1, le=1)] = 1
    derivations: Annotated[tuple[Derivation, ...], Field(min_length=1)]


class MeasuredFigure(ToldFigure):
    """One KPI in one unit, or in all of a deployment's units together."""

    kpi: Identifier
    unit: str | None = None
    """A code; absent: all together."""
    definition_hash: str
    completeness: Annotated[Decimal, Field(ge=0, le=100)] | None = None
    """Completeness: percent of the expected rows that were counted; absent of no rows."""


class UnitStaff(Noun):
    """The number of staff at the points of one unit."""

    unit: str
    people: Annotated[int, Field(ge=0)]
    certainty: Certainty
    """The certainty of the least certain summed row of ``local/staff.csv``."""


class MeasuredEvidence(Noun):
    """Figures measured with a package, with place and circumstances; no personal data."""

    format: Annotated[int, Field(ge=1, le=1)] = 1
    deployment: Identifier
    scheme: Identifier
    province: str
    since: date | None = None
    """Cases received from this day on; absent: all."""
    as_of: AwareDatetime
    location_version: str
    completeness: Annotated[Decimal, Field(ge=0, le=100)] | None = None
    """Percent of the stored cases that have reached the facts."""
    is_simulated: bool
    """Whether the cases were simulated."""
    figures: tuple[MeasuredFigure, ...]
    staffing: tuple[UnitStaff, ...] = ()
