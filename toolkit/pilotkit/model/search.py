"""Search: what can be found, and where it opens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pilotkit.model.text import LocalText


@dataclass(frozen=True)
class SearchDocument:
    """One thing that can be found: a procedure, an article, whatever a plugin has.

    Example:
        >>> SearchDocument("greeting", "hello", LocalText({"en": "Hello"}), page="greeting.hello").title.root["en"]
        'Hello'
    """

    kind: str
    """What it is, such as ``procedure``; results are shown by kind."""
    id: str
    """Unique within its kind; a question that is the id finds this document alone."""
    title: LocalText
    terms: tuple[str, ...] = ()
    """Other words for it, as good as the title."""
    related: tuple[LocalText, ...] = ()
    """Texts of what it belongs to, such as a moment in life; they count half."""
    summary: LocalText | None = None
    """Counts a quarter."""
    is_preferred: bool = False
    """Whether it stands before others that answer as well."""
    page: str = ""
    """The page that shows it; empty where the surface knows."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Of that page."""


@dataclass(frozen=True)
class SearchSource:
    """Documents of one kind, offered by a plugin for the one index of a deployment."""

    kind: str
    documents: Callable[[Any], Iterable[SearchDocument]]
    """Gets the catalog; called once for each."""
