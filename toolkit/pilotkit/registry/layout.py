"""How a registry stands on a disk: what is published, what waits for signatures, and how long each word holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root, Snapshot, Targets, Timestamp
from tuf.api.serialization.json import JSONSerializer

from pilotkit.errors import DataError, Place
from pilotkit.registry.atomic_files import write_atomic

ROOT, TARGETS, SNAPSHOT, TIMESTAMP = Root.type, Targets.type, Snapshot.type, Timestamp.type
TOP_ROLES = (ROOT, TARGETS, SNAPSHOT, TIMESTAMP)
LISTING, REVOCATIONS = "catalog.json", "revocations.json"
PERIODS: Mapping[str, timedelta] = {
    ROOT: timedelta(days=400),
    TARGETS: timedelta(days=200),
    SNAPSHOT: timedelta(days=60),
    TIMESTAMP: timedelta(days=7),
}
"""How long each role's word holds: the less often people meet to sign, the longer."""
PUBLISHER_PERIOD = timedelta(days=400)
_SIGNERS = "signers.json"
_WRITER = JSONSerializer(compact=False)


@dataclass(frozen=True)
class RegistryFolder:
    """A registry as its ministry keeps it. ``metadata/`` and ``targets/`` are for everybody, ``pending/`` is not."""

    folder: Path

    @property
    def metadata(self) -> Path:
        """Signed metadata, every version of it."""
        return self.folder / "metadata"

    @property
    def targets(self) -> Path:
        """Packages and lists, each under its hash and name."""
        return self.folder / "targets"

    @property
    def pending(self) -> Path:
        """What waits for signatures: this folder is carried from officer to officer."""
        return self.folder / "pending"

    def current(self, role: str) -> Metadata[Any] | None:
        """Return the newest published metadata of a role.

        Raises:
            DataError: the file is broken.
        """
        if role == TIMESTAMP:
            path = self.metadata / f"{TIMESTAMP}.json"
            return read_metadata(path) if path.is_file() else None
        versions = [
            int(each.name.partition(".")[0]) for each in self.metadata.glob(f"*.{role}.json") if _is_of(role, each)
        ]
        return read_metadata(self.metadata / f"{max(versions)}.{role}.json") if versions else None

    def root_version(self, version: int) -> Metadata[Any] | None:
        """One published root; None before the first."""
        path = self.metadata / f"{version}.{ROOT}.json"
        return read_metadata(path) if path.is_file() else None

    def draft(self, role: str) -> Metadata[Any] | None:
        """Return what waits for signatures of a role."""
        path = self.pending / f"{role}.json"
        return read_metadata(path) if path.is_file() else None

    def drafts(self) -> tuple[str, ...]:
        """Return the roles of which something waits for signatures."""
        return tuple(sorted(each.stem for each in self.pending.glob("*.json") if each.name not in _NO_DRAFTS))

    def save_draft(self, role: str, draft: Metadata[Any]) -> None:
        """Write what waits for signatures, for people to read before they sign."""
        write_atomic(self.pending / f"{role}.json", draft.to_bytes(_WRITER))

    def drop_draft(self, role: str) -> None:
        """Forget what waited for signatures of a role."""
        (self.pending / f"{role}.json").unlink(missing_ok=True)

    def save_signers(self, counting: Mapping[str, tuple[str, ...]]) -> None:
        """Write whose signatures count for what, so that 'sign' can say that a key is the wrong one."""
        text = json.dumps(dict(counting), indent=2, sort_keys=True)
        write_atomic(self.pending / _SIGNERS, f"{text}\n".encode())

    def target(self, path: str, digest: str) -> Path:
        """Where a published target stands: its hash is part of its name."""
        place = self.targets / path
        return place.with_name(f"{digest}.{place.name}")


_NO_DRAFTS = {LISTING, REVOCATIONS, _SIGNERS}


def signers_beside(draft: Path) -> Mapping[str, tuple[str, ...]] | None:
    """Whose signatures count, as it was written beside ``draft``; None where nothing was."""
    try:
        data = json.loads((draft.parent / _SIGNERS).read_bytes())
        return {role: tuple(keys) for role, keys in data.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return None


def read_metadata(path: Path) -> Metadata[Any]:
    """Return the metadata in a file; nothing of it is verified yet.

    Raises:
        DataError: not metadata of a registry.
    """
    try:
        return Metadata.from_bytes(path.read_bytes())
    except OSError as problem:
        raise DataError(
            f"cannot be read: {problem.strerror}.", where=Place(str(path)), remedy="Name another."
        ) from None
    except RepositoryError as problem:
        raise DataError(
            f"is not metadata of a registry: {problem}.", where=Place(str(path)), remedy="Restore it from a copy."
        ) from None


def save(path: Path, metadata: Metadata[Any]) -> None:
    """Write a draft back where it was read from."""
    write_atomic(path, metadata.to_bytes(_WRITER))


def period_of(role: str) -> timedelta:
    """How long a role's word holds; every role but the four of the specification is a publisher's."""
    return PERIODS.get(role, PUBLISHER_PERIOD)


def whole_second(now: datetime | None) -> datetime:
    """``now`` as metadata can hold it."""
    return (now or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)


def next_version(current: Metadata[Any], role: str, now: datetime) -> Metadata[Any]:
    """Return the same content once more, unsigned, with the next number and a new expiry."""
    draft: Metadata[Any] = Metadata.from_dict(current.to_dict())
    draft.signatures.clear()
    draft.signed.version += 1
    draft.signed.expires = now + period_of(role)
    return draft


def _is_of(role: str, path: Path) -> bool:
    version, _, rest = path.name.partition(".")
    return version.isdigit() and rest == f"{role}.json"
