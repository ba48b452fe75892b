"""The kinds of new plugins."""

from __future__ import annotations

from enum import StrEnum


class PluginKind(StrEnum):
    """The kind of a new plugin, which selects its scaffold."""

    PROCEDURES = "procedures"
    LOCATIONS = "locations"
    KPIS = "kpis"
    PAGES = "pages"
    CONNECTOR = "connector"
    DATA = "data"
    """A data file of the model."""
    WORK = "work"
    """A table, a job and what is added to simulated days."""
    SEARCH = "search"
