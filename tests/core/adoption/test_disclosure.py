"""Nothing that is of few can be worked out from what is told, however it is subtracted."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from pilotkit.adoption.disclosure import FEWEST, tellable
from pilotkit.figures import KpiValue

MONTHS = ("2025-05", "2025-06", "2025-07")
COUNTS = st.dictionaries(st.tuples(st.sampled_from(MONTHS), st.sampled_from("abcd")), st.integers(1, 25), max_size=12)


def figure(denominator, month, unit=None):
    return KpiValue(
        kpi="k", month=month, unit=unit, numerator=0, denominator=denominator, definition_hash="h",
        location_version="v", as_of=datetime(2025, 8, 1, tzinfo=UTC),
    )  # fmt: skip


def told_of(counts):
    """Denominators that are told of cells, and of months."""
    cells = [figure(count, month, unit) for (month, unit), count in counts.items()]
    months = {month: sum(count for (each, _), count in counts.items() if each == month) for month, _ in counts}
    told = tellable([*cells, *(figure(count, month) for month, count in months.items())], sum(counts.values()))
    by_cell = {(each.month, each.unit): each.denominator for each in told if each.unit}
    return by_cell, {each.month: each.denominator for each in told if not each.unit}


@given(COUNTS)
def test_what_is_left_of_anything_that_is_told_is_nothing_or_of_many(counts):
    cells, months = told_of(counts)
    assert all(count >= FEWEST for count in (*cells.values(), *months.values()))
    for month, count in months.items():
        left = count - sum(each for (there, _), each in cells.items() if there == month)
        assert left == 0 or left >= FEWEST
    known = sum(months.values()) + sum(each for (month, _), each in cells.items() if month not in months)
    left = sum(counts.values()) - known
    assert left == 0 or left >= FEWEST or not (cells or months)


@given(COUNTS.map(lambda counts: {cell: count + FEWEST for cell, count in counts.items()}))
def test_where_nothing_is_of_few_everything_is_told(counts):
    cells, months = told_of(counts)
    assert (counts, {month for month, _ in counts}) == (cells, set(months))


def test_a_month_of_few_is_not_given_away_by_the_total_of_all():
    cells, months = told_of({("2025-06", "a"): 40, ("2025-06", "b"): 30, ("2025-07", "a"): 4})
    assert ({("2025-06", "a"): 40}, {}) == (cells, months)
