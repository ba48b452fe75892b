"""The two lists that the ministry signs: what is published, and what is revoked."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from tuf.api.metadata import Metadata, TargetFile

from pilotkit.errors import DataError, Place
from pilotkit.model.registry import Listing, Revocations
from pilotkit.model.text import Noun
from pilotkit.reading.nouns import noun_from
from pilotkit.registry.atomic_files import write_atomic
from pilotkit.registry.layout import LISTING, REVOCATIONS, TARGETS, RegistryFolder

_N = TypeVar("_N", bound=Noun)


@dataclass(frozen=True)
class Lists:
    """What the ministry says at one instant."""

    listing: Listing
    revocations: Revocations

    @classmethod
    def newest(cls, registry: RegistryFolder, targets: Metadata[Any] | None = None) -> Lists:
        """As they wait for signatures, else as they are published.

        Raises:
            DataError: there is no registry, or a list is not the one that the metadata names.
        """
        held = targets or registry.draft(TARGETS) or registry.current(TARGETS)
        if held is None:
            raise DataError(
                f"{registry.folder} is not a registry.", remedy="Name a folder that 'pilotkit registry init' made."
            )
        return cls(
            parsed(Listing, list_bytes(registry, held, LISTING), LISTING),
            parsed(Revocations, list_bytes(registry, held, REVOCATIONS), REVOCATIONS),
        )

    def issued(self, now: datetime) -> Lists:
        """Return the same, written at ``now``."""
        return replace(
            self,
            listing=self.listing.model_copy(update={"issued": now}),
            revocations=self.revocations.model_copy(update={"issued": now}),
        )

    def enter(self, registry: RegistryFolder, draft: Metadata[Any]) -> None:
        """Write both beside what waits for signatures, and name them in it."""
        for path, noun in ((LISTING, self.listing), (REVOCATIONS, self.revocations)):
            data = as_bytes(noun)
            draft.signed.targets[path] = TargetFile.from_data(path, data, ["sha256"])
            write_atomic(registry.pending / path, data)


def as_bytes(noun: Noun) -> bytes:
    """Return a noun as JSON, for machines and for people who sign it."""
    text = json.dumps(noun.model_dump(mode="json", exclude_none=True), ensure_ascii=False, indent=1, sort_keys=True)
    return f"{text}\n".encode()


def parsed(kind: type[_N], data: bytes, name: str) -> _N:
    """Return a noun from verified bytes.

    Raises:
        DataError: it is none.
    """
    try:
        plain = json.loads(data)
    except (ValueError, RecursionError):
        raise DataError("is not JSON.", where=Place(name), remedy="Tell the registry's operator.") from None
    return noun_from(kind, plain, name)


def list_bytes(registry: RegistryFolder, targets: Metadata[Any], name: str) -> bytes:
    """Return the list that ``targets`` names, wherever it stands.

    Raises:
        DataError: it is not there, or is another.
    """
    wanted = targets.signed.targets[name].hashes["sha256"]
    for path in (registry.pending / name, registry.target(name, wanted)):
        if path.is_file() and hashlib.sha256(data := path.read_bytes()).hexdigest() == wanted:
            return data
    raise DataError(
        f"is not the one that the metadata names ({wanted[:16]}…).",
        where=Place(str(Path("pending") / name)),
        remedy="Copy the whole folder 'pending', not single files.",
    )
