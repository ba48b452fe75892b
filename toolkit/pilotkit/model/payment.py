"""Payments: what a person is asked to pay, and the interface of whoever can confirm that it was paid."""

from __future__ import annotations

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


@runtime_checkable
class PaymentConnector(Protocol):
    """What a connector of kind ``payment`` makes. An answer that takes longer than a second is a fault."""

    def order(self, reference: str, amount: Decimal, currency: str) -> PaymentOrder:
        """How to pay ``amount``; the same reference gets the same order."""

    def is_confirmed(self, reference: str) -> bool:
        """Whether the whole amount of the order has arrived."""
