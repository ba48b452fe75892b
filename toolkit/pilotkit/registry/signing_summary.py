"""What a file that waits for signatures says, in words: nobody signs what they cannot read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tuf.api.metadata import Metadata, Root, Targets

from pilotkit.errors import DataError, Place
from pilotkit.model.registry import Listing, Revocations
from pilotkit.registry.layout import LISTING, REVOCATIONS, TARGETS, read_metadata
from pilotkit.registry.signed_lists import parsed


def describe(file: Path) -> tuple[str, ...]:
    """One line for each thing that a signature under ``file`` would say.

    Raises:
        DataError: not such a file, or the lists it names do not stand beside it.
    """
    draft = read_metadata(file)
    signed = draft.signed
    lines = [f"{file.stem} version {signed.version}, holds until {signed.expires:%Y-%m-%d %H:%M} UTC"]
    if isinstance(signed, Root):
        lines += [
            f"{role}: {held.threshold} of {len(held.keyids)} keys: {_short(held.keyids)}"
            for role, held in signed.roles.items()
        ]
    elif isinstance(signed, Targets):
        lines += _lists(file, draft) if file.stem == TARGETS else _packages(signed)
    else:
        lines += [f"{name} version {entry.version}" for name, entry in sorted(_entries(signed))]
    return tuple(lines)


def _entries(signed: Any) -> list[tuple[str, Any]]:
    return list(signed.meta.items()) if hasattr(signed, "meta") else [("snapshot.json", signed.snapshot_meta)]


def _packages(signed: Targets) -> Iterator[str]:
    for path, target in sorted(signed.targets.items()):
        if path.endswith(".zip"):
            yield f"{path}, {target.length} bytes, SHA-256 {target.hashes['sha256']}"


def _lists(file: Path, draft: Metadata[Any]) -> Iterator[str]:
    for role, held in draft.signed.delegations.roles.items():
        yield f"publisher {role}: {held.threshold} of {len(held.keyids)} keys: {_short(held.keyids)}"
    listing = parsed(Listing, _beside(file, draft, LISTING), LISTING)
    for each in listing.releases:
        yield f"published: {each.name} {each.version} of {each.publisher}, identity {each.identity}"
    for gone in parsed(Revocations, _beside(file, draft, REVOCATIONS), REVOCATIONS).revocations:
        yield f"revoked: {gone.name} {gone.version}: {gone.reason}"


def _beside(file: Path, draft: Metadata[Any], name: str) -> bytes:
    path = file.parent / name
    data = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(data).hexdigest() != draft.signed.targets[name].hashes["sha256"]:
        raise DataError(
            "is not the one that would be signed, so nobody could know what they sign.",
            where=Place(str(path)),
            remedy="Copy the whole folder 'pending', not single files.",
        )
    return data


def _short(keyids: list[str]) -> str:
    return ", ".join(f"{each[:16]}…" for each in keyids)
