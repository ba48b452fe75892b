"""Packing: a deployment's model and template as a package."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fnmatch import fnmatchcase
from pathlib import Path

import tomlkit

from pilotkit.catalog.catalog import Catalog
from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.tree import MODEL
from pilotkit.errors import PackageError, Place, TargetError
from pilotkit.model.package import Ownership, PackageInfo
from pilotkit.packages import defaults, lineage, manifest
from pilotkit.packages import donor_fingerprints as marks
from pilotkit.packages import measured_evidence as measured
from pilotkit.packages.archive import INFO, PackageArchive
from pilotkit.packages.donor_facts import local_facts
from pilotkit.packages.donor_fingerprints import DonorFingerprints
from pilotkit.packages.donor_leaks import refuse_leaks
from pilotkit.packages.effective_model import layered_files
from pilotkit.packages.file_listing import list_files
from pilotkit.packages.paths import fault_of
from pilotkit.reading.files import read_text
from pilotkit.reading.nouns import noun_from
from pilotkit.reading.toml_data import parse_toml

TEMPLATE = "template"
_GENERATED = {manifest.FILE, marks.FILE, defaults.FILE, INFO, lineage.FILE}
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644
_UNIX = 3
_LEVEL = 9


@dataclass(frozen=True)
class PackedPackage:
    """The result of packing."""

    path: Path
    info: PackageInfo
    identity: str
    """The SHA-256 of the canonical manifest."""
    files: int
    """The number of files without the manifest."""
    size: int
    """Size of the package in bytes."""


@dataclass(frozen=True)
class PackOrder:
    """The options of packing."""

    name: str | None = None
    """The name of the package; absent: as in ``package.toml``."""
    version: str | None = None
    as_of: datetime | None = None
    """Measure evidence at this aware instant and include it; absent: the claims of ``local/evidence.json``, if any."""
    since: date | None = None
    """The first day of the measured period."""
    keep: Sequence[str] = ()
    """Patterns of files below ``local/overrides/`` that are not packed."""


def pack(deployment: Deployment, into: Path, order: PackOrder | None = None) -> PackedPackage:
    """Write ``<name>-<version>.zip`` of the deployment's model and template into the folder ``into``.

    A deployment that was itself made from a package packs its effective model with lineage: origin, changes and
    measured evidence. The same deployment and order give the same bytes. The package is verified like a foreign one
    before it gets its name.

    Raises:
        DataError: the deployment cannot be read.
        PackageError: it has no model or holds files that must not be packed, its model names local facts, its facts do
            not reproduce its evidence, or it would reuse the name and version of its origin.
        TargetError: ``into`` cannot be written.
    """
    catalog, wanted = deployment.catalog, order or PackOrder()
    if catalog.package is None:
        raise PackageError(
            "is missing, so there is nothing to pack.",
            where=Place(f"{MODEL}/{INFO}"),
            remedy="Describe the package there.",
        )
    measured.refuse_unproven(deployment)
    info, files = _files(deployment, catalog, wanted)
    listing = manifest.manifest_of(files)
    files[manifest.FILE] = manifest.canonical_bytes(listing)
    target = into / f"{info.name}-{info.version}.zip"
    _write(target, files)
    identity = manifest.identity_of(files[manifest.FILE])
    return PackedPackage(target, info, identity, len(listing.files), target.stat().st_size)


def _files(deployment: Deployment, catalog: Catalog, order: PackOrder) -> tuple[PackageInfo, dict[str, bytes]]:
    """Return the package's description and all files but the manifest, by path inside."""
    origin = lineage.origin_of(deployment)
    description, info = _described(deployment, order, is_handed_on=origin is not None)
    files = dict(_model(deployment.folder / MODEL, info))
    files[INFO] = description
    files.update(_template(deployment))
    files.update(evidence := dict(_evidence(deployment, order)))
    if origin is not None:
        lineage.refuse_reuse(origin, info)
        layered = dict(layered_files(deployment, order.keep))
        files.update({path: file.data for path, file in layered.items()})
        history = lineage.lineage_of(deployment, origin, info, layered, next(iter(evidence), None))
        files[lineage.FILE] = lineage.as_bytes(history)
    facts, donor, earlier = tuple(local_facts(catalog)), deployment.settings.deployment.id, _earlier(deployment)
    found = DonorFingerprints.of(facts, info.name, donor, earlier=earlier)
    refuse_leaks(files, found.of_donor(donor))
    files[marks.FILE] = found.as_text().encode()
    files[defaults.FILE] = defaults.as_toml(defaults.defaults_of(deployment.settings)).encode()
    return info, files


