"""A registry for places without a network: a folder that the same client verifies, on a stick or on a mirror."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pilotkit.errors import DataError, TargetError
from pilotkit.registry.atomic_files import write_atomic
from pilotkit.registry.layout import RegistryFolder
from pilotkit.registry.trust_root import TrustedRegistry
from pilotkit.registry.verified_download import RegistrySession

_README = """A copy of a registry of model packages, to be used without a network:

    pilotkit new NAME --registry THIS_FOLDER --root ROOT.json --province … --output …

The root is not in here on purpose: take it from the ministry another way, and compare its fingerprint,
{fingerprint}
"""


@dataclass(frozen=True)
class Exported:
    """A copy that has been verified as a stranger would."""

    folder: Path
    packages: int
    fingerprint: str
    """The SHA-256 of the first root: what the receiver compares."""


def export(registry: RegistryFolder, into: Path, *, now: datetime | None = None) -> Exported:
    """Copy what is public into the new folder ``into``, all of it or nothing, and verify the copy.

    Raises:
        TargetError: ``into`` is there already, or cannot be written.
        DataError: nothing is published yet.
        TrustError: the copy would be refused, for example because it has expired.
    """
    first = registry.metadata / "1.root.json"
    if not first.is_file() or not (registry.metadata / "timestamp.json").is_file():
        raise DataError(f"{registry.folder} has nothing published yet.", remedy="Run 'pilotkit registry refresh'.")
    if into.exists():
        raise TargetError(f"{into} is there already.", remedy="Name a folder that does not exist yet.")
    try:
        staging = Path(tempfile.mkdtemp(prefix=f".{into.name}.partial-", dir=into.absolute().parent))
    except OSError as problem:
        raise TargetError(f"cannot write beside {into}: {problem.strerror}.", remedy="Name another folder.") from None
    try:
        return _copy(registry, staging, into, first.read_bytes(), now)
    except OSError as problem:
        raise TargetError(f"{into} cannot be written: {problem.strerror}.", remedy="Make room.") from None
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _copy(registry: RegistryFolder, staging: Path, into: Path, root: bytes, now: datetime | None) -> Exported:
    copy = staging / "copy"
    shutil.copytree(registry.metadata, copy / "metadata")
    shutil.copytree(registry.targets, copy / "targets")
    trusted = TrustedRegistry(f"{copy.as_uri()}/", root, staging / "store")
    packages = _verified(trusted, now)
    write_atomic(copy / "README.txt", _README.format(fingerprint=trusted.fingerprint).encode())
    copy.rename(into)
    return Exported(into, packages, trusted.fingerprint)


def _verified(trusted: TrustedRegistry, now: datetime | None) -> int:
    request = RegistrySession(trusted, now or datetime.now().astimezone())
    for release in request.listing.releases:
        request.vouched(release)
    return len(request.listing.releases)


def fingerprint_of(registry: RegistryFolder) -> str | None:
    """Return the fingerprint of the first root, once it is published."""
    first = registry.metadata / "1.root.json"
    return hashlib.sha256(first.read_bytes()).hexdigest() if first.is_file() else None
