"""Public information: domains, life events, articles and contacts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from pilotkit.model.source import Sourced
from pilotkit.model.text import Identifier, LocalText, Noun


class Domain(Noun):
    """A field of administration that procedures belong to: ``model/knowledge/domains.yaml``."""

    id: Identifier
    name: LocalText


class LifeEvent(Noun):
    """A life or business event that needs procedures: ``model/knowledge/life_events.yaml``."""

    id: Identifier
    name: LocalText
    summary: LocalText


class Article(Sourced):
    """A question people ask, with its answer: ``model/knowledge/articles.yaml``. Paragraphs, plain text."""

    id: Identifier
    question: LocalText
    answer: Annotated[tuple[LocalText, ...], Field(min_length=1)]
    procedures: tuple[str, ...] = ()


class Contact(Noun):
    """A contact of the administration: ``local/contacts.toml``."""

    id: Identifier
    label: LocalText
    phone: str | None = None
    email: str | None = None
    url: str | None = None
    hours: str | None = None
    reference: Identifier | None = None