def _described(deployment: Deployment, order: PackOrder, *, is_handed_on: bool) -> tuple[bytes, PackageInfo]:
    """Return ``package.toml`` with the name, version and donor of the new package; unchanged where these are."""
    name = f"{MODEL}/{INFO}"
    data = (deployment.folder / name).read_bytes()
    given = {key: value for key, value in (("name", order.name), ("version", order.version)) if value is not None}
    if is_handed_on or given:
        document = tomlkit.parse(data.decode("utf-8-sig"))
        document.update(given)
        if is_handed_on:
            document["donor"] = lineage.donor_of(deployment).model_dump(exclude_none=True)
        data = tomlkit.dumps(document).encode()
    return data, noun_from(PackageInfo, parse_toml(data.decode("utf-8-sig"), name), name)


def _evidence(deployment: Deployment, order: PackOrder) -> Iterator[tuple[str, bytes]]:
    """Yield the measured evidence: of now, or the verified claim."""
    name = f"{measured.FOLDER}/{deployment.settings.deployment.id}.json"
    if order.as_of is not None:
        yield name, measured.as_bytes(measured.measure(deployment, order.as_of, order.since))
    elif claim := measured.read_claims(deployment).get(measured.CLAIM):
        yield name, measured.as_bytes(claim)


def _earlier(deployment: Deployment) -> DonorFingerprints | None:
    """Return the fingerprints of the package that this deployment was made from."""
    name = f"{MODEL}/{marks.FILE}"
    path = deployment.folder / name
    return DonorFingerprints.parse(read_text(path, name), name) if path.is_file() else None


def _model(folder: Path, info: PackageInfo) -> Iterator[tuple[str, bytes]]:
    for name in list_files(folder):
        if name.startswith(f"{TEMPLATE}/") or name in _GENERATED or _is_local(f"{MODEL}/{name}", info.ownership):
            continue
        yield name, _read(folder / name, f"{MODEL}/{name}", name)


def _template(deployment: Deployment) -> Iterator[tuple[str, bytes]]:
    setting = deployment.settings.package.template
    folder = deployment.folder / setting
    if not (folder / "cookiecutter.json").is_file():
        raise PackageError(
            f"there is no cookiecutter template at '{setting}'.",
            where=Place("pilot.toml", "package.template"),
            remedy="Name the folder that holds cookiecutter.json.",
        )
    for name in list_files(folder, dotted=True):
        yield f"{TEMPLATE}/{name}", _read(folder / name, f"{setting}/{name}", f"{TEMPLATE}/{name}")


def _read(path: Path, shown: str, inside: str) -> bytes:
    if fault := fault_of(inside):
        raise PackageError(f"has a path that {fault}.", where=Place(shown), remedy="Rename it.")
    return path.read_bytes()


def _is_local(path: str, ownership: Mapping[str, Ownership]) -> bool:
    """Return whether a file is local; below ``model/`` it is the package's unless declared otherwise."""
    owners = (owner for pattern, owner in ownership.items() if fnmatchcase(path, pattern))
    return next(owners, Ownership.PACKAGE) is Ownership.LOCAL


def _write(target: Path, files: Mapping[str, bytes]) -> None:
    """Write a temporary file beside the target, which is renamed after verification and sync."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.partial-", dir=target.parent)
    except OSError as problem:
        raise TargetError(
            f"cannot write into {target.parent}: {problem.strerror}.", remedy="Name another folder."
        ) from None
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            _write_zip(file, files)
            file.flush()
            os.fsync(file.fileno())
        PackageArchive.open(partial)
        partial.chmod(0o644)
        partial.replace(target)
    except OSError as problem:
        raise TargetError(f"cannot write {target}: {problem.strerror}.", remedy="Make room, or name another.") from None
    finally:
        partial.unlink(missing_ok=True)


def _write_zip(file: object, files: Mapping[str, bytes]) -> None:
    """Write a reproducible zip: sorted, dated to the format's first day, independent of the machine."""
    with zipfile.ZipFile(file, "w") as archive:  # type: ignore[call-overload]  # any binary file will do
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.create_system, entry.external_attr = _UNIX, _MODE << 16
            archive.writestr(entry, files[path], zipfile.ZIP_DEFLATED, _LEVEL)
