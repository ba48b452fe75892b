"""How a registry stands: for the people who keep it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from tuf.api.metadata import Metadata

from pilotkit.model.registry import Listing, Release, Revocation
from pilotkit.model.text import Noun
from pilotkit.registry.layout import LISTING, ROOT, TARGETS, TOP_ROLES, RegistryFolder
from pilotkit.registry.offline_export import fingerprint_of
from pilotkit.registry.signed_lists import Lists, parsed
from pilotkit.registry.signing_summary import describe

_N = TypeVar("_N", Release, Revocation)


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
    says: tuple[str, ...] = ()
    """Of what waits: what a signature under it would say, line by line, as ``pilotkit registry sign`` shows it."""


class RegistryStatus(Noun):
    """All of a registry."""

    roles: tuple[RoleStatus, ...]
    releases: tuple[str, ...]
    to_publish: tuple[Release, ...] = ()
    """What waits to be published."""
    to_revoke: tuple[Revocation, ...] = ()
    """What waits to be revoked."""
    fingerprint: str | None
    """Of the first root."""


class PublishedRelease(Noun):
    """A release with its place on the ministry's disk."""

    release: Release
    path: Path
    """The package file, under its hash."""
    revocation: Revocation | None = None
    released: datetime | None = None
    """When the first published list that names it was written; absent where no such list is on this disk."""


def published_releases(folder: Path) -> tuple[PublishedRelease, ...]:
    """Return what a registry publishes, in the order it was published, of what stands on this disk.

    Raises:
        DataError: there is no registry.
    """
    registry = RegistryFolder(folder)
    lists = Lists.newest(registry, registry.current(TARGETS))
    gone = {(each.name, each.version, each.identity): each for each in lists.revocations.revocations}
    released = _released(registry)
    found = (
        PublishedRelease(
            release=each,
            path=registry.target(each.path, each.sha256),
            revocation=gone.get((each.name, each.version, each.identity)),
            released=released.get(each.identity),
        )
        for each in lists.listing.releases
    )
    return tuple(each for each in found if each.path.is_file())


def _released(registry: RegistryFolder) -> dict[str, datetime]:
    """When each release was listed first, by identity: a list that was published stays on the disk under its hash."""
    found: dict[str, datetime] = {}
    for path in registry.targets.glob(f"*.{LISTING}"):
        issued, identities = _listed(path)
        for each in identities:
            found[each] = min(issued, found.get(each, issued))
    return found


@lru_cache(maxsize=4096)
def _listed(path: Path) -> tuple[datetime, tuple[str, ...]]:
    """When a published list was written, and the identities in it; its name holds its hash, so it never changes."""
    listing = parsed(Listing, path.read_bytes(), path.name)
    return listing.issued, tuple(each.identity for each in listing.releases)


def status_of(folder: Path) -> RegistryStatus:
    """Return what is published, and what waits.

    Raises:
        DataError: there is no registry.
    """
    registry = RegistryFolder(folder)
    lists = Lists.newest(registry)
    current = registry.current(TARGETS)
    public = Lists.newest(registry, current) if current else None
    gone = {(each.name, each.version) for each in lists.revocations.revocations}
    releases = (
        f"{each.name} {each.version} of {each.publisher}{' (revoked)' if (each.name, each.version) in gone else ''}"
        for each in lists.listing.releases
    )
    return RegistryStatus(
        roles=tuple(_roles(registry)),
        releases=tuple(releases),
        to_publish=_added(lists.listing.releases, public.listing.releases if public else ()),
        to_revoke=_added(lists.revocations.revocations, public.revocations.revocations if public else ()),
        fingerprint=fingerprint_of(registry),
    )


def _added(newest: Sequence[_N], public: Sequence[_N]) -> tuple[_N, ...]:
    return tuple(each for each in newest if each not in public)


def _roles(registry: RegistryFolder) -> Iterator[RoleStatus]:
    targets = registry.draft(TARGETS) or registry.current(TARGETS)
    publishers = targets.signed.delegations.roles if targets else ()
    for role in (*TOP_ROLES, *publishers):
        above = ROOT if role in TOP_ROLES else TARGETS
        upper = registry.draft(above) or registry.current(above)
        for held, is_published in ((registry.current(role), True), (registry.draft(role), False)):
            if held is not None and upper is not None:
                says = () if is_published else describe(registry.pending / f"{role}.json")
                yield _status(role, held, upper, says)


def _status(role: str, held: Metadata[Any], upper: Metadata[Any], says: tuple[str, ...]) -> RoleStatus:
    """How one role stands; what waits says something, what is published has been said."""
    counting = upper.signed.get_delegated_role(role)
    valid = upper.signed.get_verification_result(role, held.signed_bytes, held.signatures).signed
    return RoleStatus(
        role=role, version=held.signed.version, is_published=not says,
        expires=f"{held.signed.expires:%Y-%m-%d %H:%M}", signatures=f"{len(valid)} of {counting.threshold}",
        keys=tuple(counting.keyids), signed=tuple(sorted(valid)), says=says,
    )  # fmt: skip
