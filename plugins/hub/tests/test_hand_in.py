"""Receipts that an officer hands in through the form: each is told what became of it, and who did it is kept."""

import json
import re
from types import SimpleNamespace

import pytest

PAGE = "/en/hub/receipts/new"


@pytest.fixture
def hand_in(ministry):
    def send(*files, token=None, path=PAGE):
        held = re.search(r'name="form_token" value="([^"]+)"', ministry.get(path).html)[1]
        answer = ministry.client.post(
            path,
            data={"form_token": held if token is None else token},
            files=[("receipts", (f"{at}.json", data, "application/json")) for at, data in enumerate(files)],
        )
        return SimpleNamespace(status=answer.status_code, html=answer.text)

    return send


def test_a_receipt_is_taken_and_who_handed_it_in_is_kept(ministry, hand_in, receipt):
    page = hand_in(ministry.signed(receipt("PA")))
    assert (200, True) == (page.status, "Taken: town-pa" in page.html)
    assert ["PA"] == list(ministry.ledger.newest())
    assert ["hub-officer"] == list(ministry.ledger.hands().values())
    assert "by hub-officer" in ministry.get("/en/hub/receipts").words


def test_each_file_is_told_apart_and_one_that_fails_stops_no_other(ministry, hand_in, receipt):
    good, altered = ministry.signed(receipt("PA")), json.loads(ministry.signed(receipt("PB")))
    altered["payload"] = altered["payload"][:-8] + "AAAAAAA="
    page = hand_in(json.dumps(altered).encode(), b"hello", good)
    assert "Taken: town-pa" in page.html
    assert "No registered key of a province signed it" in page.html
    assert "This is not a signed receipt." in page.html
    assert ["hub-officer", "hub-officer"] == [actor for _, actor, _ in ministry.ledger.refusals()]


def test_the_same_file_twice_is_refused_in_the_language_of_the_page(ministry, hand_in, receipt):
    data = ministry.signed(receipt("PA"))
    hand_in(data)
    assert "This receipt was taken already." in hand_in(data).html
    assert "đã được nhận trước đó" in hand_in(data, path="/vi/hub/receipts/new").html


def test_a_form_without_a_file_says_so(hand_in):
    assert "Choose the file of a receipt." in hand_in().html


def test_a_form_that_another_site_sent_is_refused(ministry, hand_in, receipt):
    assert 403 == hand_in(ministry.signed(receipt("PA")), token="other").status
    assert {} == ministry.ledger.newest()


def test_more_than_a_file_may_be_is_refused(ministry, hand_in):
    assert 413 == hand_in(b"x" * (11 * 1024 * 1024)).status
    assert "It is larger than any receipt may be." in hand_in(b"x" * (9 * 1024 * 1024)).html


def test_a_guest_is_sent_to_sign_in(ministry):
    assert ministry.guest.get(PAGE).status_code in {302, 303}
    assert ministry.guest.post(PAGE, files={"receipts": b"{}"}).status_code in {302, 303}
