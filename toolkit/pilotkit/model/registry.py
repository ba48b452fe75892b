"""The signed metadata of a registry, releases and revocations, and the trust statement of a deployment."""

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
    """The SHA-256 of the package file, to recognise a file from another source."""
    size: Annotated[int, Field(ge=1)]
    """Bytes of the package file."""
    publisher: Identifier
    title: LocalText
    requires: Requirements

    @property
    def path(self) -> str:
        """The path of the package among the registry's targets, in its publisher's own folder."""
        return f"packages/{self.publisher}/{self.name}-{self.version}.zip"

    @property
    def provenance(self) -> str:
        """The path of its provenance statement."""
        return f"{self.path.removesuffix('.zip')}.provenance.json"

    @property
    def sbom(self) -> str:
        """The path of its bill of materials."""
        return f"{self.path.removesuffix('.zip')}.cdx.json"


class Listing(Noun):
    """``catalog.json`` of a registry: all releases."""

    format: Annotated[int, Field(ge=1, le=1)] = 1
    issued: AwareDatetime
    """When it was written: a clock with an earlier time was set back."""
    releases: tuple[Release, ...] = ()


class Revocation(Noun):
    """A release that must not be used any longer."""

    name: Identifier
    version: SemanticVersion
    identity: Sha256
    revoked: AwareDatetime
    reason: Reason
    """The reason, for people who have it installed."""
    instead: SemanticVersion | None = None
    """The version to use; absent: there is none yet."""


class Revocations(Noun):
    """``revocations.json`` of a registry."""

    format: Annotated[int, Field(ge=1, le=1)] = 1
    issued: AwareDatetime
    revocations: tuple[Revocation, ...] = ()


class Voucher(StrEnum):
    """The source of trust in a package."""

    REGISTRY = "registry"
    NOBODY = "nobody"


class TrustStatement(Noun):
    """The reason to trust a package: ``.pilot/trust/statement.json`` of the deployment that uses it."""

    voucher: Voucher
    name: Identifier
    version: SemanticVersion
    identity: Sha256
    obtained: AwareDatetime
    publisher: Identifier | None = None
    registry: str | None = None
    """Address or folder of the registry."""
    root: Sha256 | None = None
    """The fingerprint of the initial root: the SHA-256 of its file."""
    root_version: int | None = None
    """The version of the root reached from there by signatures."""
    expires: AwareDatetime | None = None
    """When the registry's metadata expires."""
    has_provenance: bool = False
    """Whether a signed provenance statement was present and verified."""
    has_sbom: bool = False
    """Whether a bill of materials was present and verified."""


class DeploymentTrust(Noun):
    """The trust status of a deployment's package at an instant."""

    statement: TrustStatement
    stale_since: datetime | None = None
    """Since when the registry's metadata has been expired; the package keeps running."""
    set_back_from: datetime | None = None
    """A past instant that this machine's clock has not reached, which shows that it was set back."""
    revocation: Revocation | None = None
