"""From signed drafts to what everybody sees: published as a whole, or not at all.

The newest set that holds together goes out: root, the lists, and every publisher, each signed by enough of the keys
that count. A snapshot (signed offline) names exactly that set, a timestamp (signed online) says that it is still
today's. What lacks a signature waits, and what is out stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

from securesystemslib.signer import Signer
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, MetaFile, Snapshot, Timestamp

from pilotkit.errors import DataError
from pilotkit.model.plain_data import PlainData
from pilotkit.registry.atomic_files import write_atomic
from pilotkit.registry.key_ceremony import note_signers
from pilotkit.registry.layout import (
    LISTING,
    REVOCATIONS,
    ROOT,
    SNAPSHOT,
    TARGETS,
    TIMESTAMP,
    RegistryFolder,
    next_version,
    period_of,
    whole_second,
)
from pilotkit.registry.signed_lists import Lists, list_bytes

_EARLY = 3
"""A word is renewed in the last third of its period."""


@dataclass(frozen=True)
class Refreshed:
    """What a refresh has done."""

    published: tuple[str, ...]
    """Such as ``timestamp 14``."""
    waiting: tuple[str, ...]
    """The roles of which a draft still lacks signatures."""


def refresh(registry: RegistryFolder, signers: Sequence[Signer] = (), *, now: datetime | None = None) -> Refreshed:
    """Publish what enough officers have signed, and renew what would expire.

    Args:
        registry: the ministry's folder.
        signers: keys at hand: whatever waits and is theirs to sign gets their signature.
        now: the instant.

    Raises:
        DataError: there is no registry, or it is broken.
        TargetError: it cannot be written.
    """
    return _Refresh(registry, tuple(signers), whole_second(now)).run()


@dataclass(frozen=True)
class _Set:
    """A root, lists and publishers that hold together."""

    root: Metadata[Any]
    targets: Metadata[Any]
    publishers: Mapping[str, Metadata[Any]]

    def meta(self) -> dict[str, MetaFile]:
        named = {TARGETS: self.targets, **self.publishers}
        return {
            f"{role}.json": MetaFile.from_data(each.signed.version, each.to_bytes(), ["sha256"])
            for role, each in named.items()
        }


class _Refresh:
    def __init__(self, registry: RegistryFolder, signers: tuple[Signer, ...], now: datetime) -> None:
        self.registry, self.signers, self.now = registry, signers, now
        self.published: list[str] = []

    def run(self) -> Refreshed:
        if self.registry.current(ROOT) is None and self.registry.draft(ROOT) is None:
            raise DataError(
                f"{self.registry.folder} is not a registry.", remedy="Name a folder that 'pilotkit registry init' made."
            )
        self._draft_what_expires()
        for role in self.registry.drafts():
            if role not in {SNAPSHOT, TIMESTAMP}:  # which may have to say something else by now
                self._sign(role)
        newest = next(self._sets(), None)
        if newest is None or not self._publish(newest, self._snapshot(newest)):
            self._renew_timestamp()
        note_signers(self.registry)
        return Refreshed(tuple(self.published), self.registry.drafts())

    def _draft_what_expires(self) -> None:
        targets = self.registry.current(TARGETS)
        publishers = targets.signed.delegations.roles if targets else ()
        for role in (ROOT, TARGETS, *publishers):
            current = self.registry.current(role)
            if current and not self._candidate(role) and self._is_late(role, current):
                draft = next_version(current, role, self.now)
                if role == TARGETS:
                    Lists.newest(self.registry).issued(self.now).enter(self.registry, draft)
                self.registry.save_draft(role, draft)

    def _is_late(self, role: str, held: Metadata[Any]) -> bool:
        return bool(held.signed.expires - self.now < period_of(role) / _EARLY)

    def _sign(self, role: str) -> None:
        draft = self.registry.draft(role)
        counting = self._counting(role)
        for signer in self.signers:
            if draft is not None and signer.public_key.keyid in counting:
                draft.sign(signer, append=True)
                self.registry.save_draft(role, draft)

    def _counting(self, role: str) -> set[str]:
        roots = [each.signed for each in (self.registry.current(ROOT), self.registry.draft(ROOT)) if each]
        if role in {ROOT, TARGETS, SNAPSHOT, TIMESTAMP}:
            return {keyid for root in roots for keyid in root.roles[role].keyids}
        targets = [each.signed for each in (self.registry.current(TARGETS), self.registry.draft(TARGETS)) if each]
        held = (each.delegations.roles.get(role) for each in targets)
        return {keyid for each in held if each for keyid in each.keyids}

    def _sets(self) -> Iterator[_Set]:
        """Every set that holds together, the newest first."""
        for root, targets in product(self._candidates(ROOT), self._candidates(TARGETS)):
            if not self._is_root(root) or not _holds(root, TARGETS, targets):
                continue
            publishers = self._publishers(targets)
            if publishers is not None and self._keeps_its_word(targets, publishers):
                yield _Set(root, targets, publishers)

    def _candidates(self, role: str) -> tuple[Metadata[Any], ...]:
        return tuple(each for each in (self._candidate(role), self.registry.current(role)) if each)

    def _candidate(self, role: str) -> Metadata[Any] | None:
        """Return what waits of a role, unless it waited for so long that it has expired."""
        waiting = self.registry.draft(role)
        return waiting if waiting and waiting.signed.expires > self.now else None

    def _is_root(self, root: Metadata[Any]) -> bool:
        """Signed by enough of the keys of the root before it, and of its own."""
        before = self.registry.root_version(root.signed.version - 1)
        if root.signed.version > 1 and before is None:
            return False
        return all(_holds(each, ROOT, root) for each in (root, before) if each)

    def _publishers(self, targets: Metadata[Any]) -> dict[str, Metadata[Any]] | None:
        """Return the newest of each publisher that the lists' keys vouch for; None where one would be left out."""
        found = {}
        for role in targets.signed.delegations.roles:
            candidates = self._candidates(role)
            fitting = [each for each in candidates if _holds(targets, role, each)]
            if fitting:
                found[role] = fitting[0]
            elif self.registry.current(role) is not None:
                return None
        return found

    def _keeps_its_word(self, targets: Metadata[Any], publishers: Mapping[str, Metadata[Any]]) -> bool:
        """Whether every package that the list names is signed by its publisher."""
        for release in Lists.newest(self.registry, targets).listing.releases:
            held = publishers.get(release.publisher)
            target = held.signed.targets.get(release.path) if held else None
            if target is None or target.hashes["sha256"] != release.sha256:
                return False
        return True

    def _snapshot(self, chosen: _Set) -> Metadata[Any] | None:
        meta, current = chosen.meta(), self.registry.current(SNAPSHOT)
        if current and current.signed.meta == meta and _holds(chosen.root, SNAPSHOT, current):
            if not self._is_late(SNAPSHOT, current):
                return current
            return self._signed(chosen.root, SNAPSHOT, self._next(SNAPSHOT, current, meta)) or current
        return self._signed(chosen.root, SNAPSHOT, self._next(SNAPSHOT, current, meta))

    def _next(self, role: str, current: Metadata[Any] | None, meta: PlainData) -> Metadata[Any]:
        """Return the next version of a role that says ``meta``; a draft that says it keeps its signatures."""
        waiting, version = self.registry.draft(role), (current.signed.version if current else 0) + 1
        is_signed = waiting is not None and bool(waiting.signatures) and not self._is_late(role, waiting)
        if waiting is not None and is_signed and (_said(waiting), waiting.signed.version) == (meta, version):
            return waiting
        if current:
            draft = next_version(current, role, self.now)
        else:
            kind = Snapshot if role == SNAPSHOT else Timestamp
            draft = Metadata(kind(1, expires=self.now + period_of(role)))
        if role == SNAPSHOT:
            draft.signed.meta = meta
        else:
            draft.signed.snapshot_meta = meta
        return draft

    def _signed(self, root: Metadata[Any], role: str, draft: Metadata[Any]) -> Metadata[Any] | None:
        """Return the draft, if it has its signatures by now; else it is left waiting."""
        self.registry.save_draft(role, draft)
        for signer in self.signers:
            if signer.public_key.keyid in root.signed.roles[role].keyids:
                draft.sign(signer, append=True)
                self.registry.save_draft(role, draft)
        return draft if _holds(root, role, draft) else None

    def _timestamp(self, root: Metadata[Any], snapshot: Metadata[Any]) -> Metadata[Any] | None:
        meta = MetaFile.from_data(snapshot.signed.version, snapshot.to_bytes(), ["sha256"])
        current = self.registry.current(TIMESTAMP)
        if current and current.signed.snapshot_meta == meta and _holds(root, TIMESTAMP, current):
            if not self._is_late(TIMESTAMP, current):
                return current
            return self._signed(root, TIMESTAMP, self._next(TIMESTAMP, current, meta)) or current
        return self._signed(root, TIMESTAMP, self._next(TIMESTAMP, current, meta))

    def _renew_timestamp(self) -> None:
        """Renew the timestamp: what is published stays as it is."""
        root, snapshot = self.registry.current(ROOT), self.registry.current(SNAPSHOT)
        if root and snapshot and (timestamp := self._timestamp(root, snapshot)):
            self._write(TIMESTAMP, timestamp, f"{TIMESTAMP}.json")

    def _publish(self, chosen: _Set, snapshot: Metadata[Any] | None) -> bool:
        """Content first, the timestamp last: until it changes, nobody looks for the rest."""
        timestamp = self._timestamp(chosen.root, snapshot) if snapshot else None
        if snapshot is None or timestamp is None:
            return False
        for name in (LISTING, REVOCATIONS):
            digest = chosen.targets.signed.targets[name].hashes["sha256"]
            write_atomic(self.registry.target(name, digest), list_bytes(self.registry, chosen.targets, name))
        for held in chosen.publishers.values():
            self._move_files(held)
        order = {**chosen.publishers, TARGETS: chosen.targets, SNAPSHOT: snapshot, ROOT: chosen.root}
        for role, held in order.items():
            self._write(role, held, f"{held.signed.version}.{role}.json")
        self._write(TIMESTAMP, timestamp, f"{TIMESTAMP}.json")
        return True

    def _move_files(self, held: Metadata[Any]) -> None:
        for path, target in held.signed.targets.items():
            place, waiting = self.registry.target(path, target.hashes["sha256"]), self.registry.pending / "files" / path
            if waiting.is_file():
                data = waiting.read_bytes()
                target.verify_length_and_hashes(data)
                write_atomic(place, data)
                waiting.unlink()

    def _write(self, role: str, held: Metadata[Any], name: str) -> None:
        path, data = self.registry.metadata / name, held.to_bytes()
        if not path.is_file() or path.read_bytes() != data:
            write_atomic(path, data)
            self.published.append(f"{role} {held.signed.version}")
        waiting = self.registry.draft(role)
        if waiting is not None and waiting.signed.version <= held.signed.version:
            self.registry.drop_draft(role)


def _said(draft: Metadata[Any]) -> PlainData:
    return draft.signed.meta if isinstance(draft.signed, Snapshot) else draft.signed.snapshot_meta


def _holds(above: Metadata[Any], role: str, below: Metadata[Any]) -> bool:
    """Whether enough of the keys that ``above`` names for a role have signed."""
    try:
        above.signed.verify_delegate(role, below.signed_bytes, below.signatures)
    except (RepositoryError, ValueError):
        return False
    return True
