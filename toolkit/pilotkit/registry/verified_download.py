"""A package with a reason to trust it: the one way in for everything that installs or upgrades."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pilotkit.errors import PackageError, PilotkitError, TrustError
from pilotkit.model.registry import Listing, Release, Revocations, TrustStatement, Voucher
from pilotkit.packages.archive import PackageArchive
from pilotkit.registry.metadata_expiry import earliest_expiry
from pilotkit.registry.trust_root import TrustedRegistry
from pilotkit.registry.version_selection import choose, refuse_revoked

if TYPE_CHECKING:
    from pilotkit.registry.client import RegistryClient

_LARGEST = 128 * 1024 * 1024


@dataclass(frozen=True)
class VerifiedPackage:
    """A package that may be used, and why."""

    path: Path
    statement: TrustStatement
    registry: TrustedRegistry | None = None
    """Where it was found; what is kept of it goes into the deployment."""

    def open(self) -> PackageArchive:
        """Return the package, once more verified, and still the one that was vouched for.

        Raises:
            PackageError: the file has changed since.
        """
        archive = PackageArchive.open(self.path)
        if archive.identity != self.statement.identity:
            raise TrustError(f"{self.path.name} changed after it was verified.", remedy="Fetch it again.")
        return archive


def download_verified(
    spec: str | Path, *, registry: TrustedRegistry | None = None, allow_unsigned: bool = False,
    now: datetime | None = None,
) -> VerifiedPackage:  # fmt: skip
    """Return a verified package and why it is trusted; what ``new`` and ``upgrade`` both begin with.

    Nothing of the package is parsed before signatures, thresholds, expiry, version and hash have held.

    Args:
        spec: ``name``, ``name==1.2.0``, or the path of a package file, which is then looked for in the registry by its
            hash.
        registry: where to look, with the root it is held against.
        allow_unsigned: take a file that nobody vouches for: a donor's own.
        now: what this machine's clock shows.

    Raises:
        TrustError: nobody vouches for it, what vouches does not hold, or it is revoked.
        UnknownError: the registry has no such package.
        PackageError: the package itself is refused.
        TargetError: what is kept of the registry cannot be written.
    """
    at = now or datetime.now(UTC)
    if _is_path(spec):
        return _from_file(Path(spec), registry, at, allow_unsigned=allow_unsigned)
    if registry is None:
        raise TrustError(
            f"there is no file {spec}, and no registry was named to look for it in.",
            remedy="Name one with --registry and --root, or the path of a package file.",
        )
    request = RegistrySession(registry, at)
    return request.vouched(choose(str(spec), request.listing, request.revocations))


def _is_path(spec: str | Path) -> bool:
    return isinstance(spec, Path) or spec.endswith(".zip") or os.sep in spec or Path(spec).is_file()


def _from_file(path: Path, registry: TrustedRegistry | None, now: datetime, *, allow_unsigned: bool) -> VerifiedPackage:
    if registry is not None:
        request, digest = RegistrySession(registry, now), _digest(path)
        for release in request.listing.releases:
            if release.sha256 == digest:
                refuse_revoked(release.name, release.version, release.identity, request.revocations)
                return request.vouched(release, path)
    if not allow_unsigned:
        where = f"the registry at {registry.address} does not know it" if registry else "no registry was named"
        raise TrustError(
            f"nobody vouches for {path.name}: {where}.",
            remedy="Take it from a registry (--registry, --root); or, if it is your own, say --allow-unsigned.",
        )
    archive = PackageArchive.open(path)
    if registry is not None:
        refuse_revoked(archive.info.name, archive.info.version, archive.identity, request.revocations)
    info = archive.info
    statement = TrustStatement(
        voucher=Voucher.NOBODY, name=info.name, version=info.version, identity=archive.identity, obtained=now
    )
    return VerifiedPackage(path, statement)


def _digest(path: Path) -> str:
    if not path.is_file():
        raise PackageError(f"there is no package at {path}.", remedy="Name a file that 'pilotkit pack' wrote.")
    if path.stat().st_size > _LARGEST:
        raise PackageError(f"{path.name} is larger than any package may be.", remedy="Name another file.")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class RegistrySession:
    """What a registry says now.

    Raises:
        TrustError: its word does not hold.
    """

    def __init__(self, registry: TrustedRegistry, now: datetime) -> None:
        from pilotkit.registry.client import RegistryClient  # noqa: PLC0415  # what only a registry needs
        from pilotkit.registry.clock_rollback import check_clock, remember  # noqa: PLC0415
        from pilotkit.registry.layout import LISTING, REVOCATIONS  # noqa: PLC0415

        self.registry, self.now = registry, now
        self.client: RegistryClient = RegistryClient(
            registry.metadata, f"{registry.address}metadata/", registry.root, now=now
        )
        self.client.refresh()
        self.listing = self._list(Listing, LISTING)
        self.revocations = self._list(Revocations, REVOCATIONS)
        remember(registry.metadata, self.listing.issued)
        check_clock(registry.metadata, now)

    def _list(self, kind: Any, name: str) -> Any:
        from pilotkit.registry.signed_lists import parsed  # noqa: PLC0415  # what only a registry needs

        return parsed(kind, self.fetch(name).read_bytes(), name)

    def fetch(self, name: str) -> Path:
        """One signed file."""
        return self.client.download(self.client.find(name), f"{self.registry.address}targets/", self.registry.files)

    def vouched(self, release: Release, path: Path | None = None) -> VerifiedPackage:
        """Return the package of a release, held against everything that is signed of it.

        Args:
            release: one that the ministry lists.
            path: the file, where it came another way; fetched otherwise.
        """
        target = self.client.find(release.path)
        _compare(release, target.custom, target.length, target.hashes.get("sha256"))
        place = path or self.fetch(release.path)
        try:
            archive = PackageArchive.open(place)
            _compare_content(release, archive, _digest(place))
            return VerifiedPackage(place, self._statement(release, archive), self.registry)
        except PilotkitError:
            if path is None:
                place.unlink(missing_ok=True)
            raise

    def _statement(self, release: Release, archive: PackageArchive) -> TrustStatement:
        reached = self.client.root_version()
        return TrustStatement(
            voucher=Voucher.REGISTRY, name=release.name, version=release.version, identity=release.identity,
            obtained=self.now, publisher=release.publisher, registry=self.registry.address,
            root=self.registry.fingerprint, root_version=reached,
            expires=earliest_expiry(self.registry.metadata, release.publisher),
            has_provenance=self._has_provenance(release), has_sbom=self._has_sbom(release, archive),
        )  # fmt: skip

    def _has_provenance(self, release: Release) -> bool:
        from pilotkit.registry.provenance import check_provenance  # noqa: PLC0415  # what only a registry needs

        target = self.client.look_for(release.provenance)
        if target is None:
            return False
        check_provenance(self.fetch(release.provenance).read_bytes(), release, target.custom)
        return True

    def _has_sbom(self, release: Release, archive: PackageArchive) -> bool:
        from pilotkit.registry.provenance import check_bill  # noqa: PLC0415  # what only a registry needs

        if self.client.look_for(release.sbom) is None:
            return False
        check_bill(self.fetch(release.sbom).read_bytes(), release, archive)
        return True


def _compare(release: Release, custom: Any, size: int, digest: str | None) -> None:
    """Hold what the publisher signed against what the ministry lists."""
    names = ("name", "version", "identity", "publisher", "size")
    said = {name: custom.get(name) for name in names} if isinstance(custom, dict) else {}
    if said != {name: getattr(release, name) for name in names}:
        raise _differs(release, f"its publisher signed for {said.get('name')} {said.get('version')}")
    if (size, digest) != (release.size, release.sha256):
        raise _differs(release, "its publisher signed for another file")


def _compare_content(release: Release, archive: PackageArchive, digest: str) -> None:
    """Hold what the package says of itself against what the ministry lists."""
    info = archive.info
    said = (info.name, info.version, archive.identity, info.requires)
    if said != (release.name, release.version, release.identity, release.requires) or digest != release.sha256:
        raise _differs(release, f"it says of itself {info.name} {info.version}, {archive.identity[:16]}…")


def _differs(release: Release, what: str) -> TrustError:
    return TrustError(
        f"{release.name} {release.version} is not what the ministry lists: {what}.",
        remedy="Nothing was installed. Tell the registry's operator.",
    )
