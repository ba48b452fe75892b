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
