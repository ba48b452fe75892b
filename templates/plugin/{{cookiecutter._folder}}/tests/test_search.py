import pytest

from pilotkit import Catalog, Deployment
from pilotkit.data import rank
from pilotkit.testing import tiny_deployment
from {{ cookiecutter.package }}.search import documents


@pytest.fixture
def catalog(tmp_path) -> Catalog:
    return Deployment(tiny_deployment(tmp_path, plugins__enabled=["{{ cookiecutter.name }}"])).catalog


@pytest.mark.parametrize("question", ["hello", "XIN CHAO", "greetings"])
def test_it_is_found_in_each_language_with_and_without_diacritics(catalog, question):
    assert ["greeting"] == [hit.document.id for hit in rank(documents(catalog), question)]


def test_another_word_does_not_find_it(catalog):
    assert () == rank(documents(catalog), "elephant")
