"""``pay``: what has arrived? And, in development, saying that something has."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated

import typer

from pilotkit.cli.output import say, tell
from pilotkit.cli.package_commands import DeploymentPath

if TYPE_CHECKING:
    from pilotkit.model.payment import Payment
    from pilotkit.payments.payments import Payments


def pay(
    deployment: DeploymentPath,
    reference: Annotated[
        str | None, typer.Argument(help="The order that was paid; only where [payment] connector is local.")
    ] = None,
    amount: Annotated[str | None, typer.Option("--amount", help="How much came; what is missing unless told.")] = None,
) -> None:
    """Ask the payment connector what has arrived; cases whose whole fee is there go on.

    With REFERENCE, and the connector `local` for development, say that the order was paid. That is not real money.
    """
    from pilotkit.services import open_services

    with open_services(deployment) as services:
        payments = services.payments
        for payment in (_said_paid(payments, reference, amount),) if reference else payments.check_all():
            _show(payment)


def _said_paid(payments: Payments, reference: str, amount: str | None) -> Payment:
    from pilotkit.errors import CaseError, Place
    from pilotkit.payments.simulated_provider import WARNING, SimulatedProvider

    if not isinstance(payments.connector, SimulatedProvider):
        raise CaseError(
            "only the connector 'local' believes what it is told.",
            where=Place("pilot.toml", "payment.connector"),
            remedy="Leave out the reference to ask the connector what has arrived.",
        )
    payment = payments.check_reference(reference)
    tell("■", "yellow", WARNING)
    payments.connector.say_paid(payment.order.reference, _amount(amount) if amount else payment.missing)
    return payments.check_reference(reference)


def _amount(text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal(0)
    if not found.is_finite() or found <= 0:
        raise typer.BadParameter("must be a number above 0", param_hint="--amount")
    return found


def _show(payment: Payment) -> None:
    order = payment.order
    came = f"{payment.received} of {order.amount} {order.currency}"
    say(f"{order.reference} for {payment.case}: {payment.state.value}, {came}")
    if payment.received and payment.missing:
        tell("■", "yellow", f"{payment.missing} {order.currency} are still missing; the case waits.")
    if payment.excess:
        tell("■", "yellow", f"{payment.excess} {order.currency} were paid too much and have to be given back.")
