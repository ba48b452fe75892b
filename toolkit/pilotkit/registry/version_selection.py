"""Which release is meant by ``name`` or ``name==1.2.0``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from pilotkit.errors import TrustError, UnknownError
from pilotkit.model.registry import Listing, Release, Revocation, Revocations
from pilotkit.version import __version__

_SPEC = re.compile(r"(?P<name>[a-z0-9][a-z0-9_.-]{0,79})(?:==(?P<version>\d[0-9A-Za-z.-]{0,60}))?")


def choose(spec: str, listing: Listing, revocations: Revocations) -> Release:
    """Return the release that ``spec`` means; for a bare name the newest that fits this pilotkit and is not revoked.

    Raises:
        UnknownError: nothing of that name or version is published, or nothing that fits.
        TrustError: it is revoked.
    """
    name, version = parse_spec(spec)
    of_name = [each for each in listing.releases if each.name == name]
    if not of_name:
        known = ", ".join(sorted({each.name for each in listing.releases})[:5]) or "none"
        raise UnknownError(f"the registry has no package '{name}'.", remedy=f"It has: {known}.")
    if version is None:
        return _newest(of_name, revocations)
    for release in of_name:
        if release.version == version:
            refuse_revoked(release.name, release.version, release.identity, revocations)
            return release
    known = ", ".join(each.version for each in sorted(of_name, key=lambda each: precedence(each.version)))
    raise UnknownError(f"the registry has no {name} {version}.", remedy=f"It has {known}.")


def parse_spec(spec: str) -> tuple[str, str | None]:
    """Return the name and the version, if one is named.

    Raises:
        UnknownError: neither a name nor a name with a version.
    """
    found = _SPEC.fullmatch(spec)
    if found is None:
        raise UnknownError(f"'{spec}' names no package.", remedy="Write 'name', 'name==1.2.0', or the path of a file.")
    return found["name"], found["version"]


def refuse_revoked(name: str, version: str, identity: str, revocations: Revocations) -> None:
    """Let pass what is not revoked.

    Raises:
        TrustError: it is revoked: why, and what to take instead.
    """
    if gone := revocation_of(name, version, identity, revocations):
        raise TrustError(
            f"{name} {version} was revoked on {gone.revoked:%Y-%m-%d}: {gone.reason}", remedy=instead_of(gone)
        )


def revocation_of(name: str, version: str, identity: str, revocations: Revocations) -> Revocation | None:
    """Why a release may not be used; by its content, and by its name and version."""
    for gone in revocations.revocations:
        if gone.identity == identity or (gone.name, gone.version) == (name, version):
            return gone
    return None


def instead_of(gone: Revocation) -> str:
    """Return what to do about a revoked release."""
    if gone.instead is None:
        return "There is no version to take instead yet; ask the ministry."
    return f"Take {gone.name}=={gone.instead} instead."


def precedence(version: str) -> tuple[tuple[int, int, int], bool, tuple[tuple[bool, int, str], ...]]:
    """Return a key that sorts versions as Semantic Versioning 2.0.0 (item 11) does."""
    numbers, _, pre = version.partition("-")
    major, minor, patch = (int(each) for each in numbers.split("."))
    parts = (
        tuple((not each.isdigit(), int(each) if each.isdigit() else 0, each) for each in pre.split(".")) if pre else ()
    )
    return (major, minor, patch), not pre, parts


def _newest(releases: Sequence[Release], revocations: Revocations) -> Release:
    good = [each for each in releases if not revocation_of(each.name, each.version, each.identity, revocations)]
    if not good:
        name, version, identity = releases[-1].name, releases[-1].version, releases[-1].identity
        refuse_revoked(name, version, identity, revocations)
    fitting = [each for each in good if _fits(each) and "-" not in each.version]
    if not fitting:
        raise UnknownError(
            f"no version of '{releases[0].name}' fits pilotkit {__version__}.",
            remedy="Name a version with '==', or install another pilotkit.",
        )
    return max(fitting, key=lambda each: precedence(each.version))


def _fits(release: Release) -> bool:
    try:
        return SpecifierSet(release.requires.pilotkit).contains(__version__, prereleases=True)
    except InvalidSpecifier:
        return False
