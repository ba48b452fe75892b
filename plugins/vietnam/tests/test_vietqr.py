"""A fee becomes a code that a bank's app reads, and what arrives is found in the bank's statements."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vietnam_qr_pay import QRPay

from pilotkit import DataError
from pilotkit.cases import PaymentConnector
from pilotkit.catalog.connectors import connect
from pilotkit_vietnam.vietqr import CONNECTOR, VietQr

ACCOUNT = {"bank": "970436", "account": "0011001234567", "holder": "UBND phường Ví Dụ"}
REFERENCE = "7K2M9QX4T0ZB"


def connected(settings):
    return connect(CONNECTOR, settings, "payment.settings", VietQr)


@pytest.fixture
def vietqr(tmp_path):
    return connected({**ACCOUNT, "folder": str(tmp_path)})


@given(st.integers(1, 10**13 - 1))
def test_the_code_says_account_amount_and_reference(tmp_path_factory, amount):
    order = connected({**ACCOUNT, "folder": str(tmp_path_factory.getbasetemp())}).order(
        REFERENCE, Decimal(amount), "VND"
    )
    read = QRPay(order.qr_text)
    assert read.is_valid
    assert ("970436", "0011001234567", str(amount), REFERENCE) == (
        read.consumer.bank_bin, read.consumer.bank_number, read.amount, read.additional_data.purpose,
    )  # fmt: skip


def test_the_payer_reads_bank_account_and_holder(vietqr):
    order = vietqr.order(REFERENCE, Decimal(8000), "VND")
    assert "Vietcombank · 0011001234567 · UBND phường Ví Dụ" == order.account


@pytest.mark.parametrize(
    ("amount", "currency"), [("0.5", "VND"), ("8000", "USD"), ("0", "VND"), ("-1", "VND"), ("10000000000000", "VND")]
)
def test_what_a_code_cannot_say_is_refused(vietqr, amount, currency):
    with pytest.raises(DataError, match="VietQR cannot carry"):
        vietqr.order(REFERENCE, Decimal(amount), currency)


def test_what_has_arrived_is_in_the_statements(vietqr, tmp_path):
    assert Decimal(0) == vietqr.received(REFERENCE, lambda _: False)
    folder = tmp_path / "var" / "statements"
    folder.mkdir(parents=True)
    (folder / "7.csv").write_text(
        "NGÂN HÀNG;;\nNgày;Diễn giải;Ghi có\n"
        f"01/07/2025;MBVCB.9.{REFERENCE}.CT tu 1;8.000\n02/07/2025;CHUYEN TIEN;9.000\n",
        encoding="utf-8",
    )
    assert Decimal(8000) == vietqr.received(REFERENCE, lambda _: False)


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("bank", "", r"payment\.settings\.bank: there is no bank ''"),
        ("bank", "000000", r"payment\.settings\.bank: there is no bank '000000'"),
        ("account", "12-34", r"payment\.settings\.account: is not an account number"),
        ("holder", "", r"payment\.settings\.holder: String should have at least 1 character"),
        ("branch", "x", r"payment\.settings\.branch: is not a key that pilotkit knows"),
    ],
)
def test_a_setting_that_is_wrong_is_named(tmp_path, key, value, says):
    with pytest.raises(DataError, match=says):
        connected({**ACCOUNT, key: value, "folder": str(tmp_path)})


def test_it_is_a_payment_connector(vietqr):
    assert ("vietqr", "payment") == (CONNECTOR.id, CONNECTOR.kind)
    assert isinstance(vietqr, PaymentConnector)
