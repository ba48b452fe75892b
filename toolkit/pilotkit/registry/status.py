"""How a registry stands: for the people who keep it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tuf.api.metadata import Metadata

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


class RegistryStatus(Noun):
    """All of a registry."""

    roles: tuple[RoleStatus, ...]
    releases: tuple[str, ...]
    fingerprint: str | None
    """Of the first root."""


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
        keys=tuple(counting.keyids),
    )  # fmt: skip
