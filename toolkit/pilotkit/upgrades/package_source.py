"""The source of an upgrade's package: a file, a folder, a registry or the deployment's own copy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pilotkit.errors import PackageError, TargetError, UnknownError
from pilotkit.model.package import precedence
from pilotkit.packages.archive import PackageArchive
from pilotkit.packages.merge_base import kept_package, read_merge_base
from pilotkit.registry.deployment_trust import registry_of, trust_of
from pilotkit.registry.trust_root import TrustedRegistry
from pilotkit.registry.verified_download import VerifiedPackage, download_verified


@dataclass(frozen=True)
class PackageSource:
    """The source of a package, and whose signature vouches for it.

    Args:
        package: a package file, or a folder of them; None: the registry, or the package that the deployment keeps.
        version: the version wanted; None: the newest of a folder, or the one that the deployment keeps.
        registry: a registry verified against its root; None: the one that the deployment's package came from, if any.
        allow_unsigned: take a file that nobody vouches for.
    """

    package: Path | None = None
    version: str | None = None
    registry: TrustedRegistry | None = None
    allow_unsigned: bool = False


KEPT = PackageSource()
"""The package that the deployment keeps."""


@dataclass(frozen=True)
class FoundPackage:
    """A verified package, and the reason to trust it; None for the one that the deployment keeps already."""

    archive: PackageArchive
    obtained: VerifiedPackage | None = None


def find(folder: Path, name: str, source: PackageSource) -> FoundPackage:
    """Return the verified package to upgrade a deployment to.

    Args:
        folder: the deployment.
        name: what its package is called.
        source: where to look.

    Raises:
        TrustError: nobody vouches for it.
        PackageError: the package is refused, or is another than the deployment's.
        UnknownError: there is none of that version.
    """
    if source.package is None and (kept := _own(folder, source.version)) is not None:
        return FoundPackage(kept)
    obtained = _obtained(folder, name, source)
    archive = obtained.open()
    if archive.info.name != name:
        raise PackageError(
            f"is the package '{archive.info.name}', and the deployment runs '{name}'.",
            remedy="Name a package of that name.",
        )
    if source.version is not None and archive.info.version != source.version:
        raise UnknownError(
            f"{archive.path.name} is version {archive.info.version}, not {source.version}.",
            remedy="Name the package file.",
        )
    return FoundPackage(archive, obtained)


def _obtained(folder: Path, name: str, source: PackageSource) -> VerifiedPackage:
    registry = _registry(folder, source.registry)
    if source.package is not None:
        file = _file(source.package, name, source.version)
        return download_verified(file, registry=registry, allow_unsigned=source.allow_unsigned)
    if registry is None:
        raise UnknownError(
            f"version {source.version} is not here, and the deployment's package came from no registry.",
            remedy="Name the package file, the folder it stands in, or a registry with --registry and --root.",
        )
    return download_verified(f"{name}=={source.version}", registry=registry)


def _registry(folder: Path, named: TrustedRegistry | None) -> TrustedRegistry | None:
    """Return the named registry with the versions that the deployment has seen of it, to detect a rollback attack."""
    known = trust_of(folder)
    if known is None or known.statement.registry is None:
        return named
    own = registry_of(folder, named.address if named else None)
    return own if named is None or own.has_had(named.root) else named


def _file(package: Path, name: str, version: str | None) -> Path:
    if not package.exists():
        raise TargetError(f"there is no {package}.", remedy="Name a package file, or a folder of packages.")
    if not package.is_dir():
        return package
    found = {path.stem.removeprefix(f"{name}-"): path for path in package.glob(f"{name}-*.zip")}
    offered = sorted((each for each in found if each[:1].isdigit()), key=_rank)
    if (wanted := version or (offered[-1] if offered else None)) not in found or wanted is None:
        raise UnknownError(
            f"{package} holds no {name} {version or ''}".rstrip() + ".",
            remedy=f"There are: {', '.join(offered)}." if offered else "Put the package there, or name its file.",
        )
    return found[wanted]


def _rank(version: str) -> tuple[object, ...]:
    try:
        return (1, precedence(version))
    except ValueError:
        return (0, version)


def _own(folder: Path, version: str | None) -> PackageArchive | None:
    """Return the package that the deployment keeps, if it is of the wanted version."""
    merge_base = read_merge_base(folder)
    if merge_base is None and version is None:
        raise UnknownError("the deployment does not keep the package it was made from.", remedy="Name a package file.")
    kept = kept_package(folder, merge_base) if merge_base is not None else None
    return kept if kept is not None and version in {None, kept.info.version} else None
