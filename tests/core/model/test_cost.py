"""The standard cost model, held against what a pilot published."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from pilotkit.data import CaseCost, saved_share

AMOUNTS = st.decimals(0, 10**9, places=2)


def percent(share: Fraction | None) -> Decimal | None:
    return None if share is None else Decimal(round(share * 10_000)).scaleb(-2)


def test_the_published_saving_of_a_case_follows_from_its_amounts():
    assert Decimal("77.44") == percent(saved_share(Fraction(1_024_000), Fraction(231_000)))


def test_the_published_saving_of_a_year_follows_from_its_amounts_in_billions():
    assert Decimal("71.64") == percent(saved_share(Fraction(2306), Fraction(654)))
    assert 1652 == 2306 - 654


def test_the_published_amounts_do_not_agree_on_how_many_cases_there_are():
    before, after = Fraction(2306 * 10**9, 1_024_000), Fraction(654 * 10**9, 231_000)
    assert (2_251_953, 2_831_169) == (round(before), round(after))


def test_a_case_costs_time_by_wage_and_what_is_paid():
    cost = CaseCost(hours=Decimal("1.5"), fees=Decimal(8_000), other=Decimal(20_000), cases=Decimal(100))
    assert (109_000, 10_900_000) == (cost.of_case(Decimal(54_000)), cost.of_year(Decimal(54_000)))


def test_what_cost_nothing_cannot_be_saved_and_what_rose_is_negative():
    assert saved_share(Fraction(), Fraction(1)) is None
    assert -1 == saved_share(Fraction(1), Fraction(2))


@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS)
def test_a_cost_is_exact_and_grows_with_the_wage(hours, fees, cases, wage, rise):
    cost = CaseCost(hours=hours, fees=fees, cases=cases)
    assert cost.of_case(wage) <= cost.of_case(wage + rise)
    assert Fraction(hours) * Fraction(rise) == cost.of_case(wage + rise) - cost.of_case(wage)
