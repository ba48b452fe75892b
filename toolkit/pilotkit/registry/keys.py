"""Keys that sign: Ed25519, each in a file of its holder's choosing, encrypted with a passphrase that is never kept."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from securesystemslib.signer import CryptoSigner, SSlibKey

from pilotkit.errors import DataError, Place, TargetError
from pilotkit.registry.atomic_files import write_atomic

PASSPHRASE = "PILOTKIT_PASSPHRASE"  # noqa: S105  # the name of the variable
"""The environment variable for a key that nobody is there to unlock: the one that dates the registry."""
SHORTEST = 12
"""Characters of a passphrase."""


def make_key(path: Path, passphrase: str) -> SSlibKey:
    """Make a key pair: the private half encrypted (PKCS #8) in ``path``, the public half beside it in ``path.pub``.

    Raises:
        DataError: the passphrase is too short, or the place is one that is copied to others.
        TargetError: there is such a file already, or none can be written.
    """
    public = path.with_name(f"{path.name}.pub")
    if len(passphrase) < SHORTEST:
        raise DataError(f"the passphrase has fewer than {SHORTEST} characters.", remedy="Take several words.")
    for folder in path.absolute().parents:
        if (folder / ".git").exists() or (folder / "pilot.toml").is_file():
            raise DataError(
                f"{folder} is a repository or a deployment, where others would get the key.",
                where=Place(str(path)),
                remedy="Choose a place of the holder's own, such as a stick.",
            )
    if path.exists() or public.exists():
        raise TargetError(f"{path} is there already; a key is never written over.", remedy="Name another file.")
    key = Ed25519PrivateKey.generate()
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase.encode()))
    write_atomic(path, locked, 0o600)
    write_atomic(public, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return SSlibKey.from_crypto(key.public_key())


def load_signer(path: Path, passphrase: str) -> CryptoSigner:
    """Return the key in ``path``, ready to sign.

    Raises:
        DataError: there is no encrypted Ed25519 key there, others can read it, or the passphrase is wrong.
    """
    data = _read(path)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise DataError("can be read by others.", where=Place(str(path)), remedy="chmod 600 it, or make a new key.")
    try:
        key = load_pem_private_key(data, passphrase.encode())
    except TypeError:
        raise DataError(
            "is not encrypted.", where=Place(str(path)), remedy="Make one with 'pilotkit registry key'."
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise DataError(
            "cannot be unlocked: not a private key, or another passphrase.",
            where=Place(str(path)),
            remedy="Try again with the passphrase of this key.",
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise DataError(
            "is not an Ed25519 key.", where=Place(str(path)), remedy="Make one with 'pilotkit registry key'."
        )
    return CryptoSigner(key)


def read_public(path: Path) -> SSlibKey:
    """Return the public key in ``path``.

    Raises:
        DataError: no Ed25519 public key there; a private one is refused with these words too.
    """
    try:
        key = load_pem_public_key(_read(path))
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise DataError(
            "is not an Ed25519 public key.", where=Place(str(path)), remedy="Name the file that ends in .pub."
        )
    return SSlibKey.from_crypto(key)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise DataError(
            f"cannot be read: {problem.strerror}.", where=Place(str(path)), remedy="Name a key file."
        ) from None
