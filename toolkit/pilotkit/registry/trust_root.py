"""Which registry is believed, and by which root: given by hand once, kept from then on."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pilotkit.errors import DataError, Place

ROOT_FILE = "root.json"
METADATA = "metadata"
FILES = "files"
_LARGEST_ROOT = 512_000
"""Bytes."""


@dataclass(frozen=True)
class TrustedRegistry:
    """A registry with the root it is held against."""

    address: str
    """Ends in a stroke; ``metadata/`` and ``targets/`` stand below it."""
    root: bytes
    """The root that was given."""
    store: Path
    """Where its word is kept between visits."""

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the given root's file: what people compare with what the ministry has made known."""
        return hashlib.sha256(self.root).hexdigest()

    @classmethod
    def given(cls, place: str, root: Path, store: Path | None = None) -> TrustedRegistry:
        """Return a registry that somebody names together with the file of its root.

        Raises:
            DataError: there is no such registry or root.
        """
        data = read_root(root)
        fingerprint = hashlib.sha256(data).hexdigest()
        return cls(address_of(place), data, store or _state() / "registries" / fingerprint[:32])

    def has_had(self, root: bytes) -> bool:
        """Whether a root is the one that was given, or one of those that have followed it."""
        known = self.metadata.glob("root_history/*.json")
        return root == self.root or any(path.read_bytes() == root for path in known)

    @property
    def metadata(self) -> Path:
        """The verified metadata."""
        return self.store / METADATA

    @property
    def files(self) -> Path:
        """Verified files."""
        return self.store / FILES


def address_of(place: str) -> str:
    """Return a registry's address, with a stroke at its end, from what people write: an address, or a folder.

    Raises:
        DataError: neither.
    """
    try:
        scheme = urlsplit(place).scheme
    except ValueError:
        scheme = ""
    if scheme in {"http", "https", "file"}:
        return f"{place.rstrip('/')}/"
    folder = Path(place)
    if not folder.is_dir():
        raise DataError(f"there is no registry at {place}.", remedy="Name an address (https://…) or a folder.")
    return f"{folder.resolve().as_uri().rstrip('/')}/"


def read_root(path: Path) -> bytes:
    """Return the bytes of a root's file; whether it vouches for itself is seen when it is used.

    Raises:
        DataError: it cannot be read, or is too large.
    """
    try:
        if path.stat().st_size > _LARGEST_ROOT:
            raise DataError(
                "is too large to be a root.", where=Place(str(path)), remedy="Name the ministry's root.json."
            )
        return path.read_bytes()
    except OSError as problem:
        raise DataError(
            f"cannot be read: {problem.strerror}.", where=Place(str(path)), remedy="Name the ministry's root.json."
        ) from None


def _state() -> Path:
    """Where a person's programs keep what they need again (XDG Base Directory Specification)."""
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "pilotkit"
