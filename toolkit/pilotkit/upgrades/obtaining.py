"""Where the package of an upgrade comes from: the one place that knows."""

from __future__ import annotations

from pathlib import Path

from pilotkit.errors import PackageError, TargetError, UnknownError
from pilotkit.model.package import precedence
from pilotkit.packages import PackageArchive
from pilotkit.scaffold.pristine import kept_package, read_pristine


def obtain(folder: Path, name: str, package: Path | None, version: str | None) -> PackageArchive:
    """The package to upgrade a deployment to, verified.

    Args:
        folder: the deployment.
        name: what its package is called.
        package: a package file, or a folder of them; None: the package that the deployment was made from, which
            stands in ``.pilot/base/``.
        version: the version wanted; None: the newest of a folder.

    Raises:
        PackageError: the package is refused, or is another than the deployment's.
        UnknownError: there is none of that version.
    """
    archive = PackageArchive.open(_file(folder, name, package, version))
    if archive.info.name != name:
        raise PackageError(
            f"is the package '{archive.info.name}', and the deployment runs '{name}'.",
            remedy="Name a package of that name.",
        )
    if version is not None and archive.info.version != version:
        raise UnknownError(
            f"{archive.path.name} is version {archive.info.version}, not {version}.", remedy="Name the package file."
        )
    return archive


def _file(folder: Path, name: str, package: Path | None, version: str | None) -> Path:
    if package is None:
        return _own(folder, version)
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


def _own(folder: Path, version: str | None) -> Path:
    pristine = read_pristine(folder)
    if pristine is None:
        raise UnknownError("the deployment does not keep the package it was made from.", remedy="Name a package file.")
    kept = kept_package(folder, pristine)
    if version not in {None, kept.info.version}:
        raise UnknownError(
            f"version {version} is not here; the deployment keeps {kept.info.version}.",
            remedy="Name the package file, or the folder it stands in.",
        )
    return kept.path
