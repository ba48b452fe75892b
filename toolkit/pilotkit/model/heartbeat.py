"""What points and kiosks say of themselves. A point that has not reported is unknown, never working."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime

from pilotkit.model.text import Identifier, Noun


class PointCondition(StrEnum):
    """How a service point is."""

    WORKING = "working"
    LIMITED = "limited"
    """It serves, but something is missing: a printer, a scanner."""
    BROKEN = "broken"
    """It says itself that it cannot serve."""
    UNKNOWN = "unknown"
    """It has never reported, or not lately. Nobody reports this."""


Reported = Literal[PointCondition.WORKING, PointCondition.LIMITED, PointCondition.BROKEN]


class Heartbeat(Noun):
    """The last report of one point."""

    point: str
    at: AwareDatetime
    """When it was received, by the server's clock."""
    condition: Reported
    fault: Identifier | None = None
    """What is wrong, as a word such as ``printer``; never a sentence, and nothing of a person."""
    synthetic: bool = False
    """Made up by a simulation."""


class PointState(Noun):
    """How a point is at one instant."""

    point: str
    condition: PointCondition
    reported_at: AwareDatetime | None = None
    """When it was heard of last; None: never."""
    fault: Identifier | None = None
    synthetic: bool = False
