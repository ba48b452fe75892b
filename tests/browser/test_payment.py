"""Paying with a bank's app: the office asks, the phone shows the code, the bank's statement says that it came."""

import base64
import json
from collections.abc import Iterator

import pytest
from applications import COPY
from hanoi_office import Citizen, Officer, served
from tests.drill import size

from pilotkit.cases import CaseStatus

ENVIRONMENT = {
    "PILOTKIT_KEYS": "test:" + base64.b64encode(bytes(range(32))).decode(),
    "PILOTKIT_PAYMENT__CONNECTOR": "vietqr",
    "PILOTKIT_PAYMENT__SETTINGS": json.dumps({"bank": "970436", "account": "0000000000", "holder": "KHONG CO THAT"}),
}


@pytest.fixture(scope="module")
def paid_office(tmp_path_factory) -> Iterator:
    """The example with an account that does not exist, at a bank that does."""
    with served(tmp_path_factory.mktemp("payment") / "hanoi", ENVIRONMENT) as opened:
        yield opened


@pytest.mark.drill
@pytest.mark.parametrize("language", size(["vi"], ["vi", "en"]))
def test_a_fee_is_asked_for_at_the_counter_and_paid_with_a_code(paid_office, screens, accessibility, language):
    office, (phone, desk), wrong = paid_office, screens[True], []
    receipt = office.received(COPY)
    citizen, officer = Citizen(office, phone, language), Officer(office, desk, language)
    citizen.code, citizen.key = receipt.case.code, receipt.follow_key
    officer.sit("receiving-00070", f"/counter/cases/{citizen.code}")
    officer.act("payment_requested", reason="Phí chứng thực ba bản sao.", amount="15.000")
    wrong += accessibility.problems(desk)
    order = office.services.payments.of(citizen.code).order
    assert [True, True] == ["15000" in order.qr_text, order.reference in order.qr_text]

    citizen.go(citizen.own + "/payment")
    assert phone.locator("img.qr").get_attribute("src").startswith("data:image/svg+xml")
    assert order.reference in phone.locator(".pay").inner_text()
    wrong += accessibility.problems(phone)
    phone.locator("#payment form button").click()
    assert phone.locator("[role=status]").count() == 1  # nothing has come yet
    statements = office.services.deployment.folder / "var/statements"
    statements.mkdir(parents=True, exist_ok=True)
    rows = ["Nội dung,Ghi có,Số bút toán", f"NGUYEN THI KHUYET DANH {order.reference} chuyen tien,15000,{language}"]
    (statements / f"{language}.csv").write_text("\n".join(rows), encoding="utf-8")
    phone.locator("#payment form button").click()
    phone.locator("#payment .status.met").wait_for()
    wrong += accessibility.problems(phone)
    assert office.case(citizen.code).status is CaseStatus.PROCESSING
    assert [] == wrong, "\n".join(wrong)
