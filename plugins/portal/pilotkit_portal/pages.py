"""The pages: plain functions from a request to a view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilotkit import View
from pilotkit_portal import point_map as places
from pilotkit_portal import procedure_summary as offers
from pilotkit_portal.availability import why_closed
from pilotkit_portal.browse import browse, current_procedures
from pilotkit_portal.deciding_units import without_kind

if TYPE_CHECKING:
    from pilotkit import Catalog
    from pilotkit.data import Contact
    from pilotkit.pages import PageRequest


def show_home(request: PageRequest) -> View:
    """One question and one field; then the moments in life that bring people here."""
    catalog = request.catalog
    used = {event for procedure in current_procedures(request) for event in procedure.life_events}
    points = places.open_points(catalog)
    return View(
        "portal/home.html",
        {
            "events": tuple(event for event in catalog.life_events.values() if event.id in used),
            "contacts": reachable(catalog),
            "groups": places.grouped(catalog, points, is_narrow=False),
            "procedures": len(current_procedures(request)),
        },
    )


def show_search(request: PageRequest) -> View:
    """Procedures that answer a question, of a moment in life, or of a field."""
    return View(
        "portal/search.html",
        {"list": browse(request), "ways": offers.ways, "contacts": reachable(request.catalog)},
    )


def show_procedure(request: PageRequest) -> View:
    """Everything a person needs before applying."""
    catalog = request.catalog
    procedure = catalog.procedure(request.path["code"])
    return View(
        "portal/procedure.html",
        {
            "procedure": procedure,
            "domain": catalog.domains.get(procedure.domain),
            "source": catalog.sources.get(procedure.reference),
            "to_bring": offers.to_bring(procedure),
            "known": offers.already_known(procedure),
            "offers_certainty": offers.offers_certainty(procedure),
            "steps_certainty": offers.steps_certainty(procedure),
            "points": places.grouped(catalog, places.receiving(catalog, procedure), is_narrow=False),
            "contacts": reachable(catalog),
            "articles": tuple(each for each in catalog.articles.values() if procedure.code in each.procedures),
            "is_valid": procedure.is_valid_on(request.today),
            "roles": catalog.roles,
            "closed": why_closed(request, procedure),
        },
    )


def show_points(request: PageRequest) -> View:
    """Where people are served, on a map and as a list."""
    catalog = request.catalog
    unit = catalog.units.get(request.query.get("unit", ""))
    kind = request.query.get("kind", "")
    kinds = tuple(group.kind for group in places.grouped(catalog, places.open_points(catalog), is_narrow=False))
    kind = kind if kind in kinds else ""
    code = unit.code if unit else ""
    points = places.open_points(catalog, code, kind)
    near = places.near(catalog, unit) if unit else ()
    return View(
        "portal/points.html",
        {
            "groups": places.grouped(catalog, points, is_narrow=unit is not None),
            "planned": places.grouped(catalog, places.planned_points(catalog, code, kind), is_narrow=True),
            "kinds": kinds,
            "units": sorted(catalog.communes, key=without_kind),
            "unit": unit,
            "near": near,
            "mapped": places.mapped(catalog, points, unit),
            "labels": {point.id: number for number, point in enumerate(near, start=1)},
            "kind": kind,
            "contacts": reachable(catalog),
        },
    )


def show_point(request: PageRequest) -> View:
    """One place: when it is open, what it offers, who runs it."""
    catalog = request.catalog
    point = catalog.point(request.path["id"])
    return View(
        "portal/point.html",
        {
            "point": point,
            "unit": catalog.units.get(point.unit),
            "parent": catalog.points.get(point.parent or ""),
            "below": tuple(each for each in places.open_points(catalog) if each.parent == point.id),
            "source": catalog.sources.get(point.reference),
            "contacts": reachable(catalog),
        },
    )


def show_help(request: PageRequest) -> View:
    """How to reach somebody, and the questions people ask."""
    catalog = request.catalog
    articles = tuple(catalog.articles.values())
    opened = request.query.get("open", "")
    return View("portal/help.html", {"contacts": reachable(catalog), "articles": articles, "opened": opened})


def reachable(catalog: Catalog) -> tuple[Contact, ...]:
    """Whom a person can call or write to."""
    return tuple(each for each in catalog.contacts.values() if each.phone or each.email or each.url)
