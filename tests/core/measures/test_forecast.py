"""What a target's last days say about its due date."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotkit import Kpi
from pilotkit.figures import KpiValue, TargetStatus
from pilotkit.measures.forecast import look_ahead

LAST = date(2025, 7, 28)


def a_kpi(direction: str = "up") -> Kpi:
    words = {"en": "x"}
    return Kpi(
        id="online_share", name=words, question=words, numerator_name=words, denominator_name=words, numerator="TRUE",
        direction=direction, reference="r", certainty="high",
    )  # fmt: skip


def a_value(numerator: int, denominator: int, minimum: int = 1) -> KpiValue:
    return KpiValue(
        kpi="online_share", numerator=numerator, denominator=denominator, minimum=minimum, definition_hash="h",
        location_version="v", as_of=datetime(2025, 7, 28, tzinfo=UTC),
    )  # fmt: skip


def days(*counts: tuple[int, int]) -> dict[date, tuple[int, int]]:
    return {LAST - timedelta(days=len(counts) - 1 - index): count for index, count in enumerate(counts)}


def status_of(
    counts: dict[date, tuple[int, int]], goal: int, days_left: int, *, over: bool = False, direction: str = "up"
) -> TargetStatus:
    value = a_value(sum(n for n, _ in counts.values()), sum(d for _, d in counts.values()))
    outlook = look_ahead(counts, value, last=LAST, days_left=days_left, trend=10)
    return outlook.status(a_kpi(direction), Decimal(goal), value, over=over)


@pytest.mark.parametrize(
    ("counts", "goal", "days_left", "over", "expected"),
    [
        (days(*[(80, 100)] * 10), 80, 0, True, "met"),
        (days(*[(79, 100)] * 10), 80, 0, True, "missed"),
        (days(*[(85, 100)] * 10), 80, 2, False, "on_track"),
        (days(*[(70, 100)] * 10), 80, 2, False, "missed"),
        (days(*[(79, 100)] * 10), 80, 5, False, "at_risk"),
        (days(*[(60, 100)] * 10, *[(90, 100)] * 10), 80, 20, False, "on_track"),
        (days(*[(90, 100)] * 10, *[(60, 100)] * 10), 70, 20, False, "at_risk"),
    ],
)
def test_a_status_follows_from_what_is_there_and_what_can_still_come(
    counts: dict[date, tuple[int, int]], goal: int, days_left: int, over: bool, expected: str
) -> None:
    assert TargetStatus(expected) == status_of(counts, goal, days_left, over=over)


def test_of_a_share_that_should_fall_less_is_better() -> None:
    assert TargetStatus.MET == status_of(days((2, 100)), 3, 0, over=True, direction="down")
    assert TargetStatus.MISSED == status_of(days((40, 100)), 3, 1, direction="down")


def test_too_few_cases_are_not_measurable() -> None:
    outlook = look_ahead(days((3, 4)), a_value(3, 4, minimum=10), last=LAST, days_left=2, trend=10)
    assert TargetStatus.NOT_MEASURABLE == outlook.status(a_kpi(), Decimal(80), a_value(3, 4, minimum=10), over=False)
    assert (None, None, None) == (outlook.forecast, outlook.best, outlook.worst)


def test_the_line_is_empty_before_the_first_case() -> None:
    outlook = look_ahead(days((1, 2), (1, 2)), a_value(2, 4), last=LAST, days_left=2, trend=4)
    assert (None, None, Decimal(50), Decimal(50)) == outlook.trend


counted = st.integers(0, 400).flatmap(lambda d: st.tuples(st.integers(0, d), st.just(d)))


@given(st.lists(counted, min_size=1, max_size=30), st.integers(0, 60))
def test_the_forecast_lies_between_the_worst_and_the_best_case(counts: list[tuple[int, int]], days_left: int) -> None:
    value = a_value(sum(n for n, _ in counts), sum(d for _, d in counts))
    outlook = look_ahead(days(*counts), value, last=LAST, days_left=days_left, trend=10)
    if outlook.forecast is None:
        assert not value.is_measurable
    else:
        assert outlook.worst <= outlook.forecast <= outlook.best
        assert 0 <= outlook.worst
        assert outlook.best <= 100
