"""The vault: authenticated encryption of personal data, so that the database alone does not reveal it.

AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits, which is safe for 2³² writes under one key (section 8.3).
The place of a value is its associated data, so that a ciphertext moved elsewhere does not decrypt there. The keys of
the environment encrypt nothing themselves: every key in use is derived from one of them by HKDF (RFC 5869).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pilotkit.errors import DataError

KEYS = "PILOTKIT_KEYS"
"""The environment variable with the keys: ``id:base64-of-32-bytes``, the newest first, commas between."""
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_KEY_SIZE = 32
_NONCE_SIZE = 12


@dataclass(frozen=True)
class Sealed:
    """A ciphertext of the vault."""

    key_id: str
    data: bytes
    """The nonce (12 bytes), the ciphertext and its tag (16 bytes)."""


class Vault:
    """Authenticated encryption with the first of its keys, and decryption with any.

    Args:
        keys: 32 bytes by the key's id, the newest first; or a function that returns them, called at the first use.

    Raises:
        DataError: there is no key, or one is not 32 bytes; with a function at the first use.
    """

    def __init__(self, keys: Mapping[str, bytes] | Callable[[], Mapping[str, bytes]]) -> None:
        self._given = keys
        if not callable(keys):
            _ = self._keys

    @cached_property
    def _keys(self) -> dict[str, bytes]:
        keys = self._given() if callable(self._given) else self._given
        if not keys:
            raise _missing()
        for number, (key_id, key) in enumerate(keys.items(), start=1):
            if _ID.fullmatch(key_id) is None or len(key) != _KEY_SIZE:
                raise _not_a_key(number)
        return dict(keys)

    @cached_property
    def _ciphers(self) -> dict[str, AESGCM]:
        return {key_id: AESGCM(_derived(key, "seal")) for key_id, key in self._keys.items()}

    @classmethod
    def from_environment(cls) -> Vault:
        """Return the vault with the keys of ``PILOTKIT_KEYS``.

        Raises:
            DataError: the variable is missing, or is not a list of keys.
        """
        return cls(keys_in(os.environ.get(KEYS, "")))

    @classmethod
    def deferred(cls) -> Vault:
        """Return a vault that reads ``PILOTKIT_KEYS`` at its first use, and raises :class:`DataError` then."""
        return cls(lambda: keys_in(os.environ.get(KEYS, "")))

    @property
    def has_keys(self) -> bool:
        """Whether there are keys to seal with."""
        try:
            return bool(self._keys)
        except DataError:
            return False

    @property
    def key_id(self) -> str:
        """The id of the key that encrypts."""
        return next(iter(self._keys))

    def seal(self, plain: bytes, place: str) -> Sealed:
        """Encrypt a value for a place.

        Args:
            plain: the plaintext.
            place: the associated data, such as ``personal_files/PA-250724-0001``; not stored, needed to decrypt.
        """
        nonce = os.urandom(_NONCE_SIZE)
        return Sealed(self.key_id, nonce + self._ciphers[self.key_id].encrypt(nonce, plain, place.encode()))

    def open(self, sealed: Sealed, place: str) -> bytes:
        """Decrypt the value of a place.

        Raises:
            DataError: its key is missing, or it was altered, or sealed for another place or with another key.
        """
        cipher = self._ciphers.get(sealed.key_id)
        if cipher is None:
            raise DataError(
                f"{place} was encrypted with the key '{sealed.key_id}', which {KEYS} does not have.",
                remedy="Add that key behind the first, from where you keep copies of your keys.",
            )
        try:
            return cipher.decrypt(sealed.data[:_NONCE_SIZE], sealed.data[_NONCE_SIZE:], place.encode())
        except (InvalidTag, ValueError):
            raise DataError(
                f"{place} does not open with the key '{sealed.key_id}': it was altered, or moved here from elsewhere, "
                "or the key is another one under the same name.",
                remedy=f"Compare {KEYS} with your copy of the keys; if they are the same, restore from a backup.",
            ) from None

    def index(self, text: str, purpose: str) -> str:
        """Return the blind index of ``text``: equal texts are found, the text is not revealed (HMAC-SHA256, hex).

        It is made with the first key; :meth:`indexes` finds values written under older ones.
        """
        return self.indexes(text, purpose)[0]

    def indexes(self, text: str, purpose: str) -> tuple[str, ...]:
        """Return the index of ``text`` under each key, the newest first."""
        return tuple(
            hmac.digest(key, text.encode(errors="surrogatepass"), "sha256").hex()
            for key in self.derivations(f"index/{purpose}")
        )

    def derived(self, label: str) -> bytes:
        """Return a secret of 32 bytes for another purpose, the same for the same first key and label."""
        return self.derivations(label)[0]

    def derivations(self, label: str) -> tuple[bytes, ...]:
        """Return that secret under each key, the newest first: sign with the first, accept any until rotation ends."""
        return tuple(_derived(key, f"derived/{label}") for key in self._keys.values())


def keys_in(text: str) -> dict[str, bytes]:
    """Parse a value of ``PILOTKIT_KEYS`` into keys by id, in order.

    Raises:
        DataError: an entry is not ``id:base64`` of 32 bytes, or two have the same id; the message never quotes one.
    """
    keys: dict[str, bytes] = {}
    for number, entry in enumerate((each.strip() for each in text.split(",") if each.strip()), start=1):
        key_id, _, encoded = entry.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if _ID.fullmatch(key_id) is None or len(key) != _KEY_SIZE or key_id in keys:
            raise _not_a_key(number)
        keys[key_id] = key
    return keys


def new_id() -> str:
    """Return a new key id: the day, and four random digits."""
    return f"{datetime.now(UTC):%Y-%m-%d}-{secrets.token_hex(2)}"


def new_entry(key_id: str) -> str:
    """Return a random key as an entry of ``PILOTKIT_KEYS``.

    Args:
        key_id: lower-case letters, digits and hyphens, up to 32.
    """
    return f"{key_id}:{base64.b64encode(os.urandom(_KEY_SIZE)).decode()}"


@lru_cache(maxsize=256)
def _derived(key: bytes, label: str) -> bytes:
    return HKDF(hashes.SHA256(), _KEY_SIZE, salt=None, info=f"pilotkit/{label}".encode()).derive(key)


def _missing() -> DataError:
    return DataError(
        f"the environment variable {KEYS} is missing, and personal data is kept only encrypted.",
        remedy=f"Make a key with 'pilotkit keys new', keep a copy outside the server, and put it into {KEYS}.",
    )


def _not_a_key(number: int) -> DataError:
    return DataError(
        f"entry {number} of the environment variable {KEYS} is not a key: it must be ID:KEY, where ID is lower-case "
        "letters, digits and hyphens and used once, and KEY is 32 bytes in base64.",
        remedy="Copy the entry again from where you keep your keys; 'pilotkit keys new' shows what one looks like.",
    )
