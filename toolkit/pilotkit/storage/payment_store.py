"""The store of payments. Amounts are decimal text: no engine may round money."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Index, Table, UniqueConstraint, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel

from pilotkit.model.payment import Payment, PaymentOrder, PaymentState
from pilotkit.storage.tables import Instant


class PaymentRow(SQLModel, table=True):
    """One payment order and its state."""

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("case_code", "event", name="one_payment_a_request"),
        Index("payments_by_state", "state"),
    )

    reference: str = Field(primary_key=True)
    case_code: str = Field(foreign_key="cases.code")
    event: int
    """The number of the event that requested it."""
    amount: str
    currency: str
    account: str
    qr_text: str | None = None
    state: str
    received: str
    requested_at: datetime = Field(sa_type=Instant)
    confirmed_at: datetime | None = Field(default=None, sa_type=Instant)


PAYMENTS: Table = PaymentRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table models


def keep_payment(session: Session, case_code: str, event: int, order: PaymentOrder, at: datetime) -> bool:
    """Store an order; return False where this request has one already, which stays."""
    row = PaymentRow(
        reference=order.reference, case_code=case_code, event=event, amount=str(order.amount), currency=order.currency,
        account=order.account, qr_text=order.qr_text, state=PaymentState.REQUESTED, received="0", requested_at=at,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False
    return True


def payment_of(session: Session, case_code: str) -> tuple[Payment, int] | None:
    """Return the newest payment of a case, with the number of the event that requested it."""
    query = select(PaymentRow).where(PAYMENTS.c.case_code == case_code).order_by(PAYMENTS.c.event.desc()).limit(1)
    row = session.scalar(query)
    return (_payment(row), row.event) if row else None


def case_of_payment(session: Session, reference: str) -> str | None:
    """Return the code of the case that an order is for."""
    found: str | None = session.scalar(select(PAYMENTS.c.case_code).where(PAYMENTS.c.reference == reference))
    return found


def cases_to_pay(session: Session) -> tuple[str, ...]:
    """Return the codes of cases with an unconfirmed order, the oldest order first."""
    query = select(PAYMENTS.c.case_code).where(PAYMENTS.c.state == PaymentState.REQUESTED)
    return tuple(dict.fromkeys(session.scalars(query.order_by(PAYMENTS.c.requested_at))))


def note_received(session: Session, reference: str, received: Decimal) -> None:
    """Store the amount received for an order."""
    session.execute(update(PAYMENTS).where(PAYMENTS.c.reference == reference).values(received=str(received)))


def confirm(session: Session, reference: str, at: datetime) -> bool:
    """Mark an order as paid; return True for the first call only."""
    open_ = (PAYMENTS.c.reference == reference) & (PAYMENTS.c.state == PaymentState.REQUESTED)
    done = session.execute(update(PAYMENTS).where(open_).values(state=PaymentState.CONFIRMED, confirmed_at=at))
    return bool(done.rowcount)  # type: ignore[attr-defined]  # SQLAlchemy types it for SELECT


def _payment(row: PaymentRow) -> Payment:
    order = PaymentOrder(
        reference=row.reference, amount=Decimal(row.amount), currency=row.currency, account=row.account,
        qr_text=row.qr_text,
    )  # fmt: skip
    return Payment(
        case=row.case_code, order=order, state=PaymentState(row.state), requested_at=row.requested_at,
        confirmed_at=row.confirmed_at, received=Decimal(row.received),
    )  # fmt: skip
