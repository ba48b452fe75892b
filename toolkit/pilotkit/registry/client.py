"""The side that takes: a registry's metadata followed by the rules of The Update Framework, and files held against it.

Source: The Update Framework specification 1.0, section 5 (detailed client workflow), as python-tuf implements it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tuf.api.metadata import Metadata, TargetFile
from tuf.ngclient import Updater, UpdaterConfig

from pilotkit.errors import TrustError
from pilotkit.registry.atomic_files import lock_folder, settle
from pilotkit.registry.clock_rollback import check_clock
from pilotkit.registry.fetcher import Fetcher
from pilotkit.registry.trust_messages import explain

MAXIMUM_METADATA = 4 * 1024 * 1024
"""Bytes of one metadata file."""
MAXIMUM_TARGET = 128 * 1024 * 1024
"""Bytes of one file of a registry, whatever its metadata says."""


class RegistryClient:
    """One visit to a registry.

    Args:
        store: where its metadata is kept between visits; the memory that notices an older word than the last.
        address: of the metadata; it ends in a stroke.
        root: the root that was given by hand, from which every other is reached by signatures.
        now: what this machine's clock shows.

    Raises:
        TrustError: the clock was set back, or the root does not vouch for itself.
        TargetError: the store cannot be written.
    """

    def __init__(self, store: Path, address: str, root: bytes, *, now: datetime | None = None) -> None:
        self.store, self._address, self._fetcher = store, address, Fetcher()
        limits = UpdaterConfig(
            targets_max_length=MAXIMUM_METADATA, snapshot_max_length=MAXIMUM_METADATA, app_user_agent="pilotkit"
        )
        check_clock(store, now or datetime.now(UTC))
        with self._kept():
            self._updater = Updater(str(store), address, fetcher=self._fetcher, config=limits, bootstrap=root)

    def refresh(self) -> None:
        """Take the newest metadata; all of it holds, or nothing new is believed.

        Raises:
            TrustError: a signature, a threshold, an expiry or a version does not hold, or the registry is out of reach.
        """
        with self._kept():
            self._updater.refresh()

    def find(self, name: str) -> TargetFile:
        """Return what is signed of one file.

        Raises:
            TrustError: nothing is, by anybody who may.
        """
        found = self.look_for(name)
        if found is None:
            raise TrustError(
                f"nobody who may has signed for '{name}'.",
                remedy="Nothing was installed. Tell the registry's operator.",
            )
        return found

    def look_for(self, name: str) -> TargetFile | None:
        """Return what is signed of one file; None where nothing is."""
        with self._kept():
            return self._updater.get_targetinfo(name)

    def download(self, target: TargetFile, address: str, into: Path) -> Path:
        """Return the signed file in the folder ``into``, under a name made from its own; fetch it if missing.

        Raises:
            TrustError: what came is not what was signed.
            TargetError: it cannot be written.
        """
        place = into / quote(target.path, "")
        if target.length > MAXIMUM_TARGET:
            raise TrustError(
                f"'{target.path}' is larger than any package may be.", remedy="Tell the registry's operator."
            )
        with self._kept():
            if self._updater.find_cached_target(target, str(place)):
                return place
            into.mkdir(parents=True, exist_ok=True)
            partial = into / f".{place.name}.partial"
            try:
                self._updater.download_target(target, str(partial), address)
                settle(partial, place)
            finally:
                partial.unlink(missing_ok=True)
        return place

    def root_version(self) -> int:
        """Which root was reached from the one that was given."""
        root: Metadata[Any] = Metadata.from_file(str(self.store / "root.json"))
        return int(root.signed.version)

    @contextmanager
    def _kept(self) -> Iterator[None]:
        """Lock the store: root.json is exchanged in two steps, and a partial file has one name."""
        with explain(self._address, self._fetcher, self.store), lock_folder(self.store):
            yield
