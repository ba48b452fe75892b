"""A page: a function from a request to a view. It only reads."""

from pilotkit import View
from pilotkit.pages import PageRequest


def show_overview(request: PageRequest) -> View:
    """How many procedures and service points the deployment has."""
    catalog = request.catalog
    return View("demo/overview.html", {"procedures": len(catalog.procedures), "points": len(catalog.points)})
