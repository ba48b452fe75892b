"""The manifest: every file of a package with its hash. Its canonical bytes are the package's identity."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import ValidationError

from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.tree import MODEL
from pilotkit.errors import DataError, PackageError, Place
from pilotkit.model.package import Manifest, ManifestEntry
from pilotkit.packages.file_listing import list_files

FILE = "manifest.json"
_DIFFERENT = "It was altered, or was not written by 'pilotkit pack'. Fetch the package again from whoever published it."


def manifest_of(files: Mapping[str, bytes]) -> Manifest:
    """Return the manifest of a package's files, by path; the manifest itself is not included."""
    entries = (
        ManifestEntry(path=path, sha256=hashlib.sha256(files[path]).hexdigest(), size=len(files[path]))
        for path in sorted(files)
        if path != FILE
    )
    return Manifest(files=tuple(entries))


def canonical_bytes(manifest: Manifest) -> bytes:
    """Return the canonical form of a manifest: JSON in UTF-8, keys and paths sorted, no spaces, one final newline."""
    text = json.dumps(manifest.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"{text}\n".encode()


def identity_of(manifest: bytes) -> str:
    """Return the package's identity: the SHA-256 of its canonical manifest, in hexadecimal."""
    return hashlib.sha256(manifest).hexdigest()


def read_manifest(data: bytes) -> Manifest:
    """Parse a manifest from its canonical bytes.

    Raises:
        PackageError: not JSON, not a manifest, or not in canonical form.
    """
    try:
        manifest = Manifest.model_validate(json.loads(data))
    except (ValidationError, ValueError, RecursionError):
        raise PackageError("is not a manifest.", where=Place(FILE), remedy=_DIFFERENT) from None
    paths = [entry.path for entry in manifest.files]
    if paths != sorted(set(paths)) or canonical_bytes(manifest) != data:
        raise PackageError("is not written in its canonical form.", where=Place(FILE), remedy=_DIFFERENT)
    return manifest


def verify_files(manifest: Manifest, files: Mapping[str, bytes]) -> None:
    """Verify the files of a package against its manifest, which must name exactly these.

    Raises:
        PackageError: a file is missing, added or altered.
    """
    for difference in _differences(manifest, files):
        raise PackageError(f"is {difference.kind}.", where=Place(difference.path), remedy=_DIFFERENT)


@dataclass(frozen=True)
class Drift:
    """A file under ``model/`` that differs from the package."""

    path: str
    """Relative to the deployment."""
    kind: Literal["changed", "missing", "added"]


def verify_model(deployment: Deployment) -> Iterator[Drift]:
    """Yield the files of ``model/`` that differ from its manifest; none where the model is authored here.

    Raises:
        DataError: the manifest itself is broken.
    """
    folder = deployment.folder / MODEL
    if not (folder / FILE).is_file():
        return
    try:
        manifest = read_manifest((folder / FILE).read_bytes())
    except PackageError as problem:
        raise DataError(
            problem.what, where=Place(f"{MODEL}/{FILE}"), remedy="Restore it from the package that is in answers.json."
        ) from None
    files = {name: (folder / name).read_bytes() for name in list_files(folder, dotted=True)}
    for difference in _differences(manifest, files):
        yield Drift(f"{MODEL}/{difference.path}", difference.kind)


def _differences(manifest: Manifest, files: Mapping[str, bytes]) -> Iterator[Drift]:
    named = {entry.path: entry for entry in manifest.files}
    for path in sorted((named.keys() | files.keys()) - {FILE}):
        if path not in files:
            yield Drift(path, "missing")
        elif path not in named:
            yield Drift(path, "added")
        elif (len(files[path]), hashlib.sha256(files[path]).hexdigest()) != (named[path].size, named[path].sha256):
            yield Drift(path, "changed")
