"""Documents of the catalog: procedures, articles, service points and life events."""

from __future__ import annotations

from collections.abc import Iterator

from pilotkit.catalog.catalog import Catalog
from pilotkit.model.procedure import Procedure
from pilotkit.model.search import SearchDocument, SearchSource
from pilotkit.model.text import LocalText


def procedure_document(catalog: Catalog, procedure: Procedure) -> SearchDocument:
    """Return a procedure as a document: its names, its moments in life and its field."""
    events = [catalog.life_events[each] for each in procedure.life_events if each in catalog.life_events]
    domain = catalog.domains.get(procedure.domain)
    moments = tuple(text for event in events for text in (event.name, event.summary))
    return SearchDocument(
        kind="procedure",
        id=procedure.code,
        title=procedure.name,
        terms=tuple(procedure.terms),
        related=(*moments, domain.name) if domain else moments,
        summary=procedure.summary,
        is_preferred=procedure.focus,
        page="portal.procedure",
        parameters={"code": procedure.code},
    )


def _procedures(catalog: Catalog) -> Iterator[SearchDocument]:
    yield from (procedure_document(catalog, each) for each in catalog.procedures.values())


def _articles(catalog: Catalog) -> Iterator[SearchDocument]:
    for each in catalog.articles.values():
        yield SearchDocument("article", each.id, each.question, related=each.answer[:1], page="portal.help")


def _points(catalog: Catalog) -> Iterator[SearchDocument]:
    language = catalog.settings.deployment.languages[0]
    for each in catalog.points.values():
        yield SearchDocument(
            "point", each.id, LocalText({language: each.name}), page="portal.point", parameters={"id": each.id}
        )


def _life_events(catalog: Catalog) -> Iterator[SearchDocument]:
    for each in catalog.life_events.values():
        yield SearchDocument(
            "life-event", each.id, each.name, summary=each.summary, page="portal.search", parameters={"event": each.id}
        )


SOURCES = (
    SearchSource("procedure", _procedures),
    SearchSource("article", _articles),
    SearchSource("point", _points),
    SearchSource("life-event", _life_events),
)
"""What the core offers for the index."""
