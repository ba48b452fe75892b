"""Signed statements: what was said comes back, and nothing else does."""

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from securesystemslib.signer import CryptoSigner

from pilotkit.errors import TrustError
from pilotkit.registry.envelopes import PAYLOAD, open_statement, sign_statement

ONE, TWO = CryptoSigner.generate_ed25519(), CryptoSigner.generate_ed25519()
KIND = "https://example.org/kind/v1"
DIGEST = "ab" * 32
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=8), JSON, max_size=4))
def test_what_was_said_comes_back(predicate: dict) -> None:
    data = sign_statement({"file": DIGEST}, KIND, predicate, [ONE])
    assert predicate == open_statement(data, [ONE.public_key], KIND, digest=DIGEST)["predicate"]


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 7))
def test_one_bit_of_what_was_said_is_noticed(place: int, bit: int) -> None:
    envelope = json.loads(sign_statement({"file": DIGEST}, KIND, {"cases": 12}, [ONE]))
    payload = bytearray(base64.b64decode(envelope["payload"]))
    payload[place % len(payload)] ^= 1 << bit
    envelope["payload"] = base64.b64encode(payload).decode()
    with pytest.raises(TrustError, match="not signed by a key that counts"):
        open_statement(json.dumps(envelope).encode(), [ONE.public_key], KIND)


def test_it_is_an_envelope_that_others_read_too() -> None:
    envelope = json.loads(sign_statement({"file": DIGEST}, KIND, {}, [ONE, TWO]))
    assert PAYLOAD == envelope["payloadType"]
    assert {ONE.public_key.keyid, TWO.public_key.keyid} == {each["keyid"] for each in envelope["signatures"]}
    statement = json.loads(base64.b64decode(envelope["payload"]))
    assert "https://in-toto.io/Statement/v1" == statement["_type"]
    assert [{"name": "file", "digest": {"sha256": DIGEST}}] == statement["subject"]


@pytest.mark.parametrize(
    ("keys", "given_", "what"),
    [
        ([TWO.public_key], {}, "not signed by a key that counts"),
        ([ONE.public_key, TWO.public_key], {"threshold": 2}, "not signed by a key that counts"),
        ([ONE.public_key], {"digest": "cd" * 32}, "is about another file"),
        ([], {}, "not a signed statement"),
    ],
)
def test_too_few_or_other_signatures_or_another_file(keys: list, given_: dict, what: str) -> None:
    data = sign_statement({"file": DIGEST}, KIND, {}, [ONE])
    with pytest.raises(TrustError, match=what):
        open_statement(data, keys, KIND, **given_)
    with pytest.raises(TrustError, match="is not of the kind"):
        open_statement(data, [ONE.public_key], "https://example.org/other")


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"payload": 1, "payloadType": "", "signatures": []}', b"[" * 9000]
)
def test_what_is_no_envelope(data: bytes) -> None:
    with pytest.raises(TrustError, match="not a signed statement"):
        open_statement(data, [ONE.public_key], KIND)
