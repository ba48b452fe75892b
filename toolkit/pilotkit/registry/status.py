"""How a registry stands: for the people who keep it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tuf.api.metadata import Metadata

from pilotkit.model.registry import Release, Revocation
from pilotkit.model.text import Noun
from pilotkit.registry.exporting import fingerprint_of
from pilotkit.registry.layout import ROOT, TARGETS, TOP_ROLES, RegistryFolder
from pilotkit.registry.lists import Lists


class RoleStatus(Noun):
    """One role, as it is published or waits to be."""

    role: str
    version: int
    is_published: bool
    expires: str
    """Day and time in UTC."""
    signatures: str
    """Such as ``1 of 2``: those that are there, and those that are needed."""
    keys: tuple[str, ...]
    """Those that count, whole."""
    signed: tuple[str, ...] = ()
    """Those of them that have signed."""


class RegistryStatus(Noun):
    """All of a registry."""

    roles: tuple[RoleStatus, ...]
    releases: tuple[str, ...]
    fingerprint: str | None
    """Of the first root."""


class PublishedRelease(Noun):
    """A release with its place on the ministry's disk."""

    release: Release
    path: Path
    """The package file, under its hash."""
    revocation: Revocation | None = None


def published_releases(folder: Path) -> tuple[PublishedRelease, ...]:
    """What a registry publishes, in the order it was published, of what stands on this disk.

    Raises:
        DataError: there is no registry.
    """
    registry = RegistryFolder(folder)
    lists = Lists.newest(registry, registry.current(TARGETS))
    gone = {(each.name, each.version, each.identity): each for each in lists.revocations.revocations}
    found = (
        PublishedRelease(
            release=each,
            path=registry.target(each.path, each.sha256),
            revocation=gone.get((each.name, each.version, each.identity)),
        )
        for each in lists.listing.releases
    )
    return tuple(each for each in found if each.path.is_file())


def status_of(folder: Path) -> RegistryStatus:
    """What is published, and what waits.

    Raises:
        DataError: there is no registry.
    """
    registry = RegistryFolder(folder)
    lists = Lists.newest(registry)
    gone = {(each.name, each.version) for each in lists.revocations.revocations}
    releases = (
        f"{each.name} {each.version} of {each.publisher}{' (revoked)' if (each.name, each.version) in gone else ''}"
        for each in lists.listing.releases
    )
    return RegistryStatus(roles=tuple(_roles(registry)), releases=tuple(releases), fingerprint=fingerprint_of(registry))


def _roles(registry: RegistryFolder) -> Iterator[RoleStatus]:
    targets = registry.draft(TARGETS) or registry.current(TARGETS)
    publishers = targets.signed.delegations.roles if targets else ()
    for role in (*TOP_ROLES, *publishers):
        above = ROOT if role in TOP_ROLES else TARGETS
        upper = registry.draft(above) or registry.current(above)
        for held, is_published in ((registry.current(role), True), (registry.draft(role), False)):
            if held is not None and upper is not None:
                yield _status(role, held, upper, is_published=is_published)


def _status(role: str, held: Metadata[Any], upper: Metadata[Any], *, is_published: bool) -> RoleStatus:
    counting = upper.signed.get_delegated_role(role)
    valid = upper.signed.get_verification_result(role, held.signed_bytes, held.signatures).signed
    return RoleStatus(
        role=role, version=held.signed.version, is_published=is_published,
        expires=f"{held.signed.expires:%Y-%m-%d %H:%M}", signatures=f"{len(valid)} of {counting.threshold}",
        keys=tuple(counting.keyids), signed=tuple(sorted(valid)),
    )  # fmt: skip
