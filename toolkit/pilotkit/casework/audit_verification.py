"""Is the history whole? The chain of audit records, held against events, signed checkpoints and the public key."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from pilotkit.errors import CaseError, DataError, Place
from pilotkit.model.audit import GENESIS, Checkpoint, content_of, hash_of, line_of
from pilotkit.storage.audit import Record
from pilotkit.storage.signoff_store import count_sign_offs, sign_off_line
from pilotkit.storage.store import Store

KEY = "PILOTKIT_AUDIT_KEY"
"""The environment variable with the private key: 32 bytes in base64."""


class KeyPair(NamedTuple):
    """An Ed25519 key pair, each half 32 bytes in base64."""

    private: str
    public: str


@dataclass(frozen=True)
class Verdict:
    """What an audit found."""

    records: int
    events: int
    signed_until: int
    """The last record that a checkpoint vouches for; 0 where there is none. What came later could be cut off unseen."""
    fault: str | None
    """The first thing that is wrong; None when all is whole."""


def new_keys() -> KeyPair:
    """Return a fresh key pair: the private half for the server's environment, the public half for everybody."""
    private = Ed25519PrivateKey.generate()
    return KeyPair(_text(private.private_bytes_raw()), _text(private.public_key().public_bytes_raw()))


def sign_checkpoint(store: Store, now: datetime) -> Checkpoint:
    """Sign the chain as it is now, and keep the checkpoint; a copy kept elsewhere shows later whether any was cut off.

    Raises:
        DataError: the environment holds no private key.
        CaseError: nothing has happened yet.
    """
    key = Ed25519PrivateKey.from_private_bytes(_bytes(os.environ.get(KEY, ""), KEY))
    last = store.last_record()
    if last is None:
        raise CaseError("there is nothing to sign: no case has been received.", remedy="Come back after the first one.")
    signature = _text(key.sign(Checkpoint.statement(last.number, last.hash)))
    checkpoint = Checkpoint(number=last.number, hash=last.hash, at=now, signature=signature)
    store.keep_checkpoint(checkpoint)
    return checkpoint


def verify(store: Store, public_key: str, elsewhere: Iterable[Checkpoint] = ()) -> Verdict:
    """Read the whole chain and say the first thing that is wrong with it.

    Args:
        store: the records and events.
        public_key: 32 bytes in base64.
        elsewhere: checkpoints that were kept outside the database.

    Raises:
        DataError: the key is not one.
    """
    key = Ed25519PublicKey.from_public_bytes(_bytes(public_key, "the public key"))
    checkpoints = {each.number: each for each in (*store.checkpoints(), *elsewhere)}
    audit = _Audit(store)
    fault = next(iter(audit.faults({number: each.hash for number, each in checkpoints.items()})), None)
    forged = (each for each in checkpoints.values() if not _is_signed(key, each))
    if fault is None and (first := next(forged, None)):
        fault = f"checkpoint {first.number} was not signed with this key"
    return Verdict(audit.records, audit.events, max(checkpoints, default=0), fault)


class _Audit:
    """One reading of the chain, beside the events that it vouches for."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.records = 0
        self.events = 0
        self.sign_offs = 0

    def faults(self, signed: dict[int, str]) -> Iterator[str]:
        previous = GENESIS
        covered: list[tuple[int, int]] = []
        for record in self._store.records():
            self.records += 1
            yield from self._fault_of_link(record, previous, signed)
            yield from self._fault_of_content(record)
            covered.append((record.first_event, record.last_event))
            previous = record.hash
        if lost := [number for number in sorted(signed) if number > self.records]:
            yield f"the log ends after record {self.records}, but record {lost[-1]} was signed: the end was cut off"
        yield from self._strangers(covered)
        if self.sign_offs != (found := count_sign_offs(self._store)):
            yield f"there are {found} sign-offs, but the log vouches for {self.sign_offs}: one was put in past it"

    def _fault_of_link(self, record: Record, previous: str, signed: dict[int, str]) -> Iterator[str]:
        if record.number != self.records:
            yield f"record {self.records} is missing: after {self.records - 1} comes {record.number}"
        if record.hash != hash_of(previous, *record[:-1]):
            yield f"record {record.number} was altered, or stands in another's place"
        if signed.get(record.number, record.hash) != record.hash:
            yield f"record {record.number} is not the one that was signed"

    def _fault_of_content(self, record: Record) -> Iterator[str]:
        if record.first_event > record.last_event:
            yield from self._fault_of_sign_off(record)
            return
        events = list(self._store.events_between(record.first_event, record.last_event))
        self.events += len(events)
        if content_of(line_of(event[1:]) for event in events) == record.content:
            return
        if record.first_event == record.last_event:
            what = "removed" if not events else "altered"
            yield f"event {record.first_event}, of record {record.number}, was {what}"
        else:
            yield f"the events {record.first_event} to {record.last_event}, of record {record.number}, were changed"

    def _fault_of_sign_off(self, record: Record) -> Iterator[str]:
        self.sign_offs += 1
        line = sign_off_line(self._store, record.number)
        if line is None:
            yield f"the sign-off of record {record.number} was removed"
        elif content_of([line]) != record.content:
            yield f"the sign-off of record {record.number} was altered"

    def _strangers(self, covered: list[tuple[int, int]]) -> Iterator[str]:
        """Events that two records vouch for, or none."""
        end = 0
        for first, last in [*sorted(covered), (self._store.extent().last_event + 1, 0)]:
            if first <= end:
                yield f"event {first} is vouched for twice"
            for event in self._store.events_between(end + 1, first - 1):
                yield f"event {event[0]} stands outside the log: it was put in past it"
            end = last


def _is_signed(key: Ed25519PublicKey, checkpoint: Checkpoint) -> bool:
    try:
        signature = base64.b64decode(checkpoint.signature, validate=True)
        key.verify(signature, Checkpoint.statement(checkpoint.number, checkpoint.hash))
    except (InvalidSignature, binascii.Error):
        return False
    return True


def _bytes(text: str, name: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error:
        raw = b""
    if len(raw) != 32:  # noqa: PLR2004  # Ed25519's keys are 32 bytes
        raise DataError(
            "is not a key: 32 bytes in base64 are needed.",
            where=Place(name),
            remedy="Make one with: pilotkit audit new-key.",
        )
    return raw


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
