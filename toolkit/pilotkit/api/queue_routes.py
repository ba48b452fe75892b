"""Queue tickets of a service point: taken at its door, called at its counters."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from pilotkit.api.dependencies import CurrentUser, State
from pilotkit.api.problems import PROBLEMS
from pilotkit.api.text_types import Code
from pilotkit.casework import permissions as permits
from pilotkit.errors import RefusedError
from pilotkit.model.access import Authority
from pilotkit.model.ticket import Ticket

router = APIRouter(prefix="/points/{point}/tickets", tags=["queue"], responses=PROBLEMS)
Counter = Annotated[int, Field(ge=1, le=1000)]
Number = Annotated[int, Field(ge=1, le=1_000_000)]


class _Asked(BaseModel):
    """What a program sends: nothing unknown is passed over."""

    model_config = ConfigDict(extra="forbid")


class Taking(_Asked):
    """What the person comes for."""

    procedure: Code | None = None
    priority: bool = False
    """For the elderly, the disabled, the pregnant."""


class Calling(_Asked):
    """Who calls."""

    counter: Counter


@router.get("")
def list_waiting(here: State, point: Code) -> tuple[Ticket, ...]:
    """Who waits, in the order in which they will be called. A ticket names nobody."""
    return here.services.queue.waiting(point)


@router.post("", status_code=HTTPStatus.CREATED)
def take(here: State, asker: CurrentUser, point: Code, asked: Taking) -> Ticket:
    """Take a number."""
    _permit(here, asker, point)
    return here.services.queue.take(point, asked.procedure, priority=asked.priority)


@router.post("/next")
def call_next(here: State, asker: CurrentUser, point: Code, asked: Calling) -> Ticket | None:
    """Call the next; null when nobody waits."""
    _permit(here, asker, point)
    return here.services.queue.call(point, asked.counter)


@router.post("/{number}/recall")
def recall(here: State, asker: CurrentUser, point: Code, number: Number, asked: Calling) -> Ticket:
    """Call a ticket again."""
    _permit(here, asker, point)
    return here.services.queue.recall(point, number, asked.counter)


@router.post("/{number}/serve")
def serve(here: State, asker: CurrentUser, point: Code, number: Number) -> Ticket:
    """Return the person has been served."""
    _permit(here, asker, point)
    return here.services.queue.serve(point, number)


@router.post("/{number}/skip")
def skip(here: State, asker: CurrentUser, point: Code, number: Number) -> Ticket:
    """Nobody came."""
    _permit(here, asker, point)
    return here.services.queue.skip(point, number)


def _permit(here: State, asker: Authority, point: str) -> None:
    """Only those who receive at the point's unit move its queue."""
    if not asker.may(permits.RECEIVE, here.catalog.point(point).unit):
        raise RefusedError(f"the queue of point '{point}' is not yours to move.", remedy="Sign in at that point.")
