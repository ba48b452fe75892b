"""What a new plugin may begin with."""

from __future__ import annotations

from enum import StrEnum


class PluginKind(StrEnum):
    """What a new plugin begins with."""

    PROCEDURES = "procedures"
    LOCATIONS = "locations"
    KPIS = "kpis"
    PAGES = "pages"
    CONNECTOR = "connector"
    WORK = "work"
    """A table, a job and what is added to simulated days."""
    SEARCH = "search"
