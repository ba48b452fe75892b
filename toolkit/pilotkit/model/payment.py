"""Payments: what a person is asked to pay, and the interface of whoever knows what has arrived."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Protocol, runtime_checkable

from pydantic import AwareDatetime, Field

from pilotkit.model.text import Noun


class PaymentState(StrEnum):
    """Where a payment stands."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"


class PaymentOrder(Noun):
    """How to pay one amount."""

    reference: str
    """What the payer writes as the purpose; unique in the deployment."""
    amount: Annotated[Decimal, Field(gt=0)]
    currency: str
    account: str
    """Where to, in words for the person."""
    qr_text: str | None = None
    """What a QR code of the order holds; None where the provider knows none."""


class Payment(Noun):
    """One order and what became of it."""

    case: str
    order: PaymentOrder
    state: PaymentState
    requested_at: AwareDatetime
    confirmed_at: AwareDatetime | None = None
    received: Annotated[Decimal, Field(ge=0)] = Decimal(0)
    """What had arrived for it when the connector was last asked."""

    @property
    def missing(self) -> Decimal:
        """What is still to be paid; 0 when all has arrived."""
        return max(self.order.amount - self.received, Decimal(0))

    @property
    def excess(self) -> Decimal:
        """What was paid too much, such as twice, and has to be given back; 0 when nothing was."""
        return max(self.received - self.order.amount, Decimal(0))


@runtime_checkable
class PaymentConnector(Protocol):
    """What a connector of kind ``payment`` makes. An answer that takes longer than a second is a fault.

    ``make`` gets ``[payment.settings]``, and ``folder``, the path of the deployment.
    """

    def order(self, reference: str, amount: Decimal, currency: str) -> PaymentOrder:
        """How to pay ``amount``; the same reference gets the same order.

        Raises:
            DataError: it cannot take that currency or amount.
        """

    def received(self, reference: str, is_order: Callable[[str], bool]) -> Decimal:
        """All that has arrived for an order so far; 0 where nothing has. It never confirms by itself.

        Args:
            reference: of the order.
            is_order: whether a word is the reference of any order here. A transfer that names several orders counts
                for none: nobody knows how it is to be shared out, and it must not pay each of them.
        """
