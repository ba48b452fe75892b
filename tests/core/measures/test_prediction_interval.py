"""How sure a forecast is: what the interval must hold, and how often it does."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotkit.figures import KpiValue
from pilotkit.measures.forecast import look_ahead
from pilotkit.measures.prediction_interval import coming_cases, coming_share, overdispersion

LAST = date(2025, 7, 20)
days = st.lists(
    st.integers(0, 300).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))), min_size=1, max_size=10
)


def test_of_days_that_are_all_alike_only_chance_is_left():
    assert 1.0 == overdispersion([(8, 10)] * 10)
    low, high = coming_share([(80, 100)] * 10, 500)
    assert (0.74, 0.85) == pytest.approx((low, high), abs=0.01)


def test_days_that_differ_widen_the_interval():
    steady, jumpy = [(50, 100)] * 10, [(20, 100), (80, 100)] * 5
    assert overdispersion(jumpy) > 30
    assert coming_share(jumpy, 500)[1] - coming_share(jumpy, 500)[0] > 3 * (
        coming_share(steady, 500)[1] - coming_share(steady, 500)[0]
    )


def test_one_day_says_nothing_of_how_days_differ():
    assert (0.0, 1.0) == coming_share([(5, 10)], 10)
    assert (10.0, 10.0, 10.0) == coming_cases([(5, 10)], 1)


@given(days, st.floats(0.01, 10**6))
def test_a_share_lies_between_nought_and_one_around_that_of_the_last_days(seen, coming):
    if not (whole := sum(denominator for _, denominator in seen)):
        return
    low, high = coming_share(seen, coming)
    share = sum(numerator for numerator, _ in seen) / whole
    assert 0 <= low <= share + 1e-9
    assert share - 1e-9 <= high <= 1


@given(days, st.integers(0, 60))
def test_the_forecast_lies_in_its_interval_and_the_interval_in_what_can_be(seen, left):
    dated = {LAST - timedelta(days=len(seen) - 1 - index): count for index, count in enumerate(seen)}
    outlook = look_ahead(dated, _value(seen), last=LAST, days_left=left, trend=10)
    if outlook.forecast is not None:
        assert outlook.worst <= outlook.lower <= outlook.forecast <= outlook.upper <= outlook.best


@pytest.mark.parametrize(("share", "spread"), [(0.8, 0.0), (0.8, 0.05), (0.5, 0.1), (0.2, 0.03)])
def test_the_interval_holds_nineteen_of_twenty_due_dates(share, spread):
    """Drawn histories of ten days with five to come; the share of each day differs from the others by ``spread``."""
    draws, held = random.Random(20250721), 0
    for _ in range(400):
        past, coming = _drawn(draws, 10, share, spread), _drawn(draws, 5, share, spread)
        dated = {LAST - timedelta(days=9 - index): count for index, count in enumerate(past)}
        outlook = look_ahead(dated, _value(past), last=LAST, days_left=5, trend=10)
        true = _value([*past, *coming]).percent
        held += outlook.lower <= true <= outlook.upper
    assert held >= 0.93 * 400


def _drawn(draws, length, share, spread):
    found = []
    for _ in range(length):
        of_day = min(1.0, max(0.0, draws.gauss(share, spread)))
        whole = draws.randint(40, 80)
        found.append((sum(draws.random() < of_day for _ in range(whole)), whole))
    return found


def _value(seen):
    return KpiValue(
        kpi="k", numerator=sum(n for n, _ in seen), denominator=sum(d for _, d in seen), definition_hash="h",
        location_version="v", as_of=datetime(2025, 7, 20, tzinfo=UTC),
    )  # fmt: skip
