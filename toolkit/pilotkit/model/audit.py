"""The audit chain: records that each carry the hash of the one before, and signed checkpoints of it.

Whoever has the records, the events and the public key can tell whether anything was altered, removed, put in between
or cut off; nothing else of the system is needed. Hashes are SHA-256 (FIPS 180-4), signatures Ed25519 (RFC 8032).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import AwareDatetime, Field
from pydantic_core import to_json

from pilotkit.model.package import Sha256
from pilotkit.model.text import Noun

_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
GENESIS = "0" * 64
"""What stands before the first record."""


class Checkpoint(Noun):
    """A signed statement: after record ``number`` the chain had this ``hash``."""

    number: Annotated[int, Field(ge=1)]
    hash: Sha256
    at: AwareDatetime
    signature: str
    """Ed25519 over :meth:`statement`, in base64."""

    @staticmethod
    def statement(number: int, hash_: str) -> bytes:
        """What is signed: UTF-8 of ``pilotkit audit checkpoint NUMBER HASH``."""
        return f"pilotkit audit checkpoint {number} {hash_}".encode()


def line_of(event: tuple[Any, ...] | list[Any]) -> bytes:
    """One event as it is hashed: a JSON array of case id, number, kind, microseconds, actor, reason and changes."""
    return to_json(event)


class AuditContent:
    """The hash of events that are written together: of their lines in the order of their ids, line ends between."""

    def __init__(self) -> None:
        self._sum = hashlib.sha256()
        self._end = b""

    def add(self, lines: Iterable[bytes]) -> None:
        """More events."""
        text = b"\n".join(lines)
        self._sum.update(self._end + text)
        self._end = b"\n" if text else self._end

    def __str__(self) -> str:
        return self._sum.hexdigest()


def content_of(lines: Iterable[bytes]) -> str:
    """The hash of these lines."""
    content = AuditContent()
    content.add(lines)
    return str(content)


def hash_of(previous: str, *fields: str | int) -> str:
    """The hash of a record: of the one before it and of number, microseconds, actor, first and last event, content."""
    return hashlib.sha256(_encoded([previous, *fields]).encode()).hexdigest()
