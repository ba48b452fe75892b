"""Payments: orders to a person, and the interface of a payment provider."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Protocol, runtime_checkable

from pydantic import AwareDatetime, Field

from pilotkit.model.text import Noun


class PaymentState(StrEnum):
    """The state of a payment."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"


class PaymentOrder(Noun):
    """The instructions to pay one amount."""

    reference: str
    """The payment reference, stated by the payer as the purpose; unique in the deployment."""
    amount: Annotated[Decimal, Field(gt=0)]
    currency: str
    account: str
    """The payee, in words for the person."""
    qr_text: str | None = None
    """The payload of the order's QR code; None where the provider has none."""


class Payment(Noun):
    """One order and its state."""

    case: str
    order: PaymentOrder
    state: PaymentState
    requested_at: AwareDatetime
    confirmed_at: AwareDatetime | None = None
    received: Annotated[Decimal, Field(ge=0)] = Decimal(0)
    """The amount received when the connector was last queried."""

    @property
    def missing(self) -> Decimal:
        """The outstanding amount; 0 when it is fully paid."""
        return max(self.order.amount - self.received, Decimal(0))

    @property
    def excess(self) -> Decimal:
        """The overpaid amount, to be refunded; 0 when there is none."""
        return max(self.received - self.order.amount, Decimal(0))


@runtime_checkable
class PaymentConnector(Protocol):
    """The interface of a connector of kind ``payment``. A call that takes longer than a second is a fault.

    ``make`` gets ``[payment.settings]``, and ``folder``, the path of the deployment.
    """

    def order(self, reference: str, amount: Decimal, currency: str) -> PaymentOrder:
        """Return the order for ``amount``; the same reference gets the same order.

        Raises:
            DataError: the provider does not accept that currency or amount.
        """

    def received(self, reference: str, is_order: Callable[[str], bool]) -> Decimal:
        """Return the amount received for an order so far; 0 where there is none. It never confirms by itself.

        Args:
            reference: the reference of the order.
            is_order: returns whether a word is the reference of any order here. A transfer that names several orders
                counts for none: its division among them is unknown, and it must not pay each of them.
        """
