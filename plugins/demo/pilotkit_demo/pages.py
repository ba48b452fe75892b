"""A page: a function from a visit to a view. It only reads."""

from pilotkit import View, Visit


def show_overview(visit: Visit) -> View:
    """How many procedures and service points the deployment has."""
    catalog = visit.catalog
    return View("demo/overview.html", {"procedures": len(catalog.procedures), "points": len(catalog.points)})
