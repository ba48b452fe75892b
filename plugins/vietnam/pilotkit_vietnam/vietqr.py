"""Fees by VietQR: a transfer to the office's account that any bank's app fills in from a picture.

NAPAS's VietQR service (QR codes after EMVCo's merchant-presented mode) carries bank, account, amount and purpose. It
says nothing of what arrives: that is read from the bank's statements, which somebody or something puts into a folder.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from vietnam_qr_pay import BanksObject, QRPay

from pilotkit import Connector, DataError, Place
from pilotkit.cases import BankStatements, PaymentOrder

ID = "vietqr"
CURRENCY = "VND"
STATEMENTS = "var/statements"
"""Where the bank's statements are looked for, below the deployment."""
TEXTS = (
    "nội dung",
    "diễn giải",
    "mô tả",
    "nội dung giao dịch",
    "chi tiết giao dịch",
    "description",
    "details",
    "reference",
)
"""Headings of statement columns that hold what the payer wrote."""
AMOUNTS = ("ghi có", "số tiền ghi có", "phát sinh có", "có", "số tiền", "credit", "credit amount", "amount")
"""Headings of the column with what came in."""
_WANTED = ("bank", "account", "holder")
_ACCOUNT = re.compile(r"[0-9A-Za-z]{6,19}")
_LARGEST = Decimal(10) ** 13
"""The amount field of a code has thirteen characters."""


class VietQr:
    """Transfers to one account.

    Args:
        bank: the bank's six-digit BIN.
        account: its number.
        holder: whose it is, in words for the payer.
        statements: what has arrived.
    """

    def __init__(self, bank: str, account: str, holder: str, statements: BankStatements) -> None:
        self._bank, self._account, self._holder = bank, account, holder
        self._statements = statements

    def order(self, reference: str, amount: Decimal, currency: str) -> PaymentOrder:
        """Return a transfer of whole đồng, as words and as a code.

        Raises:
            DataError: another currency, a part of a đồng, or more than a code can say.
        """
        if currency != CURRENCY or amount != amount.to_integral_value() or not 0 < amount < _LARGEST:
            raise DataError(
                f"VietQR cannot carry {amount} {currency}: it takes whole {CURRENCY} below {_LARGEST:,}.",
                where=Place("pilot.toml", "payment.connector"),
                remedy="Correct the fee, the deployment's currency, or choose another connector.",
            )
        code = QRPay.init_viet_qr(self._bank, self._account, amount=f"{amount:.0f}", purpose=reference)
        name = BANKS[self._bank]
        return PaymentOrder(
            reference=reference, amount=amount, currency=currency, qr_text=code.build(),
            account=f"{name} · {self._account} · {self._holder}",
        )  # fmt: skip

    def received(self, reference: str, is_order: Callable[[str], bool]) -> Decimal:
        """Return what the statements say has arrived."""
        return self._statements.received(reference, is_order)


BANKS: Mapping[str, str] = {bank.bin: bank.short_name for bank in BanksObject.values()}
"""The banks that take transfers by VietQR: BIN and name."""


def made(settings: dict[str, Any]) -> VietQr:
    """Return the connector from ``[payment] settings``: ``bank``, ``account``, ``holder``, and ``statements``.

    Raises:
        DataError: one of them is missing, or names no bank or account.
    """
    for name in _WANTED:
        if not settings.get(name):
            raise _wrong(name, "is missing.", f"VietQR needs {', '.join(_WANTED)}.")
    if settings["bank"] not in BANKS:
        raise _wrong(
            "bank", f"there is no bank '{settings['bank']}' in VietQR.", "Give its six-digit BIN, such as 970436."
        )
    if not _ACCOUNT.fullmatch(settings["account"]):
        raise _wrong("account", "is not an account number.", "Give 6 to 19 digits or letters.")
    folder = Path(settings["folder"]) / settings.get("statements", STATEMENTS)
    return VietQr(
        settings["bank"], settings["account"], settings["holder"], BankStatements(folder, texts=TEXTS, amounts=AMOUNTS)
    )


def _wrong(key: str, what: str, remedy: str) -> DataError:
    return DataError(what, where=Place("pilot.toml", f"payment.settings.{key}"), remedy=remedy)


CONNECTOR = Connector(ID, "payment", made)
