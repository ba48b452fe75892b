"""A verified package: its files in memory, exactly those of the manifest."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Self

from packaging.specifiers import SpecifierSet

from pilotkit.catalog.plugins import installed_entry_points
from pilotkit.catalog.tree import LISTS, MODEL
from pilotkit.errors import DataError, PackageError, Place, TargetError
from pilotkit.model.package import Manifest, PackageInfo, PackageLineage
from pilotkit.packages import manifest as manifests
from pilotkit.packages.lineage import FILE as LINEAGE
from pilotkit.packages.lineage import parse_lineage
from pilotkit.packages.zip_reader import read_entries
from pilotkit.reading.nouns import noun_from
from pilotkit.reading.toml_data import parse_toml
from pilotkit.reading.yaml_data import parse_yaml
from pilotkit.version import __version__

INFO = "package.toml"


@dataclass(frozen=True)
class PackageContents:
    """The contents of a package, as ``pilotkit inspect`` prints them."""

    info: PackageInfo
    identity: str
    """The SHA-256 of the canonical manifest."""
    manifest: Manifest
    counts: Mapping[str, int]
    """Counts by kind: procedures, kpis, goals and so on."""
    lineage: PackageLineage | None = None
    """The lineage; None for the first package of a model."""


@dataclass(frozen=True)
class PackageArchive:
    """A package whose every byte has been verified; nothing of it has been written to disk."""

    path: Path
    files: Mapping[str, bytes]
    """Contents by path inside, including the manifest."""
    manifest: Manifest
    identity: str
    info: PackageInfo

    @classmethod
    def open(cls, path: Path) -> Self:
        """Verify the package at ``path``.

        Limits and paths are checked first, then every hash, and only then is anything parsed. The identity is known
        before parsing, so that its signature can be verified between the two.

        Raises:
            PackageError: it is incomplete, altered, or incompatible with the installed versions.
        """
        files = read_entries(path)
        if manifests.FILE not in files or INFO not in files:
            missing = manifests.FILE if manifests.FILE not in files else INFO
            raise PackageError(
                f"{path.name} is not a package: it has no {missing}.", remedy="Name a file that 'pilotkit pack' wrote."
            )
        identity = manifests.identity_of(files[manifests.FILE])
        manifest = manifests.read_manifest(files[manifests.FILE])
        manifests.verify_files(manifest, files)
        info = _info(files[INFO])
        _check_requirements(info)
        return cls(path, files, manifest, identity, info)

    def text(self, path: str) -> str | None:
        """Return the text of one file; None where the package does not have it.

        Raises:
            PackageError: not UTF-8.
        """
        if path not in self.files:
            return None
        try:
            return self.files[path].decode("utf-8-sig")
        except UnicodeDecodeError:
            raise PackageError("is not UTF-8 text.", where=Place(path), remedy="Tell the package's owner.") from None

    def contents(self) -> PackageContents:
        """Return the contents, counted by kind.

        Raises:
            DataError: a list is not valid YAML.
        """
        counts = {"procedures": sum(_is_procedure(path) for path in self.files)}
        for file in LISTS:
            inside = file.removeprefix(f"{MODEL}/")
            data = parse_yaml(self.text(inside) or "", inside)
            counts[Path(file).stem] = len(data) if isinstance(data, list) else 0
        return PackageContents(self.info, self.identity, self.manifest, counts, self.lineage())

    def lineage(self) -> PackageLineage | None:
        """Return the lineage; None for the first package of a model.

        Raises:
            DataError: the file is broken.
        """
        text = self.text(LINEAGE)
        return None if text is None else parse_lineage(text)

    def write_to(self, folder: Path) -> None:
        """Write every file below ``folder``, which is created if missing."""
        for path, data in self.files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)


def inspect(path: Path) -> PackageContents:
    """Verify the package at ``path`` and return its contents; nothing is extracted.

    Raises:
        PackageError: it is refused.
    """
    return PackageArchive.open(path).contents()


def unpack(path: Path, into: Path) -> PackageArchive:
    """Verify the package at ``path`` and write its files into the new folder ``into``, all of them or none.

    Raises:
        PackageError: it is refused.
        TargetError: ``into`` exists already, or cannot be written.
    """
    archive = PackageArchive.open(path)
    if into.exists():
        raise TargetError(f"{into} is there already.", remedy="Name a folder that does not exist yet.")
    try:
        staging = Path(tempfile.mkdtemp(prefix=f".{into.name}.partial-", dir=into.parent))
    except OSError as problem:
        raise TargetError(f"cannot write beside {into}: {problem.strerror}.", remedy="Name another folder.") from None
    try:
        archive.write_to(staging / "files")
        (staging / "files").rename(into)
    except OSError as problem:
        raise TargetError(f"cannot write {into}: {problem.strerror}.", remedy="Make room, or name another.") from None
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return archive


def _is_procedure(path: str) -> bool:
    return path.startswith("procedures/") and path.endswith(".yaml") and path.count("/") == 1


def _info(data: bytes) -> PackageInfo:
    try:
        return noun_from(PackageInfo, parse_toml(data.decode("utf-8-sig"), INFO), INFO)
    except (UnicodeDecodeError, DataError) as problem:
        what = problem.what if isinstance(problem, DataError) else "is not UTF-8 text."
        where = problem.where if isinstance(problem, DataError) else Place(INFO)
        raise PackageError(what, where=where, remedy="Tell the package's owner.") from None


def plugins_for(info: PackageInfo) -> list[str]:
    """Return the plugins that a deployment of the package enables: those it needs, and the optional ones installed."""
    installed = installed_entry_points()
    return [*info.requires.plugins, *(name for name in info.requires.optional if name in installed)]


def _check_requirements(info: PackageInfo) -> None:
    where, wanted = Place(INFO, "requires.pilotkit"), info.requires.pilotkit
    try:
        is_met = SpecifierSet(wanted).contains(__version__, prereleases=True)
    except ValueError:  # also a number of more digits than Python reads
        what = f"'{wanted[:80]}' is not a version specifier."
        raise PackageError(what, where=where, remedy="Write '>=0.1'.") from None
    if not is_met:
        raise PackageError(
            f"the package needs pilotkit {wanted[:80]}; this is {__version__}.",
            where=where,
            remedy=f"Install a fitting one: pip install {quote(f'pilotkit{wanted}')}.",
        )
    installed = installed_entry_points()
    if missing := [name for name in info.requires.plugins if name not in installed]:
        raise PackageError(
            f"the package needs plugins that are not installed: {', '.join(missing)}.",
            where=Place(INFO, "requires.plugins"),
            remedy=f"pip install {' '.join(f'pilotkit-{name}' for name in missing)}.",
        )
