"""Looking through a deployment, or through a package before it is packed, for what belongs to the donor."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.tree import MODEL
from pilotkit.errors import PackageError, Place
from pilotkit.packages import donor_fingerprints as marks
from pilotkit.packages import manifest
from pilotkit.packages.donor_facts import own_facts
from pilotkit.packages.donor_fingerprints import DonorFingerprints, DonorLeak
from pilotkit.packages.lineage import FILE as LINEAGE
from pilotkit.packages.lineage import donors_of, read_lineage
from pilotkit.reading.files import read_text
from pilotkit.reading.limits import MAXIMUM_BYTES

MARKS = f"{MODEL}/{marks.FILE}"
_TABLES = {"local/units.csv", "local/points.csv"}
_ELSEWHERE = {f"{MODEL}/evidence", f"{MODEL}/template", "var"}
_NOT_TEXT_OF_OURS = {f"{MODEL}/package.toml", f"{MODEL}/{manifest.FILE}", MARKS}
_NUMBERS = frozenset({"figure"})
"""Kinds that a table of populations, areas and positions may hold by chance."""


def find_donor_leaks(deployment: Deployment) -> Iterator[tuple[str, DonorLeak]]:
    """What belongs to a donor of the deployment's package and stands here, with the file it stands in.

    Evidence and the package's own description name the donor rightly and are passed over; so are names and codes that
    this deployment's own units, points and offices have too.

    Raises:
        DataError: ``model/donor-marks.json`` is broken.
    """
    if not (deployment.folder / MARKS).is_file():
        return
    package = DonorFingerprints.parse(read_text(deployment.folder / MARKS, MARKS), MARKS)
    ours = package.for_deployment(_names(deployment), own_facts(deployment.catalog))
    for name in _texts(deployment.folder, _passed_over(deployment)):
        text = _text(deployment.folder / name)
        for leftover in ours.scan(text) if text else ():
            if not (name in _TABLES and leftover.kind in _NUMBERS):
                yield name, leftover


def _passed_over(deployment: Deployment) -> set[str]:
    """Folders not to look through; a model that is still as it was packed was looked through then."""
    came_packed = (deployment.folder / MODEL / manifest.FILE).is_file()
    is_as_packed = came_packed and next(manifest.verify_model(deployment), None) is None
    return _ELSEWHERE | {MODEL} if is_as_packed else _ELSEWHERE


def _names(deployment: Deployment) -> set[str]:
    """Its id, and that of each donor whose province is the same: it may have been made anew."""
    who, package = deployment.settings.deployment, deployment.catalog.package
    history = read_lineage(deployment.folder / MODEL / LINEAGE)
    donors = [*([package.donor] if package else []), *(donors_of(history) if history else [])]
    return {who.id, *(donor.id for donor in donors if donor.province == who.province)}


def refuse_leaks(files: Mapping[str, bytes], found: DonorFingerprints) -> None:
    """Make sure that nothing local of the donor is about to be handed on outside ``evidence/``.

    Args:
        files: what will be packed, by path inside.
        found: the donor's own marks.

    Raises:
        PackageError: the first file, line and fact.
    """
    for path, data in files.items():
        if path.startswith("evidence/") or path == "package.toml":
            continue
        for leftover in found.scan(_decoded(data)):
            raise PackageError(
                f"holds the {leftover.kind} '{leftover.text}', which belongs to this deployment alone.",
                where=Place(path if path.startswith("template/") else f"{MODEL}/{path}", line=leftover.line),
                remedy="Say it in words that hold for any deployment, or move it to local/ or to model/evidence/.",
            )


def _texts(folder: Path, passed_over: set[str]) -> Iterator[str]:
    for root, folders, names in os.walk(folder):
        here = Path(root).relative_to(folder)
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and (here / name).as_posix() not in passed_over
        )
        for name in sorted(names):
            path = (here / name).as_posix()
            if path not in _NOT_TEXT_OF_OURS:
                yield path


def _text(path: Path) -> str:
    if path.is_symlink() or path.stat().st_size > MAXIMUM_BYTES:
        return ""
    return _decoded(path.read_bytes())


def _decoded(data: bytes) -> str:
    """Text where it is text; what is not has no words in it."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""
