"""Who may sign what: the first keys, later ones, and signing itself.

A ceremony needs no network. Files that wait for signatures stand in ``pending/``; the folder is carried from officer to
officer, each signs on a machine of their own, and ``refresh`` publishes what enough of them have signed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from securesystemslib.signer import Key, Signer
from tuf.api.metadata import DelegatedRole, Delegations, Metadata, Role, Root, Targets

from pilotkit.errors import DataError, Place, TargetError, UnknownError
from pilotkit.model.registry import Listing, Revocations
from pilotkit.model.text import is_identifier
from pilotkit.registry.layout import (
    PUBLISHER_PERIOD,
    ROOT,
    SNAPSHOT,
    TARGETS,
    TIMESTAMP,
    TOP_ROLES,
    RegistryFolder,
    next_version,
    period_of,
    read_metadata,
    save,
    signers_beside,
    whole_second,
)
from pilotkit.registry.signed_lists import Lists

_RESERVED = {*TOP_ROLES, "catalog", "revocations", "signers"}
_FEWEST = 2
"""Signatures that root and targets need at least: no one person decides alone."""


def begin(
    registry: RegistryFolder, keys: Mapping[str, Sequence[Key]], *, threshold: int = 2, now: datetime | None = None
) -> None:
    """Write the first root and the first, empty lists, for the officers to sign.

    Args:
        registry: a folder that is not there yet, or is empty.
        keys: the public keys of each of the four roles.
        threshold: how many signatures root and targets need.
        now: the instant that periods are counted from.

    Raises:
        DataError: too few keys, or one key in two hands.
        TargetError: the folder holds something, or cannot be written.
    """
    if registry.folder.exists() and any(registry.folder.iterdir()):
        raise TargetError(f"{registry.folder} is not empty.", remedy="Name a folder that does not exist yet.")
    _check_keys(keys, threshold)
    at = whole_second(now)
    roles = {
        role: Role([key.keyid for key in keys[role]], threshold if role in {ROOT, TARGETS} else 1) for role in TOP_ROLES
    }
    known = {key.keyid: key for several in keys.values() for key in several}
    root = Root(1, expires=at + period_of(ROOT), keys=known, roles=roles, consistent_snapshot=True)
    targets = Metadata(Targets(1, expires=at + period_of(TARGETS), delegations=Delegations({}, {})))
    Lists(Listing(issued=at), Revocations(issued=at)).enter(registry, targets)
    registry.save_draft(ROOT, Metadata(root))
    registry.save_draft(TARGETS, targets)
    note_signers(registry)


def _check_keys(keys: Mapping[str, Sequence[Key]], threshold: int) -> None:
    if threshold < _FEWEST:
        raise DataError(f"{threshold} signature is not enough for root and targets.", remedy="Ask for two or more.")
    for role in (ROOT, TARGETS):
        if len({key.keyid for key in keys[role]}) <= threshold:
            raise DataError(
                f"{role} needs more than {threshold} different keys, so that one may be lost; {len(keys[role])} given.",
                remedy=f"Name {threshold + 1} public keys.",
            )
    officers = {key.keyid for role in (ROOT, TARGETS) for key in keys[role]}
    for role, other in ((SNAPSHOT, officers), (TIMESTAMP, officers | {key.keyid for key in keys[SNAPSHOT]})):
        if not keys[role] or other & {key.keyid for key in keys[role]}:
            raise DataError(
                f"{role} needs a key of its own, which signs nothing else.",
                remedy="Make one with 'pilotkit registry key'.",
            )


def add_key(registry: RegistryFolder, role: str, key: Key, *, now: datetime | None = None) -> tuple[str, ...]:
    """Let one more key sign for a role; a role that is not there yet is a new publisher.

    Returns:
        The roles that now wait for signatures.

    Raises:
        DataError: no registry, the key signs for something else already, or a name that no publisher may have.
    """
    at = whole_second(now)
    if role in TOP_ROLES:
        root = _draft_of(registry, ROOT, at)
        _refuse_second_hand(root.signed, role, key)
        root.signed.add_key(key, role)
        return _saved(registry, {ROOT: root})
    if role in _RESERVED or not is_identifier(role):
        raise DataError(
            f"no publisher can be called '{role}'.",
            remedy="Choose another name: lower-case letters, digits, '_', '.' and '-'.",
        )
    targets = _draft_of(registry, TARGETS, at)
    drafts = {TARGETS: targets}
    if role not in targets.signed.delegations.roles:
        targets.signed.delegations.roles[role] = DelegatedRole(
            role, [], 1, terminating=True, paths=[f"packages/{role}/*"]
        )
        drafts[role] = Metadata(Targets(1, expires=at + PUBLISHER_PERIOD))
    targets.signed.add_key(key, role)
    return _saved(registry, drafts)


def rotate(registry: RegistryFolder, role: str, old: Key, new: Key, *, now: datetime | None = None) -> tuple[str, ...]:
    """Put one key in the place of another: one that was lost, stolen, or whose holder has left.

    A new root is signed by enough of its old keys and enough of its new ones. What the old key signed is drafted anew.

    Returns:
        The roles that now wait for signatures.

    Raises:
        DataError: no registry, the old key does not sign for the role, or the new one signs for something else.
    """
    at = whole_second(now)
    above = ROOT if role in TOP_ROLES else TARGETS
    upper = _draft_of(registry, above, at)
    if role in TOP_ROLES:
        _refuse_second_hand(upper.signed, role, new)
    try:
        upper.signed.revoke_key(old.keyid, role)
        upper.signed.add_key(new, role)
    except ValueError:
        raise UnknownError(
            f"the key {old.keyid[:16]}… does not sign for '{role}'.",
            remedy="'pilotkit registry status' shows the keys.",
        ) from None
    drafts = {above: upper}
    if role not in {ROOT, SNAPSHOT, TIMESTAMP} and (held := registry.draft(role) or registry.current(role)):
        drafts[role] = next_version(held, role, at) if registry.draft(role) is None else unsigned(held)
    return _saved(registry, drafts)


def _refuse_second_hand(root: Root, role: str, key: Key) -> None:
    """Raise where a key of snapshot or timestamp signs for another role, or another key for them."""
    for other, held in root.roles.items():
        if other != role and key.keyid in held.keyids and {role, other} & {SNAPSHOT, TIMESTAMP}:
            raise DataError(
                f"this key signs for {other} already.", remedy="Make one for it with 'pilotkit registry key'."
            )


def _draft_of(registry: RegistryFolder, role: str, now: datetime) -> Metadata[Any]:
    """Return what waits for signatures of a role, or the next version of what is published."""
    if (waiting := registry.draft(role)) is not None:
        return unsigned(waiting)
    current = registry.current(role)
    if current is None:
        raise DataError(
            f"{registry.folder} is not a registry.", remedy="Name a folder that 'pilotkit registry init' made."
        )
    return next_version(current, role, now)


def unsigned(draft: Metadata[Any]) -> Metadata[Any]:
    """Return a draft that is about to change: what was signed so far was another text."""
    draft.signatures.clear()
    return draft


def _saved(registry: RegistryFolder, drafts: Mapping[str, Metadata[Any]]) -> tuple[str, ...]:
    if TARGETS in drafts:
        Lists.newest(registry).enter(registry, drafts[TARGETS])
    for role, draft in drafts.items():
        registry.save_draft(role, draft)
    note_signers(registry)
    return tuple(drafts)


def note_signers(registry: RegistryFolder) -> None:
    """Write down beside the drafts whose signatures count for each."""
    roots = [each for each in (registry.current(ROOT), registry.draft(ROOT)) if each]
    upper = [each for each in (registry.current(TARGETS), registry.draft(TARGETS)) if each]
    counting = {role: {key for root in roots for key in root.signed.roles[role].keyids} for role in TOP_ROLES}
    for targets in upper:
        for role, held in targets.signed.delegations.roles.items():
            counting.setdefault(role, set()).update(held.keyids)
    registry.save_signers({role: tuple(sorted(keys)) for role, keys in counting.items()})


@dataclass(frozen=True)
class Signed:
    """What somebody has just signed."""

    role: str
    version: int
    signatures: int


def sign(file: Path, signer: Signer) -> Signed:
    """Put one signature into a file that waits for signatures.

    Raises:
        DataError: not such a file, or the key does not count for it.
    """
    draft = read_metadata(file)
    role, counting = file.stem, signers_beside(file)
    if counting is not None and signer.public_key.keyid not in counting.get(role, ()):
        raise DataError(
            f"the key {signer.public_key.keyid[:16]}… does not sign for '{role}'.",
            where=Place(str(file)),
            remedy="Take the key that was made for it.",
        )
    draft.sign(signer, append=True)
    save(file, draft)
    return Signed(role, draft.signed.version, len(draft.signatures))
