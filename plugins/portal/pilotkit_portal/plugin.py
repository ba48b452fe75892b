"""What the portal adds to a deployment: its pages, imported when the web application asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilotkit import hookimpl

if TYPE_CHECKING:
    from pilotkit import Page

_PACKAGE = "pilotkit_portal"


@hookimpl
def register_pages() -> tuple[Page, ...]:
    """Home, search, a procedure, the service points, one of them, help."""
    from pilotkit import Navigation, Page
    from pilotkit_portal import pages

    return (
        Page("portal.home", "/", pages.show_home, _PACKAGE),
        Page("portal.search", "/procedures", pages.show_search, _PACKAGE, Navigation("Procedures", 10)),
        Page("portal.procedure", "/procedures/{code}", pages.show_procedure, _PACKAGE),
        Page("portal.points", "/points", pages.show_points, _PACKAGE, Navigation("Service points", 20)),
        Page("portal.point", "/points/{id}", pages.show_point, _PACKAGE),
        Page("portal.help", "/help", pages.show_help, _PACKAGE, Navigation("Help", 30)),
    )
