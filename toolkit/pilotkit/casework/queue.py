"""The queue of a service point: numbers from 1 each day, who is called next, and how long it will take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from pilotkit.catalog.deployment import Deployment
from pilotkit.errors import CaseError
from pilotkit.model.ticket import Ticket, TicketState
from pilotkit.storage.store import Store
from pilotkit.storage.ticket_store import QueueDay, queue_day

OPEN_FOR = timedelta(hours=1)
"""A counter that has called nobody for longer is taken for closed, unless somebody is at it."""
_FROM: Mapping[str, frozenset[TicketState]] = {
    "served": frozenset({TicketState.CALLED}),
    "skipped": frozenset({TicketState.CALLED}),
    "called again": frozenset({TicketState.SKIPPED, TicketState.CALLED}),
}


class Queue:
    """The queues of a deployment's points. A new day begins at midnight of the deployment's zone.

    Each method raises :class:`UnknownError` where there is no such point, counter or ticket today.

    Args:
        deployment: whose points and time zone.
        store: where tickets are kept.
        clock: answers with the aware present.
    """

    def __init__(self, deployment: Deployment, store: Store, clock: Callable[[], datetime]) -> None:
        self._catalog = deployment.catalog
        self._store = store
        self._clock = clock

    def take(self, point: str, procedure: str | None = None, *, priority: bool = False) -> Ticket:
        """Return a new ticket, with a number that nobody else gets today.

        Raises:
            UnknownError: also when there is no such procedure.
            CaseError: the point is not open.
        """
        if self._catalog.point(point).status != "open":
            raise CaseError(f"point '{point}' is not open.", remedy="Send the person to one that is.")
        if procedure is not None:
            self._catalog.procedure(procedure)
        now = self._clock()
        with queue_day(self._store, point, self._day(now)) as day:
            return day.keep(
                Ticket(
                    point=point, day=self._day(now), number=day.hold(1), priority=priority, procedure=procedure,
                    taken_at=now,
                )
            )  # fmt: skip

    def call(self, point: str, counter: int) -> Ticket | None:
        """Return the next ticket for a counter: priority first, then by number; None when nobody waits.

        A counter that is asked again while somebody is at it gets the same ticket, so that pressing twice skips nobody.

        Raises:
            CaseError: the point has no such counter.
        """
        self._check_counter(point, counter)
        now = self._clock()
        with queue_day(self._store, point, self._day(now)) as day:
            day.hold()
            tickets = day.tickets()
            at_it = [each for each in tickets if each.state is TicketState.CALLED and each.counter == counter]
            chosen = at_it or _in_order(tickets)
            if not chosen or at_it:
                return chosen[0] if chosen else None
            return day.keep(_changed(chosen[0], state=TicketState.CALLED, counter=counter, called_at=now))

    def serve(self, point: str, number: int) -> Ticket:
        """Return the person with this ticket has been served.

        Raises:
            CaseError: it was not called, or is done.
        """
        return self._move(point, number, "served", state=TicketState.SERVED, done_at=self._clock())

    def skip(self, point: str, number: int) -> Ticket:
        """Nobody came with this ticket.

        Raises:
            CaseError: it was not called, or is done.
        """
        return self._move(point, number, "skipped", state=TicketState.SKIPPED, done_at=self._clock())

    def recall(self, point: str, number: int, counter: int) -> Ticket:
        """Call a ticket again, at this counter: one that was skipped, or whose holder has not come yet.

        Raises:
            CaseError: it waits still, or is done; the point has no such counter, or somebody else is at it.
        """
        self._check_counter(point, counter)
        return self._move(
            point, number, "called again",
            state=TicketState.CALLED, counter=counter, called_at=self._clock(), done_at=None,
        )  # fmt: skip

    def waiting(self, point: str) -> tuple[Ticket, ...]:
        """Who waits, in the order in which they will be called."""
        return _in_order(self.tickets(point))

    def called(self, point: str) -> tuple[Ticket, ...]:
        """Who is at a counter, or on the way to it; the latest call first."""
        at_one = [each for each in self.tickets(point) if each.state is TicketState.CALLED]
        return tuple(sorted(at_one, key=lambda each: each.called_at or each.taken_at, reverse=True))

    def tickets(self, point: str) -> tuple[Ticket, ...]:
        """Every ticket of today, by number."""
        name = self._catalog.point(point).id
        with queue_day(self._store, name, self._day(self._clock()), writes=False) as day:
            return day.tickets()

    def expected_wait(self, point: str, number: int | None = None) -> timedelta | None:
        """How long a ticket will wait: the day's median service time, for each who is ahead, by open counters.

        Args:
            point: where.
            number: the ticket; None for one without priority that would be taken now.

        Returns:
            None where it is not known: nobody was served yet today, or no counter is open.

        Raises:
            CaseError: the ticket waits no more.
        """
        tickets, now = self.tickets(point), self._clock()
        numbers = [each.number for each in _in_order(tickets)]
        if number is not None and number not in numbers:
            raise CaseError(f"ticket {number} does not wait at '{point}'.", remedy="Look at the tickets that do.")
        ahead = len(numbers) if number is None else numbers.index(number)
        served = [_service(each).total_seconds() for each in tickets if each.state is TicketState.SERVED]
        counters = len(_open_counters(tickets, now))
        return timedelta(seconds=median(served)) * ahead / counters if served and counters else None

    def _move(self, point: str, number: int, verb: str, **fields: Any) -> Ticket:
        name = self._catalog.point(point).id
        with queue_day(self._store, name, self._day(self._clock())) as day:
            day.hold()
            ticket = day.ticket(number)
            if ticket.state not in _FROM[verb]:
                raise CaseError(
                    f"ticket {number} at '{point}' is {ticket.state.value} and cannot be {verb}.",
                    remedy="Call the next one.",
                )
            _check_free(day, ticket, fields.get("counter"))
            return day.keep(_changed(ticket, **fields))

    def _check_counter(self, point: str, counter: int) -> None:
        most = self._catalog.point(point).counters
        if counter < 1 or (most is not None and counter > most):
            raise CaseError(
                f"point '{point}' has no counter {counter}.", remedy=f"Choose 1 to {most or 'as many as there are'}."
            )

    def _day(self, now: datetime) -> date:
        return now.astimezone(self._catalog.working_time.zone).date()


def _in_order(tickets: Iterable[Ticket]) -> tuple[Ticket, ...]:
    waiting = (each for each in tickets if each.state is TicketState.WAITING)
    return tuple(sorted(waiting, key=lambda each: (not each.priority, each.number)))


def _service(ticket: Ticket) -> timedelta:
    """Never negative, even where a clock was set back."""
    return max((ticket.done_at or ticket.taken_at) - (ticket.called_at or ticket.taken_at), timedelta())


def _open_counters(tickets: Iterable[Ticket], now: datetime) -> set[int | None]:
    called = [each for each in tickets if each.called_at is not None]
    return {
        each.counter for each in called if each.state is TicketState.CALLED or now - (each.called_at or now) <= OPEN_FOR
    }


def _check_free(day: QueueDay, ticket: Ticket, counter: int | None) -> None:
    for each in day.tickets() if counter is not None else ():
        if each.state is TicketState.CALLED and each.counter == counter and each.number != ticket.number:
            raise CaseError(
                f"ticket {each.number} is at counter {counter} of '{ticket.point}'.", remedy="Serve or skip it first."
            )


def _changed(ticket: Ticket, **fields: Any) -> Ticket:
    return Ticket(**ticket.model_dump() | fields)
