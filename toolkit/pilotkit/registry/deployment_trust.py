"""What a deployment keeps of where its package came from, and how the package stands there today."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pilotkit.errors import DataError, Place, TrustError
from pilotkit.model.registry import DeploymentTrust, Revocations, TrustStatement, Voucher
from pilotkit.model.text import Noun
from pilotkit.reading.nouns import noun_from
from pilotkit.registry.atomic_files import LOCK, lock_folder, write_atomic
from pilotkit.registry.clock_rollback import is_set_back, latest_instant
from pilotkit.registry.metadata_expiry import earliest_expiry
from pilotkit.registry.trust_root import FILES, METADATA, ROOT_FILE, TrustedRegistry, address_of, read_root
from pilotkit.registry.version_selection import revocation_of

if TYPE_CHECKING:
    from pilotkit.registry.verified_download import VerifiedPackage

FOLDER = ".pilot/trust"
"""Below the deployment; not part of the model, and not personal."""
STATEMENT = "statement.json"
_REVOCATIONS = "revocations.json"
_N = TypeVar("_N", bound=Noun)


def record(obtained: VerifiedPackage, deployment: Path) -> None:
    """Keep in a deployment why its package was taken, and what its registry has said: the memory moves in with it.

    Raises:
        TargetError: it cannot be written.
    """
    folder, registry = deployment / FOLDER, obtained.registry
    if registry is not None:
        _copy(registry.metadata, folder / METADATA)
        write_atomic(folder / FILES / _REVOCATIONS, (registry.files / _REVOCATIONS).read_bytes())
    for path, data in vouching_files(obtained).items():
        write_atomic(deployment / path, data)


def _copy(source: Path, target: Path) -> None:
    """Neither side is read or written by another command meanwhile."""
    if source.resolve() == target.resolve():
        return
    with lock_folder(source), lock_folder(target):
        for held in target.iterdir():
            if held.is_dir():
                shutil.rmtree(held)
            elif held.name != LOCK:
                held.unlink()
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True, ignore=shutil.ignore_patterns(LOCK))


def vouching_files(obtained: VerifiedPackage) -> Mapping[str, bytes]:
    """Why a package was taken and the root that vouches for it, by path in the deployment: what goes with its version.

    What was heard of the registry is not among them: it stays, whatever version is gone back to.
    """
    said = obtained.statement.model_dump(mode="json", exclude_none=True)
    text = json.dumps(said, ensure_ascii=False, indent=2, sort_keys=True)
    files = {f"{FOLDER}/{STATEMENT}": f"{text}\n".encode()}
    return files if obtained.registry is None else {**files, f"{FOLDER}/{ROOT_FILE}": obtained.registry.root}


def trust_of(deployment: Path, *, now: datetime | None = None) -> DeploymentTrust | None:
    """How the package of a deployment stands, by what was last heard of its registry; None where nothing was kept.

    Args:
        deployment: its folder.
        now: what this machine's clock shows; where it lies behind the latest instant that is known to have passed, that
            instant counts.

    Raises:
        DataError: what was kept is broken.
        TrustError: what was kept of the time is.
    """
    folder = deployment / FOLDER
    statement = _read(TrustStatement, folder / STATEMENT)
    if statement is None:
        return None
    gone = _read(Revocations, folder / FILES / _REVOCATIONS)
    revocation = revocation_of(statement.name, statement.version, statement.identity, gone) if gone else None
    if statement.voucher is not Voucher.REGISTRY:
        return DeploymentTrust(statement=statement, revocation=revocation)
    at, latest = now or datetime.now(UTC), latest_instant(folder / METADATA)
    until = earliest_expiry(folder / METADATA, statement.publisher)
    return DeploymentTrust(
        statement=statement,
        stale_since=until if until and until < max(at, latest or at) else None,
        set_back_from=latest if is_set_back(at, latest) else None,
        revocation=revocation,
    )


def registry_of(deployment: Path, place: str | None = None) -> TrustedRegistry:
    """Return the registry of a deployment's package, with the root and metadata that the deployment keeps.

    Args:
        deployment: its folder.
        place: another address or folder of the same registry, such as a stick.

    Raises:
        DataError: the package did not come from a registry.
    """
    folder = deployment / FOLDER
    statement = _read(TrustStatement, folder / STATEMENT)
    if statement is None or statement.registry is None:
        raise DataError(
            "the package of this deployment did not come from a registry.",
            where=Place(f"{FOLDER}/{STATEMENT}"),
            remedy="Name one with --registry and --root.",
        )
    return TrustedRegistry(address_of(place or statement.registry), read_root(folder / ROOT_FILE), folder)


def follow(deployment: Path, place: str | None = None, *, now: datetime | None = None) -> DeploymentTrust:
    """Hear what the registry says now of a deployment's package, and keep it.

    Raises:
        DataError: the package did not come from a registry.
        TrustError: the registry's word does not hold; what was heard before is kept.
    """
    from pilotkit.registry.verified_download import RegistrySession  # noqa: PLC0415  # what only a visit needs

    at, registry = now or datetime.now(UTC), registry_of(deployment, place)
    RegistrySession(registry, at)
    found = trust_of(deployment, now=at)
    if found is None:
        raise TrustError("the deployment forgot its package meanwhile.", remedy="Run it again.")
    return found


def _read(kind: type[_N], path: Path) -> _N | None:
    try:
        return noun_from(kind, json.loads(path.read_bytes()), path.name)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError):
        raise DataError(
            "cannot be read.", where=Place(f"{FOLDER}/{path.name}"), remedy="Run 'pilotkit registry follow'."
        ) from None
