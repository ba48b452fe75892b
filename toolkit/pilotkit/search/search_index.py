"""The one index of a deployment: what the core and the plugins offer, by kind."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from pilotkit.catalog.catalog import Catalog
from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.plugins import unique
from pilotkit.errors import PluginError
from pilotkit.model.search import SearchDocument
from pilotkit.search.relevance import SearchHit, rank


class SearchIndex:
    """Documents that can be found.

    Args:
        documents: by kind.
    """

    def __init__(self, documents: Mapping[str, Collection[SearchDocument]]) -> None:
        self._documents = documents

    @classmethod
    def of(cls, deployment: Deployment) -> SearchIndex:
        """Return the index of what a deployment's plugins offer; each is asked once.

        Raises:
            DuplicateError: two plugins offer one kind, or one id stands twice in a kind.
            PluginError: a source yields documents of another kind.
        """
        sources = unique(deployment.plugins.collect("register_search"), lambda each: each.kind, "kind of document")
        return cls({kind: _documents(kind, source.documents, deployment.catalog) for kind, source in sources.items()})

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of documents there are."""
        return tuple(self._documents)

    def find(self, question: str, kinds: Collection[str] | None = None, limit: int = 50) -> tuple[SearchHit, ...]:
        """Return what answers a question, best first.

        Args:
            question: words, as people write them.
            kinds: of documents; None: all.
            limit: the most hits.
        """
        wanted = self.kinds if kinds is None else [kind for kind in self.kinds if kind in kinds]
        return rank((each for kind in wanted for each in self._documents[kind]), question)[:limit]


def _documents(
    kind: str, documents: Callable[[Catalog], Iterable[SearchDocument]], catalog: Catalog
) -> tuple[SearchDocument, ...]:
    found: dict[str, SearchDocument] = {}
    for each in documents(catalog):
        if each.kind != kind:
            raise PluginError(
                f"the search source '{kind}' yields a document of the kind '{each.kind}'.",
                remedy=f"Let each of its documents be of the kind '{kind}'.",
            )
        if each.id in found:
            raise PluginError(f"the search source '{kind}' yields '{each.id}' twice.", remedy="Yield each once.")
        found[each.id] = each
    return tuple(found.values())
