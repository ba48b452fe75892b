"""Something that can be found: a document in the one index of the deployment."""

from __future__ import annotations

from collections.abc import Iterator

from pilotkit import Catalog, LocalText
from pilotkit.data import SearchDocument, SearchSource


def documents(catalog: Catalog) -> Iterator[SearchDocument]:
    """Yield a greeting of the deployment's province."""
    title = LocalText({"en": f"Greetings from {catalog.province.name}", "vi": f"Lời chào từ {catalog.province.name}"})
    yield SearchDocument("{{ cookiecutter.name }}.greeting", "greeting", title, terms=("hello", "xin chào"))


GREETINGS = SearchSource("{{ cookiecutter.name }}.greeting", documents)
