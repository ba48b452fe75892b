"""A province may choose any colour; its words stay readable."""

from hypothesis import given
from hypothesis import strategies as st

from pilotkit.web.theme import NIGHT, PAPER, READABLE, contrast, icon, stylesheet

colours = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")


def _properties(accent):
    inside = stylesheet(accent).partition("{")[2].partition("}")[0]
    return dict(each.split(":") for each in inside.split(";"))


@given(colours)
def test_text_in_any_accent_is_readable(accent):
    made = _properties(accent)
    assert contrast(made["--accent-text"], PAPER) >= READABLE
    assert contrast(made["--accent-deep"], PAPER) >= READABLE
    assert contrast(made["--on-accent"], accent) >= READABLE
    assert contrast(made["--accent-bright"], NIGHT) >= READABLE


@given(colours, colours)
def test_contrast_is_the_same_both_ways_and_within_the_scale(one, other):
    assert contrast(one, other) == contrast(other, one)
    assert 1 <= contrast(one, other) <= 21


def test_contrast_knows_its_ends():
    assert 21 == round(contrast("#000000", "#ffffff"), 6)
    assert 1 == contrast("#123456", "#123456")


def test_a_readable_accent_is_left_as_it_is():
    assert "#0b5d57" == _properties("#0b5d57")["--accent-text"]


def test_the_accent_of_the_settings_reaches_the_page(visit_town):
    visitor = visit_town(theme__accent="#7a1f5c")
    assert "--accent:#7a1f5c" in visitor.get("/theme.css").text
    assert "text/css; charset=utf-8" == visitor.get("/theme.css").headers["content-type"]
    assert "#7a1f5c" in visitor.get("/icon.svg").text
    assert icon("#7a1f5c") == visitor.get("/icon.svg").text
