import decimal
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pilotkit import Kpi, LocalText
from pilotkit.figures import KpiValue

WORDS = LocalText({"en": "Words"})
KPI = Kpi(
    id="online_share",
    name=WORDS,
    question=WORDS,
    numerator_name=WORDS,
    denominator_name=WORDS,
    numerator="channel = 'online'",
    reference="charter",
    certainty="high",
)


@pytest.mark.parametrize("key", ["numerator", "denominator", "weight"])
@pytest.mark.parametrize(
    ("text", "says"),
    [("is_late " + "AND is_late " * 300, "at most 2000 characters"), ("(" * 21 + "TRUE" + ")" * 21, "nests deeper")],
)
def test_an_expression_has_a_length_and_a_depth_that_can_be_read(key, text, says):
    with pytest.raises(ValidationError, match=says):
        Kpi.model_validate(dict(KPI) | {key: text})


def value(numerator, denominator, minimum=1):
    return KpiValue(
        kpi="online_share",
        numerator=numerator,
        denominator=denominator,
        minimum=minimum,
        definition_hash=KPI.definition_hash,
        location_version="zz@2024-01-01#0",
        as_of=datetime(2025, 7, 21, tzinfo=UTC),
    )


@given(st.integers(0, 10**15), st.integers(1, 10**15))
def test_a_percentage_is_exact_to_four_places(numerator, denominator):
    percent = value(numerator, denominator).percent
    assert abs(Fraction(percent) - Fraction(100 * numerator, denominator)) <= Fraction(1, 20_000)
    assert -4 == percent.as_tuple().exponent


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_a_percentage_does_not_depend_on_the_callers_rounding(numerator, denominator):
    expected = value(numerator, denominator).percent
    with decimal.localcontext(rounding=decimal.ROUND_UP):
        assert expected == value(numerator, denominator).percent


def test_a_tie_is_rounded_to_the_even_side():
    assert [Decimal("0.0002"), Decimal("0.0002")] == [value(each, 2_000_000).percent for each in (3, 5)]


@pytest.mark.parametrize(("denominator", "minimum"), [(0, 1), (4, 5), (0, 5)])
def test_too_few_cases_are_no_figure_at_all(denominator, minimum):
    few = value(0, denominator, minimum)
    assert (False, None, None) == (few.is_measurable, few.share, few.percent)


def test_enough_cases_are_a_figure_even_when_it_is_nought():
    assert (Fraction(0), Decimal("0.0000")) == (value(0, 5, 5).share, value(0, 5, 5).percent)


@pytest.mark.parametrize(
    "change",
    [{"numerator": "whole_process"}, {"denominator": "is_finished"}, {"minimum": 2}],
)
def test_the_definition_changes_with_what_is_counted(change):
    assert KPI.definition_hash != KPI.model_copy(update=change).definition_hash


@pytest.mark.parametrize(
    "change",
    [
        {"id": "other"},
        {"name": LocalText({"en": "Other"})},
        {"question": LocalText({"en": "Other?"})},
        {"direction": "down"},
        {"board": 3},
        {"reference": "other"},
        {"since": date(2020, 1, 1)},
    ],
)
def test_the_definition_stays_when_only_the_words_change(change):
    assert KPI.definition_hash == KPI.model_copy(update=change).definition_hash


def test_a_definition_is_named_the_same_on_every_machine():
    assert "a994b73ea44b" == KPI.definition_hash
