"""Where a figure comes from, and how sure of it we are."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pilotkit.model.text import Identifier, LocalText, Noun


class Certainty(StrEnum):
    """How far a figure may be trusted; shown beside it."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    SYNTHETIC = "synthetic"
    """Made up, plausibly, because nothing is published. Never shown without its mark."""


class Source(Noun):
    """A publication that figures refer to: ``model/evidence/sources.yaml``."""

    id: Identifier
    title: LocalText
    publisher: str | None = None
    published: date | None = None
    url: str | None = None
    certainty: Certainty
    note: LocalText | None = None


class Sourced(Noun):
    """Anything that states facts names its source and its certainty."""

    reference: Identifier
    """The id of a :class:`Source`."""
    certainty: Certainty
