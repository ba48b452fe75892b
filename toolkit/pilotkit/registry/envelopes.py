"""Signed statements: an in-toto Statement v1 in a DSSE envelope, readable by any verifier of the two standards.

Sources: the DSSE protocol 1.0 and the in-toto Attestation Framework, Statement v1.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import Key, Signer

from pilotkit.errors import TrustError

STATEMENT = "https://in-toto.io/Statement/v1"
PAYLOAD = "application/vnd.in-toto+json"
_REMEDY = "Ask whoever sent it for the original."


def sign_statement(
    subject: Mapping[str, str], kind: str, predicate: Mapping[str, Any], signers: Sequence[Signer]
) -> bytes:
    """Return a statement about files, signed.

    Args:
        subject: the SHA-256 (hexadecimal) of each file by its name.
        kind: the type of the predicate, a URI.
        predicate: what is said, as plain data.
        signers: one signature each.

    Returns:
        The envelope as JSON in UTF-8.
    """
    statement = {
        "_type": STATEMENT,
        "subject": [{"name": name, "digest": {"sha256": digest}} for name, digest in subject.items()],
        "predicateType": kind,
        "predicate": predicate,
    }
    payload = json.dumps(statement, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    envelope = Envelope(payload, PAYLOAD, {})
    for signer in signers:
        envelope.sign(signer)
    return json.dumps(envelope.to_dict(), sort_keys=True).encode() + b"\n"


def open_statement(
    data: bytes, keys: Sequence[Key], kind: str, *, threshold: int = 1, digest: str | None = None
) -> dict[str, Any]:
    """Return what a signed statement says, once its signatures hold.

    Args:
        data: the envelope.
        keys: whose signatures count.
        kind: the type of predicate that is expected.
        threshold: how many of the keys must have signed.
        digest: a SHA-256 that must be among its subjects.

    Returns:
        The whole statement as plain data; ``predicate`` is what was said.

    Raises:
        TrustError: not such an envelope, too few signatures, or about something else.
    """
    try:
        envelope = Envelope.from_dict(json.loads(data.decode()))
        envelope.verify(list(keys), threshold)
    except VerificationError:
        raise TrustError("the statement is not signed by a key that counts.", remedy=_REMEDY) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise TrustError("this is not a signed statement.", remedy=_REMEDY) from None
    statement = _statement(envelope)
    if statement.get("predicateType") != kind:
        raise TrustError(f"the statement is not of the kind {kind}.", remedy=_REMEDY)
    if digest is not None and digest not in _digests(statement):
        raise TrustError("the statement is about another file.", remedy=_REMEDY)
    return statement


def _statement(envelope: Envelope) -> dict[str, Any]:
    """Parse the statement; its signatures have been verified."""
    try:
        statement = json.loads(envelope.payload)
    except (ValueError, RecursionError):
        statement = None
    if envelope.payload_type != PAYLOAD or not isinstance(statement, dict) or statement.get("_type") != STATEMENT:
        raise TrustError("this is not an in-toto statement.", remedy=_REMEDY)
    return statement


def _digests(statement: Mapping[str, Any]) -> set[str]:
    subjects = statement.get("subject")
    found = (each.get("digest") for each in subjects if isinstance(each, dict)) if isinstance(subjects, list) else ()
    return {str(each.get("sha256")) for each in found if isinstance(each, dict)}
