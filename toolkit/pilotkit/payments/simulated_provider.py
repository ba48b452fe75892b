"""Payments for development: nobody pays, and somebody says that it was paid. This is not real money."""

from __future__ import annotations

import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from pilotkit.errors import TargetError
from pilotkit.model.payment import PaymentOrder
from pilotkit.model.surface import Connector
from pilotkit.payments.bank_statements import BankStatements

ID = "local"
FILE = "var/local-payments/said.csv"
"""Where it is written down what was said to be paid, below the deployment."""
WARNING = "NOT REAL MONEY · development only · pilotkit pay"
_HEADINGS = ("reference", "amount", "number")


class SimulatedProvider:
    """Believes ``pilotkit pay``; every order of it says that it is not real money.

    Args:
        folder: the deployment.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._statements = BankStatements(self._file.parent, texts=_HEADINGS[:1], amounts=_HEADINGS[1:2])

    def order(self, reference: str, amount: Decimal, currency: str) -> PaymentOrder:
        """Return an order that nobody can pay."""
        return PaymentOrder(reference=reference, amount=amount, currency=currency, account=WARNING)

    def received(self, reference: str, is_order: Callable[[str], bool]) -> Decimal:
        """Return what was said to have come."""
        return self._statements.received(reference, is_order)

    def say_paid(self, reference: str, amount: Decimal) -> None:
        """Write down that an amount came.

        Raises:
            TargetError: it cannot be written.
        """
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            lines = len(self._file.read_bytes().splitlines()) if self._file.is_file() else 0
            with self._file.open("a", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                if not lines:
                    writer.writerow(_HEADINGS)
                writer.writerow((reference, f"{amount:.2f}", max(lines, 1)))
        except OSError as problem:
            raise TargetError(
                f"{self._file} cannot be written: {problem.strerror}.", remedy="Make it writable."
            ) from None


def _made(settings: dict[str, Any]) -> SimulatedProvider:
    return SimulatedProvider(Path(settings["folder"]))


CONNECTOR = Connector(ID, "payment", _made)
