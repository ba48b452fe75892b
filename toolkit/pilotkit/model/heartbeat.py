"""Heartbeats of points and kiosks. A point that has not reported is unknown, never working."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime

from pilotkit.model.text import Identifier, Noun


class PointCondition(StrEnum):
    """The condition of a service point."""

    WORKING = "working"
    LIMITED = "limited"
    """It serves, but something is missing: a printer, a scanner."""
    BROKEN = "broken"
    """It reports that it cannot serve."""
    UNKNOWN = "unknown"
    """It has never reported, or not lately; derived, never reported."""


Reported = Literal[PointCondition.WORKING, PointCondition.LIMITED, PointCondition.BROKEN]


class Heartbeat(Noun):
    """The last report of one point."""

    point: str
    at: AwareDatetime
    """When it was received, by the server's clock."""
    condition: Reported
    fault: Identifier | None = None
    """The fault as a word such as ``printer``; never a sentence, no personal data."""
    synthetic: bool = False
    """Whether it was simulated."""


class PointState(Noun):
    """The condition of a point at one instant."""

    point: str
    condition: PointCondition
    reported_at: AwareDatetime | None = None
    """When it last reported; None: never."""
    fault: Identifier | None = None
    synthetic: bool = False
