"""The store of queue tickets. A change of a day's queue locks that day's row, so that two never interfere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from sqlalchemy import Table, text
from sqlmodel import Field, Session, SQLModel, select

from pilotkit.errors import UnknownError
from pilotkit.model.ticket import Ticket, TicketState
from pilotkit.storage.store import Store
from pilotkit.storage.tables import Instant


class QueueDayRow(SQLModel, table=True):
    """The last number given at one point on one day."""

    __tablename__ = "queue_days"

    point: str = Field(primary_key=True)
    day: str = Field(primary_key=True)
    last: int


class TicketRow(SQLModel, table=True):
    """One ticket."""

    __tablename__ = "queue_tickets"

    point: str = Field(primary_key=True)
    day: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    priority: bool
    procedure: str | None = None
    state: str
    counter: int | None = None
    taken_at: datetime = Field(sa_type=Instant)
    called_at: datetime | None = Field(default=None, sa_type=Instant)
    done_at: datetime | None = Field(default=None, sa_type=Instant)


_TICKETS: Table = TicketRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table models
_HOLD = text(
    "INSERT INTO queue_days (point, day, last) VALUES (:point, :day, :by) "
    "ON CONFLICT (point, day) DO UPDATE SET last = queue_days.last + :by RETURNING last"
)
"""One statement that creates or locks the day's row, valid on PostgreSQL and SQLite."""


class QueueDay:
    """One day's queue of one point in one transaction."""

    def __init__(self, session: Session, point: str, day: date) -> None:
        self._session = session
        self._point = point
        self._day = day.isoformat()

    def hold(self, numbers: int = 0) -> int:
        """Lock the queue, take ``numbers`` new numbers, and return the last number given."""
        values = {"point": self._point, "day": self._day, "by": numbers}
        return int(self._session.connection().execute(_HOLD, values).scalar_one())

    def tickets(self) -> tuple[Ticket, ...]:
        """Return every ticket of the day, by number."""
        mine = (_TICKETS.c.point == self._point, _TICKETS.c.day == self._day)
        return tuple(_ticket(row) for row in self._session.exec(select(TicketRow).where(*mine).order_by("number")))

    def ticket(self, number: int) -> Ticket:
        """Return one ticket.

        Raises:
            UnknownError: no such ticket on this day.
        """
        row = self._session.get(TicketRow, (self._point, self._day, number))
        if row is None:
            raise UnknownError(
                f"there is no ticket {number} at {self._point} on {self._day}.", remedy="Numbers begin anew each day."
            )
        return _ticket(row)

    def keep(self, ticket: Ticket) -> Ticket:
        """Store a ticket."""
        self._session.merge(ticket_row(ticket))
        return ticket


@contextmanager
def queue_day(store: Store, point: str, day: date, *, writes: bool = True) -> Iterator[QueueDay]:
    """Open one day's queue in one transaction; it may be changed where it ``writes``.

    Raises:
        TargetError: the database cannot be used; nothing was changed.
    """
    with store.write_session() if writes else store.read_session() as session:
        yield QueueDay(session, point, day)


def ticket_row(ticket: Ticket) -> TicketRow:
    """Return the row of a ticket."""
    return TicketRow(**ticket.model_dump(mode="python") | {"day": ticket.day.isoformat()})


def _ticket(row: TicketRow) -> Ticket:
    values = row.model_dump()
    return Ticket(**values | {"day": date.fromisoformat(row.day), "state": TicketState(row.state)})
