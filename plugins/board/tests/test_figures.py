from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotkit.figures import TargetStatus
from pilotkit_board.figures import Tally, line_scale, places

percents = st.decimals(0, 100, places=4)


@pytest.mark.parametrize(
    ("percent", "goal", "expected"),
    [("79.9600", "80", 2), ("80.0400", "80", 2), ("79.9999", "80", 4), ("60.7000", "80", 1), ("80.0000", "80", 1)],
)
def test_a_figure_never_rounds_across_its_goal(percent, goal, expected):
    assert expected == places(Decimal(percent), Decimal(goal))


@given(percents, percents)
def test_what_is_shown_stands_on_the_same_side_of_the_goal(percent, goal):
    shown = round(percent, places(percent, goal))
    assert (percent > goal, percent == goal) == (shown > goal, shown == goal)


@given(st.dictionaries(st.sampled_from(list(TargetStatus)), st.integers(1, 200)))
def test_units_that_cannot_be_measured_never_count_as_expected(statuses):
    tally = Tally(statuses, sum(statuses.values()), meeting=0)
    assert tally.expected + tally.unmeasurable <= tally.total


@pytest.mark.parametrize(
    ("statuses", "over", "expected"),
    [
        ({TargetStatus.NOT_MEASURABLE: 3}, False, TargetStatus.NOT_MEASURABLE),
        ({TargetStatus.ON_TRACK: 2, TargetStatus.NOT_MEASURABLE: 1}, False, TargetStatus.ON_TRACK),
        ({TargetStatus.ON_TRACK: 2, TargetStatus.AT_RISK: 1}, False, TargetStatus.AT_RISK),
        ({TargetStatus.MISSED: 2}, False, TargetStatus.MISSED),
        ({TargetStatus.MISSED: 2}, True, TargetStatus.MISSED),
    ],
)
def test_units_together_are_as_good_as_their_worst(statuses, over, expected):
    assert expected == Tally(statuses, sum(statuses.values()), meeting=0).status(over=over)


@given(st.lists(st.tuples(st.none() | percents, percents)))
def test_lines_have_room_between_two_whole_tens(shown):
    low, high = line_scale([SimpleNamespace(percent=percent, goal=goal) for percent, goal in shown])
    assert 0 <= low < high <= 100
    assert all(low <= percent <= high for percent, _ in shown if percent is not None)
