"""The source of a figure, and its certainty."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pilotkit.model.text import Identifier, LocalText, Noun


class Certainty(StrEnum):
    """The certainty of a figure; shown beside it."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    SYNTHETIC = "synthetic"
    """Invented plausibly because nothing is published. Never shown without its mark."""


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
    """The base of values that state facts, each with source and certainty."""

    reference: Identifier
    """The id of a :class:`Source`."""
    certainty: Certainty
