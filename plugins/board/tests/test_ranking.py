"""What may be ranked is ranked, what may not stands apart and says why."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pilotkit import AdministrativeUnit, Kpi
from pilotkit.figures import KpiValue
from pilotkit_board.ranking import Reason, Row, compare

NOON = datetime(2025, 7, 28, 12, 0, tzinfo=UTC)


def unit(code, level="commune"):
    return AdministrativeUnit(
        scheme="zz", code=code, valid_from=date(2024, 1, 1), name=f"Unit {code}", kind="quarter", level=level
    )


def row(code, numerator, denominator=100, *, level="commune", since=date(2025, 7, 1), has_kiosk=None, **value):
    given = {
        "kpi": "online_share", "unit": code, "numerator": numerator, "denominator": denominator, "minimum": 10,
        "definition_hash": "d1", "location_version": "b1", "as_of": NOON,
    }  # fmt: skip
    return Row(unit(code, level), KpiValue(**given | value), since, has_kiosk)


@pytest.fixture
def kpi(board) -> Kpi:
    return board.deployment.catalog.kpi("online_share")


def ranks(comparison):
    return [(each.rank, each.row.unit.code) for each in comparison.ranked]


def reasons(comparison):
    return {each.row.unit.code: list(each.reasons) for each in comparison.apart}


def test_the_best_comes_first_and_equals_share_a_place(kpi):
    comparison = compare(kpi, [row("A", 40), row("B", 80), row("C", 8, 10), row("D", 20)])
    assert [(1, "B"), (1, "C"), (3, "A"), (4, "D")] == ranks(comparison)
    assert {} == reasons(comparison)


def test_where_less_is_better_the_least_comes_first(kpi):
    less = kpi.model_copy(update={"direction": "down"})
    assert [(1, "A"), (2, "B")] == ranks(compare(less, [row("B", 80), row("A", 40)]))


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"definition_hash": "d2"}, Reason.DEFINITION),
        ({"location_version": "b2"}, Reason.BOUNDARIES),
        ({"as_of": datetime(2025, 7, 27, tzinfo=UTC)}, Reason.AS_OF),
        ({"since": date(2025, 6, 1)}, Reason.PERIOD),
        ({"since": None}, Reason.PERIOD),
        ({"completeness": Decimal(80)}, Reason.COMPLETENESS),
        ({"level": "province"}, Reason.LEVEL),
        ({"has_kiosk": True}, Reason.MEANS),
        ({"denominator": 9}, Reason.TOO_FEW),
    ],
)
def test_what_differs_is_not_ranked_and_the_reason_is_named(kpi, other, reason):
    comparison = compare(kpi, [row("A", 4), row("B", 3), row("C", 5, **other)])
    assert [(1, "A"), (2, "B")] == ranks(comparison)
    assert {"C": [reason]} == reasons(comparison)


def test_every_reason_is_named(kpi):
    odd = row("C", 5, definition_hash="d2", location_version="b2", since=None)
    assert {"C": [Reason.DEFINITION, Reason.BOUNDARIES, Reason.PERIOD]} == reasons(
        compare(kpi, [row("A", 4), row("B", 3), odd])
    )


def test_a_little_more_or_less_complete_is_as_good_as_alike(kpi):
    rows = [row("A", 4, completeness=Decimal("99.2")), row("B", 3, completeness=Decimal(100))]
    assert {} == reasons(compare(kpi, rows))


def test_where_most_know_how_complete_they_are_one_that_does_not_stands_apart(kpi):
    rows = [row(code, 4, completeness=Decimal(99)) for code in "AB"]
    assert {"C": [Reason.COMPLETENESS]} == reasons(compare(kpi, [*rows, row("C", 5)]))


def test_the_yardstick_may_be_another_unit_s(kpi):
    odd = row("C", 5, definition_hash="d2")
    comparison = compare(kpi, [row("A", 4), row("B", 3), odd], like=odd)
    assert [(1, "C")] == ranks(comparison)
    assert {"A": [Reason.DEFINITION], "B": [Reason.DEFINITION]} == reasons(comparison)


def test_where_nothing_can_be_measured_nothing_is_ranked(kpi):
    comparison = compare(kpi, [row("A", 0, 0), row("B", 1, 2)])
    assert ([], None) == (ranks(comparison), comparison.yardstick)
    assert {"A": [Reason.TOO_FEW], "B": [Reason.TOO_FEW]} == reasons(comparison)


figures = some.lists(some.tuples(some.integers(0, 50), some.integers(0, 60), some.booleans()), max_size=12)


@given(figures)
def test_every_unit_stands_once_and_places_follow_the_exact_share(counts):
    kpi = Kpi.model_construct(direction="up", minimum=10)
    rows = [
        replace(row(f"{at:02}", min(numerator, denominator), denominator), has_kiosk=kiosk)
        for at, (numerator, denominator, kiosk) in enumerate(counts)
    ]
    comparison = compare(kpi, rows)
    ranked, apart = comparison.ranked, comparison.apart
    assert sorted(each.unit.code for each in rows) == sorted(each.row.unit.code for each in (*ranked, *apart))
    assert all(each.reasons for each in apart)
    shares = [Fraction(each.row.value.numerator, each.row.value.denominator) for each in ranked]
    assert sorted(shares, reverse=True) == shares
    assert [1 + sum(other > share for other in shares) for share in shares] == [each.rank for each in ranked]
    assert len({each.row.circumstances for each in ranked}) <= 1
