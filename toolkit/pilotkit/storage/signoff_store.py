"""The store of sign-offs. They are never updated or deleted, and each has a record in the audit chain."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, Table, func
from sqlmodel import Field, Session, SQLModel, select

from pilotkit.model.accountability import SignOff
from pilotkit.model.audit import content_of, line_of
from pilotkit.model.kpi import TargetStatus
from pilotkit.storage.audit import hold_chain, vouch_for_sign_off
from pilotkit.storage.driver_statements import DriverStatements
from pilotkit.storage.store import Store
from pilotkit.storage.tables import Day, Instant, microseconds


class SignOffRow(SQLModel, table=True):
    """One sign-off, and the number of its audit record."""

    __tablename__ = "sign_offs"

    number: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    record: int = Field(unique=True, sa_type=BigInteger)
    kpi: str
    scheme: str
    unit: str
    unit_from: date = Field(sa_type=Day)
    goal: str
    assigned: date | None = Field(default=None, sa_type=Day)
    due: date | None = Field(default=None, sa_type=Day)
    head: str
    office: str
    status: str
    numerator: int = Field(sa_type=BigInteger)
    denominator: int = Field(sa_type=BigInteger)
    minimum: int = Field(sa_type=BigInteger)
    definition_hash: str
    location_version: str
    as_of: datetime = Field(sa_type=Instant)
    completeness: str | None = None
    apportioned: bool
    simulated: bool
    signed_by: str
    signed_at: datetime = Field(sa_type=Instant)
    remark: str | None = None


_SIGNED: Table = SignOffRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table models
_FIELDS = tuple(SignOff.model_fields)
"""The hashed fields, in this order."""


def next_number(session: Session) -> int:
    """Return the number of the next sign-off, and lock the chain until the transaction ends."""
    hold_chain(DriverStatements.of(session.connection()))
    return (session.scalar(select(func.max(_SIGNED.c.number))) or 0) + 1


def add_sign_off(session: Session, signed: SignOff) -> None:
    """Insert a sign-off and its audit record.

    Args:
        session: a write session.
        signed: the sign-off, with the number from :func:`next_number` in the same transaction.
    """
    content = content_of([_line(signed)])
    record = vouch_for_sign_off(DriverStatements.of(session.connection()), signed.signed_at, signed.signed_by, content)
    plain = {
        "goal": str(signed.goal),
        "completeness": None if signed.completeness is None else str(signed.completeness),
    }
    session.add(SignOffRow(record=record, **signed.model_dump() | plain | {"status": signed.status.value}))
    session.flush()


def sign_offs(store: Store, kpi: str | None = None, unit: str | None = None) -> tuple[SignOff, ...]:
    """Return every sign-off in order, or those of one KPI or of units with one code.

    Raises:
        TargetError: the database cannot be read.
    """
    asked = select(SignOffRow).order_by(_SIGNED.c.number)
    for column, wanted in ((_SIGNED.c.kpi, kpi), (_SIGNED.c.unit, unit)):
        if wanted is not None:
            asked = asked.where(column == wanted)
    with store.read_session() as session:
        return tuple(_noun(row) for row in session.exec(asked))


def last_of(session: Session, kpi: str, unit: str, unit_from: date) -> SignOff | None:
    """Return the newest sign-off of one KPI in one unit; None where there is none."""
    of_it = (_SIGNED.c.kpi == kpi, _SIGNED.c.unit == unit, _SIGNED.c.unit_from == unit_from)
    row = session.exec(select(SignOffRow).where(*of_it).order_by(_SIGNED.c.number.desc()).limit(1)).first()
    return _noun(row) if row else None


def count_sign_offs(store: Store) -> int:
    """Return the number of sign-offs."""
    with store.read_session() as session:
        return session.scalar(select(func.count()).select_from(_SIGNED)) or 0


def sign_off_line(store: Store, record: int) -> bytes | None:
    """Return the hashed line of the sign-off with this audit record; None where it is missing."""
    with store.read_session() as session:
        row = session.exec(select(SignOffRow).where(_SIGNED.c.record == record)).first()
        return _line(_noun(row)) if row else None


def _noun(row: SignOffRow) -> SignOff:
    values = row.model_dump(exclude={"record"})
    completeness = None if row.completeness is None else Decimal(row.completeness)
    told = {"goal": Decimal(row.goal), "completeness": completeness, "status": TargetStatus(row.status)}
    return SignOff(**values | told)


def _line(signed: SignOff) -> bytes:
    """Return the hashed line: a JSON array of the fields in order; instants in microseconds, decimals as text."""
    return line_of([_plain(getattr(signed, name)) for name in _FIELDS])


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return microseconds(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal | TargetStatus) else value
