"""People find a procedure in their own words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotkit import Catalog, Deployment
from pilotkit.data import procedure_document, rank
from pilotkit.testing import tiny_deployment
from pilotkit_portal.search import find


@pytest.fixture(scope="module")
def catalog(tmp_path_factory) -> Catalog:
    return Deployment(tiny_deployment(tmp_path_factory.mktemp("town"))).catalog


def _codes(catalog, question):
    return [each.procedure.code for each in find(catalog, question, catalog.procedures.values())]


@pytest.mark.parametrize(
    "question",
    [
        "Birth registration",
        "birth",
        "BIRTH CERTIFICATE",
        "declaration de naissance",
        "Déclaration",
        "newborn",
        "ZZ-101",
        "zz-101",
        "registration birth",
        "birt",
    ],
)
def test_it_is_found_by_name_term_code_in_any_order_and_without_diacritics(catalog, question):
    assert "ZZ-101" == _codes(catalog, question)[0]


def test_a_moment_in_life_leads_to_it(catalog):
    assert ["ZZ-101"] == _codes(catalog, "child is born")


def test_some_words_are_enough_and_say_so(catalog):
    found = find(catalog, "birth of my elephant", catalog.procedures.values())
    assert ("ZZ-101", False) == (found[0].procedure.code, found[0].is_whole)


def test_nothing_is_found_where_nothing_fits(catalog):
    assert [] == _codes(catalog, "xyzzy plugh")


def test_an_empty_question_lists_all_the_redesigned_first(catalog):
    assert ["ZZ-101", "ZZ-102", "ZZ-201"] == _codes(catalog, "  ")


def test_the_same_diacritics_come_first(tmp_path):
    def text(code, name):
        return (
            f"code: {code}\nname: {{vi: {name}}}\ndomain: trade\nlevels: [commune]\n"
            "offers: {online: {}}\nreference: charter\ncertainty: high\n"
        )

    files = {
        f"model/procedures/{code}.yaml": text(code, name) for code, name in (("A-1", "Cấp bán"), ("A-2", "Cấp bản"))
    }
    catalog = Deployment(tiny_deployment(tmp_path / "town", files)).catalog
    assert ["A-2", "A-1"] == _codes(catalog, "bản")
    assert ["A-1", "A-2"] == _codes(catalog, "bán")
    assert 2 == len(_codes(catalog, "ban"))


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_question_gets_an_answer(catalog, question):
    found = rank((procedure_document(catalog, each) for each in catalog.procedures.values()), question)
    assert all(0 < each.reach <= 1 for each in found)
    assert sorted((each.score for each in found), reverse=True) == [each.score for each in found]
