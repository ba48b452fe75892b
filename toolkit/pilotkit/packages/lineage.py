"""Lineage: the origin of a package, and the changes of each deployment that packed it again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.tree import MODEL
from pilotkit.errors import DataError, PackageError, Place
from pilotkit.model.package import Derivation, Donor, FileDifference, KeyChange, Origin, PackageInfo, PackageLineage
from pilotkit.overlay import ABSENT, Change
from pilotkit.packages import manifest
from pilotkit.packages.effective_model import LayeredFile
from pilotkit.reading.files import read_text
from pilotkit.reading.nouns import noun_from

FILE = "evidence/lineage.json"
ANSWERS = "answers.json"


def origin_of(deployment: Deployment) -> Origin | None:
    """Return the package that a deployment was made from; None where its model is authored in it.

    Raises:
        DataError: ``answers.json`` does not name the package in ``model/``.
    """
    listing = deployment.folder / MODEL / manifest.FILE
    if not listing.is_file():
        return None
    identity = manifest.identity_of(listing.read_bytes())
    told = _told(deployment.folder / ANSWERS)
    if told.get("identity") != identity:
        raise DataError(
            f"does not name the package in {MODEL}/, whose identity is {identity[:16]}….",
            where=Place(ANSWERS, "package.identity"),
            remedy="Restore answers.json, or model/ from the package that it names.",
        )
    return noun_from(Origin, told, ANSWERS, key="package")


def _told(path: Path) -> dict[str, Any]:
    try:
        package = json.loads(read_text(path, ANSWERS)).get("package") if path.is_file() else None
    except (ValueError, AttributeError, RecursionError):
        package = None
    return package if isinstance(package, dict) else {}


def refuse_reuse(origin: Origin, info: PackageInfo) -> None:
    """Refuse to reuse the origin's name and version.

    Raises:
        PackageError: name and version are the origin's.
    """
    if (origin.name, origin.version) == (info.name, info.version):
        raise PackageError(
            f"{origin.name} {origin.version} is what this deployment was made from; what it became needs a name or a "
            "version of its own.",
            where=Place(f"{MODEL}/package.toml", "version"),
            remedy="Say --version, such as the next one, or --name.",
        )


def lineage_of(
    deployment: Deployment,
    origin: Origin,
    info: PackageInfo,
    layered: Mapping[str, LayeredFile],
    evidence: str | None,
) -> PackageLineage:
    """Return the lineage of a new package: the origin's, and this step.

    Args:
        deployment: the deployment that packs.
        origin: the package that it was made from.
        info: the description of the new package.
        layered: the files that overrides were applied to, by path inside.
        evidence: the file of measured evidence.
    """
    step = Derivation(
        origin=origin.model_copy(update={"donor": _packed_by(deployment)}),
        donor=info.donor,
        name=info.name,
        version=info.version,
        keys=tuple(_keys(layered)),
        files=tuple(_files(deployment, {FILE, evidence or FILE, "package.toml"})),
        evidence=evidence,
    )
    earlier = read_lineage(deployment.folder / MODEL / FILE)
    return PackageLineage(derivations=(*(earlier.derivations if earlier else ()), step))


def read_lineage(path: Path) -> PackageLineage | None:
    """Return the lineage in a file; None where there is none."""
    return parse_lineage(read_text(path, f"{MODEL}/{FILE}")) if path.is_file() else None


def parse_lineage(text: str) -> PackageLineage:
    """Parse a lineage.

    Raises:
        DataError: the text is not a lineage.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise DataError("is not valid JSON.", where=Place(FILE), remedy="Fetch the package again.") from None
    return noun_from(PackageLineage, data, FILE)


def as_bytes(lineage: PackageLineage) -> bytes:
    """Return the bytes of the file; deterministic."""
    data = lineage.model_dump(mode="json", exclude_none=True)
    return f"{json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True)}\n".encode()


def _packed_by(deployment: Deployment) -> Donor | None:
    """Return the donor of the package in ``model/``."""
    return deployment.catalog.package.donor if deployment.catalog.package else None


def donors_of(lineage: PackageLineage) -> Iterator[Donor]:
    """Yield every earlier donor of the model."""
    for step in lineage.derivations:
        yield from (each for each in (step.origin.donor, step.donor) if each)


def donor_of(deployment: Deployment) -> Donor:
    """Return a deployment as the donor of its package."""
    who = deployment.settings.deployment
    return Donor(id=who.id, name=who.name.in_language(who.languages[0]), province=who.province)


def _keys(layered: Mapping[str, LayeredFile]) -> Iterator[KeyChange]:
    for path, file in sorted(layered.items()):
        for change in file.changes:
            if change.found != change.value:
                yield _key(path, change)


def _key(path: str, change: Change) -> KeyChange:
    if change.found is ABSENT:
        return KeyChange(file=path, key=change.key, kind="added", now=change.value)
    if change.value is ABSENT:
        return KeyChange(file=path, key=change.key, kind="removed", was=change.found)
    return KeyChange(file=path, key=change.key, kind="changed", was=change.found, now=change.value)


def _files(deployment: Deployment, told_otherwise: set[str]) -> Iterator[FileDifference]:
    """Yield files that were edited in ``model/`` itself, with their hashes before and after."""
    folder = deployment.folder / MODEL
    before = {entry.path: entry.sha256 for entry in manifest.read_manifest((folder / manifest.FILE).read_bytes()).files}
    for drift in manifest.verify_model(deployment):
        path = drift.path.removeprefix(f"{MODEL}/")
        if path in told_otherwise:
            continue
        now = hashlib.sha256((folder / path).read_bytes()).hexdigest() if drift.kind != "missing" else None
        kind = "removed" if drift.kind == "missing" else drift.kind
        yield FileDifference(path=path, kind=kind, was=before.get(path), now=now)
