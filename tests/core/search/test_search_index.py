"""One index of everything that can be found: the core's documents and those of plugins."""

import pytest

from pilotkit import Deployment, LocalText, PluginError, hookimpl
from pilotkit.data import DuplicateError, SearchDocument, SearchSource
from pilotkit.search.search_index import SearchIndex


def document(id_="hello", kind="greeting", title="How to greet", **more):
    return SearchDocument(kind, id_, LocalText({"en": title}), page="greeting.hello", **more)


@pytest.fixture
def indexed(town):
    """The index of the town with these sources of a plugin."""

    def make(*sources):
        class Plugin:
            @hookimpl
            def register_search(self):
                return sources

        deployment = Deployment(town.folder)
        deployment.plugins._add("greeting", Plugin)  # as an installed plugin
        return SearchIndex.of(deployment)

    return make


def test_procedures_articles_points_and_life_events_are_found_with_the_page_that_shows_them(town):
    index = SearchIndex.of(town)
    assert {"procedure", "article", "point", "life-event"} == set(index.kinds)
    for each in town.catalog.procedures.values():
        hits = index.find(next(iter(each.name.root.values())), kinds=["procedure"])
        assert each.code in {hit.document.id for hit in hits}
    point = next(iter(town.catalog.points.values()))
    (hit,) = index.find(point.id)
    assert ("portal.point", {"id": point.id}) == (hit.document.page, hit.document.parameters)


def test_what_a_plugin_registers_is_found_beside_what_the_core_has(indexed):
    index = indexed(SearchSource("greeting", lambda _catalog: [document(terms=("salute",))]))
    assert "greeting" in index.kinds
    assert [("greeting", "hello")] == [(hit.document.kind, hit.document.id) for hit in index.find("salute")]


def test_a_source_is_given_the_catalog(indexed):
    index = indexed(SearchSource("greeting", lambda catalog: [document(title=catalog.province.name)]))
    assert 1 == len(index.find("hello"))


def test_a_search_can_be_narrowed_to_kinds_and_to_a_number_of_hits(indexed):
    many = [document(str(number), title=f"greet {number}") for number in range(9)]
    index = indexed(SearchSource("greeting", lambda _catalog: many))
    assert () == index.find("greet", kinds=["article"])
    assert 3 == len(index.find("greet", limit=3))


def test_two_sources_of_one_kind_are_refused_naming_both(indexed):
    with pytest.raises(DuplicateError, match="kind of document 'procedure' is offered by 'core' and by 'greeting'"):
        indexed(SearchSource("procedure", lambda _catalog: []))


@pytest.mark.parametrize(
    ("documents", "words"),
    [([document(kind="other")], "of the kind 'other'"), ([document(), document()], "yields 'hello' twice")],
    ids=["of another kind", "twice"],
)
def test_documents_that_cannot_be_told_apart_are_refused(indexed, documents, words):
    with pytest.raises(PluginError, match=words):
        indexed(SearchSource("greeting", lambda _catalog: documents))
