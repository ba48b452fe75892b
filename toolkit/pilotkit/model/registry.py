"""What a registry says: which packages are published, which are revoked; and what a deployment keeps of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from pilotkit.model.package import Requirements, SemanticVersion, Sha256
from pilotkit.model.text import Identifier, LocalText, Noun

Reason = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class Release(Noun):
    """One version of a package in a registry."""

    name: Identifier
    version: SemanticVersion
    identity: Sha256
    """The package's identity: the SHA-256 of its canonical manifest."""
    sha256: Sha256
    """Of the package file, by which a file that came another way is recognised."""
    size: Annotated[int, Field(ge=1)]
    """Bytes of the package file."""
    publisher: Identifier
    title: LocalText
    requires: Requirements

    @property
    def path(self) -> str:
        """Where the package stands among the registry's targets, in its publisher's own folder."""
        return f"packages/{self.publisher}/{self.name}-{self.version}.zip"

    @property
    def provenance(self) -> str:
        """Where the statement stands that says who packed it."""
        return f"{self.path.removesuffix('.zip')}.provenance.json"

    @property
    def sbom(self) -> str:
        """Where its bill of materials stands."""
        return f"{self.path.removesuffix('.zip')}.cdx.json"


class Listing(Noun):
    """``catalog.json`` of a registry: everything that is published."""

    format: Annotated[int, Field(ge=1, le=1)] = 1
    issued: AwareDatetime
    """When it was written: no clock may show an earlier time than this."""
    releases: tuple[Release, ...] = ()


class Revocation(Noun):
    """A release that may not be used any longer."""

    name: Identifier
    version: SemanticVersion
    identity: Sha256
    revoked: AwareDatetime
    reason: Reason
    """For people who have it installed."""
    instead: SemanticVersion | None = None
    """The version to take; absent: there is none yet."""


class Revocations(Noun):
    """``revocations.json`` of a registry."""

    format: Annotated[int, Field(ge=1, le=1)] = 1
    issued: AwareDatetime
    revocations: tuple[Revocation, ...] = ()


class Voucher(StrEnum):
    """Who vouches for a package."""

    REGISTRY = "registry"
    NOBODY = "nobody"


class TrustStatement(Noun):
    """Why a package was taken: kept in ``.pilot/trust/statement.json`` of the deployment that uses it."""

    voucher: Voucher
    name: Identifier
    version: SemanticVersion
    identity: Sha256
    obtained: AwareDatetime
    publisher: Identifier | None = None
    registry: str | None = None
    """Address or folder of the registry."""
    root: Sha256 | None = None
    """The fingerprint of the root that was given: the SHA-256 of its file."""
    root_version: int | None = None
    """The root that was reached from there, by signatures."""
    expires: AwareDatetime | None = None
    """Until when the registry's word holds."""
    has_provenance: bool = False
    """Whether a signed statement of who packed it was there, and held."""
    has_sbom: bool = False
    """Whether a bill of materials was there, and held."""


class DeploymentTrust(Noun):
    """How a deployment's package stands with its registry at an instant."""

    statement: TrustStatement
    stale_since: datetime | None = None
    """Since when nothing that still holds has been heard of the registry; the package keeps running."""
    set_back_from: datetime | None = None
    """An instant that has passed already, where this machine's clock shows an earlier one: it was set back since."""
    revocation: Revocation | None = None
