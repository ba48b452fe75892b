"""Receipts are believed for their signature, once, and only forwards in time."""

import base64
import json
from datetime import timedelta

import pytest
from securesystemslib.signer import CryptoSigner

from pilotkit import DataError, UnknownError
from pilotkit.adoption.signed_receipt import sign_receipt
from pilotkit.trust import TrustError


def test_a_signed_receipt_is_taken(ministry, receipt):
    ministry.take(receipt("PA"))
    assert receipt("PA") == ministry.ledger.newest()["PA"][0].receipt


def test_the_same_receipt_is_not_taken_twice(ministry, receipt):
    data = ministry.signed(receipt("PA"))
    ministry.ledger.take(data, ministry.clock())
    with pytest.raises(TrustError, match="taken already"):
        ministry.ledger.take(data, ministry.clock())


def test_the_same_words_signed_anew_are_not_newer(ministry, receipt):
    ministry.take(receipt("PA"))
    again = json.loads(ministry.signed(receipt("PA")))
    with pytest.raises(TrustError, match="is known, which is not older"):
        ministry.ledger.take(json.dumps(again, indent=1).encode(), ministry.clock())


def test_an_older_receipt_is_refused(ministry, receipt, now):
    ministry.take(receipt("PA"))
    with pytest.raises(TrustError, match="not older"):
        ministry.take(receipt("PA", issued=now - timedelta(days=1)))


def test_a_newer_receipt_takes_the_place_of_the_last(ministry, receipt, now):
    ministry.take(receipt("PA", issued=now - timedelta(days=1)))
    ministry.take(receipt("PA"))
    assert [now] == [taken.receipt.issued for taken in ministry.ledger.newest()["PA"]]
    assert 2 == len(ministry.ledger.history("PA"))


def test_a_receipt_of_the_future_is_refused(ministry, receipt, now):
    with pytest.raises(TrustError, match="of the future"):
        ministry.take(receipt("PA", issued=now + timedelta(days=1)))


def test_a_receipt_is_refused_before_the_key_is_registered(make_ministry, receipt):
    fresh = make_ministry()
    with pytest.raises(TrustError):
        fresh.take(receipt("PA"))
    assert {} == fresh.ledger.newest()


def test_a_province_cannot_speak_for_another(ministry, receipt):
    with pytest.raises(TrustError, match="another province signed it"):
        ministry.ledger.take(sign_receipt(receipt("PA"), [ministry.signers["PB"]]), ministry.clock())


def test_one_changed_figure_is_refused(ministry, receipt):
    envelope = json.loads(ministry.signed(receipt("PA")))
    payload = base64.b64decode(envelope["payload"]).replace(b'"numerator":80', b'"numerator":99')
    envelope["payload"] = base64.b64encode(payload).decode()
    with pytest.raises(TrustError, match="not signed by a key that counts"):
        ministry.ledger.take(json.dumps(envelope).encode(), ministry.clock())


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"\xff\xfe", b"{" * 5000])
def test_what_is_no_receipt_is_refused(ministry, data):
    with pytest.raises(TrustError):
        ministry.ledger.take(data, ministry.clock())


def test_a_key_may_be_replaced(ministry, receipt, pem):
    ministry.signers["PA"] = CryptoSigner.generate_ed25519()
    ministry.ledger.trust("PA", pem(ministry.signers["PA"]), ministry.clock())
    ministry.take(receipt("PA"))
    assert ["PA"] == list(ministry.ledger.newest())


def test_one_key_does_not_speak_for_two(ministry, pem):
    with pytest.raises(DataError, match="PA signs with this key already"):
        ministry.ledger.trust("PB", pem(ministry.signers["PA"]), ministry.clock())


def test_a_key_of_no_province_is_refused(ministry, pem):
    with pytest.raises(UnknownError, match="no province 'ZZ'"):
        ministry.ledger.trust("ZZ", pem(CryptoSigner.generate_ed25519()), ministry.clock())


def test_what_is_no_key_is_refused(ministry):
    with pytest.raises(DataError, match="not an Ed25519 public key"):
        ministry.ledger.trust("PA", "hello", ministry.clock())


def test_a_receipt_comes_by_post_without_an_account(ministry, receipt):
    guest, data = ministry.guest, ministry.signed(receipt("PA"))
    answer = guest.post("/en/hub/receipts", content=data)
    assert (200, "town-pa") == (answer.status_code, answer.json()["taken"])
    again = guest.post("/en/hub/receipts", content=data)
    assert (422, "this receipt was taken already.") == (again.status_code, again.json()["what"])


def test_a_receipt_by_post_that_is_not_signed_is_refused(ministry):
    answer = ministry.guest.post("/en/hub/receipts", content=b"{}")
    assert (422, "this is not a signed statement.") == (answer.status_code, answer.json()["what"])
    assert {} == ministry.ledger.newest()


def test_more_than_a_receipt_may_be_is_refused_by_post(ministry):
    assert 413 == ministry.guest.post("/en/hub/receipts", content=b"x" * (11 * 1024 * 1024)).status_code
