"""What a procedure costs: as its handler says for these very answers, or as its offer publishes it. Never a guess."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

from pilotkit.catalog.catalog import Catalog
from pilotkit.model.procedure import Channel, Fee

Fees = tuple[Fee, ...] | Literal["free"] | None
"""Amounts; ``free`` where the source says so; None where nothing is published."""


def fees_of(catalog: Catalog, code: str, channel: Channel, answers: Mapping[str, Any]) -> Fees:
    """Return the fees of an application.

    Raises:
        UnknownError: no such procedure.
    """
    offer = catalog.procedure(code).offer(channel)
    handler = catalog.handlers.get(code)
    told = handler.fees(answers) if handler is not None else None
    if told is not None:
        return tuple(told) or "free"
    return offer.fees if offer is not None else None


def due_at_application(catalog: Catalog, code: str, channel: Channel, answers: Mapping[str, Any]) -> Decimal | None:
    """Return the amount that is certain at application; None for none, or where an officer must say.

    It is certain where a handler has worked it out for these answers, and where the offer publishes exactly one amount
    that is paid once a case. Several amounts are a choice, and an amount for each page or copy needs a number.
    """
    fees = fees_of(catalog, code, channel, answers)
    handler = catalog.handlers.get(code)
    is_worked_out = handler is not None and handler.fees(answers) is not None
    if not isinstance(fees, tuple) or not fees or any(fee.per for fee in fees) or (len(fees) > 1 and not is_worked_out):
        return None
    return sum((fee.amount for fee in fees), Decimal(0))
