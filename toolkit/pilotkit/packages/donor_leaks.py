"""The scan of a deployment, or of a package before it is written, for a donor's local facts."""

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
"""Kinds that a table of populations, areas and positions may contain by chance."""


def find_donor_leaks(deployment: Deployment) -> Iterator[tuple[str, DonorLeak]]:
    """Yield each fact of a donor found in the deployment, with its file.

    Evidence and the package's description name the donor legitimately and are skipped; so are names and codes that
    the deployment's own units, points and offices share.

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
    """Return the folders to skip; an unchanged model was scanned when it was packed."""
    came_packed = (deployment.folder / MODEL / manifest.FILE).is_file()
    is_as_packed = came_packed and next(manifest.verify_model(deployment), None) is None
    return _ELSEWHERE | {MODEL} if is_as_packed else _ELSEWHERE


def _names(deployment: Deployment) -> set[str]:
    """Return the deployment's id, and that of each donor of the same province: it may have been created again."""
    who, package = deployment.settings.deployment, deployment.catalog.package
    history = read_lineage(deployment.folder / MODEL / LINEAGE)
    donors = [*([package.donor] if package else []), *(donors_of(history) if history else [])]
    return {who.id, *(donor.id for donor in donors if donor.province == who.province)}


def refuse_leaks(files: Mapping[str, bytes], found: DonorFingerprints) -> None:
    """Refuse to pack a donor's local facts outside ``evidence/``.

    Args:
        files: what will be packed, by path inside.
        found: the donor's fingerprints.

    Raises:
        PackageError: a fact was found; the first is named with file and line.
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
    """Return the text of ``data``; empty where it is not text."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""
