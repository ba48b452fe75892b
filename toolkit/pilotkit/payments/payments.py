"""Payments: asked for with a case waiting, confirmed once by what the connector says has arrived."""

from __future__ import annotations

import secrets
from decimal import Decimal
from functools import cached_property

from pilotkit.casework.case_service import CaseService, Clock
from pilotkit.casework.tracking_keys import ALPHABET, check_symbol, symbols
from pilotkit.catalog.deployment import Deployment
from pilotkit.errors import CaseError, DataError, Place, UnknownError
from pilotkit.model.case import Case, CaseStatus, EventKind
from pilotkit.model.payment import Payment, PaymentConnector, PaymentState
from pilotkit.storage import payment_store as kept
from pilotkit.storage.store import Store

KIND = "payment"
"""The kind of connector that this room uses."""
_LENGTH = 11
"""Symbols of a reference before its check symbol: 55 random bits, which nobody guesses."""


class Payments:
    """The payments of one deployment.

    A request is one event of the case, which stands until the money is there; the order belongs to that event, and
    there is one at most. Money counts when the whole amount has arrived: what is short is said and asks for the rest;
    what is too much is said, and is the office's to give back.

    Args:
        deployment: its payment settings, currency and connectors.
        store: where orders are kept.
        case_service: lets cases wait and go on.
        clock: returns the aware present.
    """

    def __init__(self, deployment: Deployment, store: Store, case_service: CaseService, clock: Clock) -> None:
        self._deployment = deployment
        self._store = store
        self._case_service = case_service
        self._clock = clock

    @cached_property
    def connector(self) -> PaymentConnector | None:
        """Where money is paid to; None where ``[payment] connector`` names none.

        Raises:
            DataError: it names none that a plugin offers, or one that makes something else.
        """
        settings = self._deployment.settings.payment
        if settings.connector is None:
            return None
        offered = {id_: each for id_, each in self._deployment.catalog.connectors.items() if each.kind == KIND}
        found = offered.get(settings.connector)
        made = found.make({**settings.settings, "folder": str(self._deployment.folder)}) if found else None
        if not isinstance(made, PaymentConnector):
            raise DataError(
                f"no plugin offers the payment connector '{settings.connector}'.",
                where=Place("pilot.toml", "payment.connector"),
                remedy=f"Choose one of: {', '.join(offered) or 'none offered; enable a plugin that has one'}.",
            )
        return made

    def request(self, code: str, actor: str, reason: str, amount: Decimal) -> Payment:
        """Ask for an amount; the case waits until it is there. Asked again while it waits, the order stays as it is.

        Args:
            code: the case.
            actor: who asks: an office or role.
            reason: what for, in words for the person.
            amount: above 0, in the deployment's currency.

        Raises:
            UnknownError: no such case.
            CaseError: the case cannot wait now, or no connector is chosen.
            DataError: the connector cannot take the amount.
        """
        connector = self._connector()
        currency = self._deployment.settings.deployment.currency
        order = connector.order(new_reference(), amount, currency)  # before the case waits for what cannot be paid
        case = self._store.case(code)
        if case.status is not CaseStatus.PAYMENT_REQUESTED:
            case = self._case_service.request_payment(code, actor, reason)
        event = self._asked_by(case)
        with self._store.write_session() as session:
            kept.keep_payment(session, code, event, order, self._clock())
        payment = self.of(code)
        if payment is None:
            raise CaseError(f"case '{code}' has moved on since it was read.", remedy="Read it again.")
        return payment

    def of(self, code: str) -> Payment | None:
        """Return the newest payment of a case; None where nothing was asked for, or only an officer knows how much."""
        found = self._newest(code)
        return found[0] if found else None

    def check(self, code: str) -> Payment | None:
        """Ask the connector what has arrived; when it is the whole amount, confirm it once and let the case go on.

        Raises:
            UnknownError: no such case.
        """
        case = self._store.case(code)
        found = self._newest(code)
        if found is None or (connector := self.connector) is None:
            return found[0] if found else None
        payment, event = found
        received = max(connector.received(payment.order.reference, self._is_order), Decimal(0))
        with self._store.write_session() as session:
            if received != payment.received:
                kept.note_received(session, payment.order.reference, received)
            if received >= payment.order.amount and payment.state is PaymentState.REQUESTED:
                kept.confirm(session, payment.order.reference, self._clock())
        payment = self.of(code) or payment
        if payment.state is PaymentState.CONFIRMED:
            self._resume(case, event)
        return payment

    def check_reference(self, reference: str) -> Payment:
        """As :meth:`check`, by what the payer writes.

        Raises:
            UnknownError: no order has this reference.
        """
        with self._store.read_session() as session:
            code = kept.case_of_payment(session, reference)
        payment = self.check(code) if code is not None else None
        if payment is None:
            raise UnknownError(f"there is no payment '{reference}' here.", remedy="Check the reference of the order.")
        return payment

    def check_all(self) -> tuple[Payment, ...]:
        """Ask about every order that is not confirmed, the oldest first."""
        with self._store.read_session() as session:
            codes = kept.cases_to_pay(session)
        return tuple(payment for code in codes if (payment := self.check(code)) is not None)

    def _connector(self) -> PaymentConnector:
        if self.connector is None:
            raise CaseError(
                "nobody can be asked to pay here: no payment connector is chosen.",
                where=Place("pilot.toml", "payment.connector"),
                remedy="Choose one, or take the fee at the counter.",
            )
        return self.connector

    def _newest(self, code: str) -> tuple[Payment, int] | None:
        with self._store.read_session() as session:
            return kept.payment_of(session, code)

    def _is_order(self, word: str) -> bool:
        """Whether a word is the reference of an order; most are not, and their check symbol tells."""
        if len(word) != _LENGTH + 1 or not set(word) <= set(ALPHABET) or check_symbol(word[:-1]) != word[-1]:
            return False
        with self._store.read_session() as session:
            return kept.case_of_payment(session, word) is not None

    def _asked_by(self, case: Case) -> int:
        """Return the number of the event since which the case waits for money."""
        asked = [each for each in self._store.events(case.code) if each.kind is EventKind.PAYMENT_REQUESTED]
        return asked[-1].number if asked else 0

    def _resume(self, case: Case, event: int) -> None:
        """Let the case go on if it still waits for this very payment; whoever was quicker has done the same."""
        if case.status is CaseStatus.PAYMENT_REQUESTED and self._asked_by(case) == event:
            try:
                self._case_service.resume(case.code, "payment")
            except CaseError:
                if self._store.case(case.code).status is CaseStatus.PAYMENT_REQUESTED:
                    raise


def new_reference() -> str:
    """Return a random reference: twelve letters and digits that a bank leaves alone, the last a check symbol."""
    text = symbols(secrets.randbits(5 * _LENGTH), _LENGTH)
    return text + check_symbol(text)
