"""Any header that a browser sends leads to a language that we have."""

from hypothesis import given
from hypothesis import strategies as st

from pilotkit.web.negotiation import preferred


@given(st.text(max_size=300))
def test_some_language_is_always_found(accepted):
    assert preferred(accepted, ["vi", "en"]) in {"vi", "en"}


def test_what_a_visitor_refuses_is_not_given():
    assert "vi" == preferred("en;q=0, vi;q=0.1", ["en", "vi"])


def test_a_country_s_variant_is_good_enough_both_ways():
    assert "pt" == preferred("pt-BR", ["en", "pt"])
    assert "pt-BR" == preferred("pt", ["en", "pt-BR"])
