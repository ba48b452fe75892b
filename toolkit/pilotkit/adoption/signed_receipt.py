"""A receipt as a signed statement: DSSE around an in-toto Statement whose predicate is the receipt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from pydantic import ValidationError
from securesystemslib.signer import Key, Signer, SSlibKey

from pilotkit.errors import DataError, TrustError
from pilotkit.model.adoption import FORMAT, AdoptionReceipt
from pilotkit.model.plain_data import PlainData
from pilotkit.registry.envelopes import open_statement, sign_statement

KIND = "urn:pilotkit:adoption-receipt:v1"
"""The type of the predicate."""
LARGEST = 8 * 1024 * 1024
"""Bytes of a receipt."""
_NOTHING = "0" * 64
_REMEDY = "Ask the province to write it again with 'pilotkit receipt'."


def sign_receipt(receipt: AdoptionReceipt, signers: Sequence[Signer]) -> bytes:
    """Return the receipt, signed; its subject is the package, by identity. An authored model has none, and so zeros."""
    package = receipt.package
    subject = {f"{package.name}-{package.version}": package.identity or _NOTHING}
    return sign_statement(subject, KIND, receipt.model_dump(mode="json", exclude_none=True), signers)


def open_receipt(data: bytes, keys: Mapping[str, str]) -> AdoptionReceipt:
    """Return what a signed receipt says, once its signature holds and is its own province's.

    Args:
        data: the envelope.
        keys: the public key (PEM) of each province that is trusted, by its code.

    Raises:
        TrustError: no key of a trusted province signed it, or one that speaks for another.
        DataError: a key is none.
    """
    if len(data) > LARGEST:
        raise TrustError("the receipt is larger than any may be.", remedy=_REMEDY)
    public = {province: public_key(pem) for province, pem in keys.items()}
    predicate = open_statement(data, list(public.values()), KIND).get("predicate")
    receipt = _receipt(predicate)
    own = public.get(receipt.province)
    if own is None or not _is_signed(data, own):
        raise TrustError(
            f"the receipt speaks for province {receipt.province}, but another province signed it.", remedy=_REMEDY
        )
    return receipt


def public_key(pem: str) -> Key:
    """Return an Ed25519 public key from its PEM text.

    Raises:
        DataError: it is none.
    """
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise DataError("this is not an Ed25519 public key.", remedy="Name the file that ends in .pub.")
    return SSlibKey.from_crypto(key)


def _is_signed(data: bytes, key: Key) -> bool:
    try:
        open_statement(data, [key], KIND)
    except TrustError:
        return False
    return True


def _receipt(predicate: PlainData) -> AdoptionReceipt:
    said = predicate.get("format") if isinstance(predicate, dict) else None
    if isinstance(said, int) and said > FORMAT:
        raise TrustError(
            f"the receipt is of format {said}, and this pilotkit reads no newer one than {FORMAT}.",
            remedy="Install a newer pilotkit at the hub, then take it again.",
        )
    try:
        return AdoptionReceipt.model_validate(predicate)
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise TrustError(
            f"the receipt is signed, but its '{where}' cannot be: {first['msg']}.", remedy=_REMEDY
        ) from None
