"""The audit chain: records that each carry the hash of the one before, and signed checkpoints of it.

The records, the events and the public key suffice to detect that anything was altered, removed, inserted or truncated;
nothing else of the system is needed. Hashes are SHA-256 (FIPS 180-4), signatures Ed25519 (RFC 8032).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Annotated

from pydantic import AwareDatetime, Field
from pydantic_core import to_json

from pilotkit.model.package import Sha256
from pilotkit.model.text import Noun

_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
GENESIS = "0" * 64
"""The previous hash of the first record."""


class Checkpoint(Noun):
    """A signed statement: after record ``number`` the chain had this ``hash``."""

    number: Annotated[int, Field(ge=1)]
    hash: Sha256
    at: AwareDatetime
    signature: str
    """Ed25519 over :meth:`statement`, in base64."""

    @staticmethod
    def statement(number: int, hash_: str) -> bytes:
        """Return the signed bytes: UTF-8 of ``pilotkit audit checkpoint NUMBER HASH``."""
        return f"pilotkit audit checkpoint {number} {hash_}".encode()


def line_of(event: Sequence[object]) -> bytes:
    """Return an event as it is hashed: a JSON array of case id, number, kind, microseconds, actor, reason, changes."""
    return to_json(event)


class AuditContent:
    """The hash of the events of one record: their lines by event id, joined by line feeds."""

    def __init__(self) -> None:
        self._sum = hashlib.sha256()
        self._end = b""

    def add(self, lines: Iterable[bytes]) -> None:
        """Add events to the hash."""
        text = b"\n".join(lines)
        self._sum.update(self._end + text)
        self._end = b"\n" if text else self._end

    def __str__(self) -> str:
        return self._sum.hexdigest()


def content_of(lines: Iterable[bytes]) -> str:
    """Return the hash of these lines."""
    content = AuditContent()
    content.add(lines)
    return str(content)


def hash_of(previous: str, *fields: str | int) -> str:
    """Return a record's hash: of the previous hash, number, microseconds, actor, first and last event, content."""
    return hashlib.sha256(_encoded([previous, *fields]).encode()).hexdigest()
