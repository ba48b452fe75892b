"""A whole registry made on the spot, for demonstrations and tests: its keys are never written and die with the process.

It goes through the same ceremony as a ministry's. What it signs proves nothing but that the machinery works.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from securesystemslib.signer import CryptoSigner

from pilotkit.registry.drafts import publish
from pilotkit.registry.key_ceremony import add_key, begin
from pilotkit.registry.layout import ROOT, SNAPSHOT, TARGETS, TIMESTAMP, RegistryFolder
from pilotkit.registry.publishing import Refreshed, refresh
from pilotkit.registry.trust_root import TrustedRegistry

_OFFICERS = 3


@dataclass(frozen=True)
class ThrowawayRegistry:
    """A registry with all of its private keys at hand, which no real one ever has."""

    folder: RegistryFolder
    officers: tuple[CryptoSigner, ...]
    """Three, of whom two decide."""
    snapshot: CryptoSigner
    timestamp: CryptoSigner
    publishers: Mapping[str, CryptoSigner]

    @classmethod
    def make(cls, folder: Path, publishers: Sequence[str], *, now: datetime | None = None) -> ThrowawayRegistry:
        """Return a registry in the new folder ``folder`` with these publishers and nothing published.

        Raises:
            TargetError: the folder holds something, or cannot be written.
        """
        officers = tuple(CryptoSigner.generate_ed25519() for _ in range(_OFFICERS))
        snapshot, timestamp = CryptoSigner.generate_ed25519(), CryptoSigner.generate_ed25519()
        registry, held = RegistryFolder(folder), {name: CryptoSigner.generate_ed25519() for name in publishers}
        both = [each.public_key for each in officers]
        keys = {ROOT: both, TARGETS: both, SNAPSHOT: [snapshot.public_key], TIMESTAMP: [timestamp.public_key]}
        begin(registry, keys, now=now)
        for name, signer in held.items():
            add_key(registry, name, signer.public_key, now=now)
        made = cls(registry, officers, snapshot, timestamp, held)
        made.settle(now=now)
        return made

    def release(self, publisher: str, *packages: Path, now: datetime | None = None) -> None:
        """Publish packages with every signature that is needed.

        Raises:
            PilotkitError: as :func:`pilotkit.registry.drafts.publish`.
        """
        publish(self.folder, publisher, packages, [self.publishers[publisher]], now=now)
        self.settle(now=now)

    def settle(self, *, now: datetime | None = None) -> Refreshed:
        """Sign whatever waits with as many keys as are needed, and publish it."""
        signers = (*self.officers[:2], self.snapshot, self.timestamp, *self.publishers.values())
        return refresh(self.folder, signers, now=now)

    def trusted(self, store: Path, place: str | None = None) -> TrustedRegistry:
        """Return the registry as somebody sees it who was given its first root."""
        root = self.folder.metadata / f"1.{ROOT}.json"
        return TrustedRegistry.given(place or str(self.folder.folder), root, store)
