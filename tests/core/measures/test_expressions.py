"""A KPI's expression is true or false of a case; anything else is refused with its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotkit import DataError, Place
from pilotkit.measures.expressions import check_expression

HERE = Place("model/kpis/kpis.yaml", "online_share.numerator")


@pytest.mark.parametrize(
    "text",
    [
        "channel = 'online'",
        "TRUE",
        "is_late",
        "NOT is_open AND has_deadline",
        "channel IN ('online', 'post') OR (focus AND online_offered)",
        "working_minutes BETWEEN 0 AND 8 * 60",
        "due_at IS NOT NULL",
        "received_day >= '2025-07-21'",
        "focus = TRUE",
        "COALESCE(working_minutes, 0) <= 480 - 60",
    ],
)
def test_a_comparison_of_documented_columns_is_taken(text: str) -> None:
    assert check_expression(text, HERE)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("chanel = 'online'", "no column 'chanel'; columns are: code, procedure"),
        ("cases.channel = 'online'", "no column 'cases.channel'"),
        ("channel", "is not true or false"),
        ("working_minutes + 1", "is not true or false"),
        ("is_late AND working_minutes", "'working_minutes' is not a boolean"),
        ("working_minutes / 60 > 8", "(Div) is not allowed"),
        ("upper(channel) = 'ONLINE'", "(Upper) is not allowed"),
        ("read_csv('/etc/passwd') IS NULL", "is not allowed"),
        ("channel = (SELECT 'online')", "is not allowed"),
        ("EXISTS (SELECT 1)", "is not allowed"),
        ("channel LIKE '%line'", "(Like) is not allowed"),
        ("count(*) > 1", "is not allowed"),
        ("TRUE; DROP TABLE cases", "must be one expression"),
        ("SELECT 1", "is not allowed"),
        ("channel = 'online", "is not SQL"),
        ("", "must be one expression"),
        ("(unit, channel)", "several values where one is wanted"),
        ("COALESCE((unit, channel), (unit, channel)) = ('a', 'b')", "several values where one is wanted"),
        ("CAST(channel AS INT) = 1", "is not allowed"),
        ("channel = $files", "is not allowed"),
        ("channel = 5", "compares number with text"),
        ("focus = 'yes'", "compares boolean with text"),
        ("received_day > 'never'", "compares date with text"),
        ("channel + 1 > 2", "'channel' is not a number"),
        ("working_minutes IN (1, 'two')", "compares number with text"),
        ("NOT channel", "'channel' is not a boolean"),
    ],
)
def test_anything_else_is_refused_with_the_place(text: str, says: str) -> None:
    with pytest.raises(DataError) as refused:
        check_expression(text, HERE)
    assert says in str(refused.value)
    assert HERE == refused.value.where


def test_a_comment_never_reaches_the_engine() -> None:
    assert "channel = 'online'" == check_expression("channel = 'online' /* ) OR TRUE */", HERE)


@given(st.text(max_size=60))
def test_no_text_whatever_does_more_than_be_refused(text: str) -> None:
    try:
        check_expression(text, HERE)
    except DataError as refused:
        assert refused.where == HERE


def test_an_expression_that_nests_too_deep_is_refused() -> None:
    with pytest.raises(DataError, match="nests too deep"):
        check_expression("TRUE=" * 380 + "TRUE", HERE)


@pytest.mark.parametrize("day", ["20250721", "2025-W30-1"])
def test_a_date_that_only_python_reads_is_no_date(day: str) -> None:
    with pytest.raises(DataError, match="compares date with text"):
        check_expression(f"received_day = '{day}'", HERE)
