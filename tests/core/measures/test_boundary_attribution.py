"""Counts under other boundaries: whole numbers that add up to what they were."""

from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from pilotkit import AdministrativeUnit
from pilotkit.measures.boundary_attribution import apportioned, attributed, largest_remainder, series_of
from pilotkit.places import Lineage, Succession, UnitKey

OLD, NEW, JUNE = date(2024, 1, 1), date(2025, 7, 1), date(2025, 6, 30)
shares = st.lists(st.integers(1, 60), min_size=1, max_size=9).map(
    lambda weights: [Fraction(weight, sum(weights)) for weight in weights]
)
counts = st.integers(0, 10**9).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))


@given(st.integers(0, 10**12), shares)
def test_parts_add_up_and_none_is_a_whole_case_from_its_share(total, given_shares):
    parts = largest_remainder(total, given_shares)
    assert total == sum(parts)
    assert all(abs(part - total * share) < 1 for part, share in zip(parts, given_shares, strict=True))


@given(counts, shares)
def test_no_part_counts_more_than_it_has(count, given_shares):
    parts = apportioned(count, given_shares)
    assert count == (sum(n for n, _ in parts), sum(d for _, d in parts))
    assert all(0 <= numerator <= denominator for numerator, denominator in parts)


def test_what_is_left_over_goes_to_the_largest_remainders_and_of_equals_to_the_first():
    assert [3, 2] == largest_remainder(5, [Fraction(1, 2), Fraction(1, 2)])
    assert [6, 2, 2] == largest_remainder(10, [Fraction(58, 100), Fraction(22, 100), Fraction(20, 100)])


def lineage(*successions):
    codes = {code for code, *_ in successions}
    taken = {successor for _, successor, _ in successions}

    def unit(code, since, until=None):
        return AdministrativeUnit(
            scheme="zz", code=code, valid_from=since, valid_to=until, name=code, kind="quarter", level="commune"
        )

    return Lineage(
        [*(unit(code, OLD, JUNE) for code in sorted(codes)), *(unit(code, NEW) for code in sorted(taken))],
        [
            Succession(
                scheme="zz", code=code, valid_from=OLD, successor=successor, since=NEW, share=share, reference="r",
                certainty="high",
            )
            for code, successor, share in successions
        ],
    )  # fmt: skip


def old(code):
    return UnitKey("zz", code, OLD)


def new(code):
    return UnitKey("zz", code, NEW)


def test_cases_of_merged_units_stay_whole_and_those_of_divided_ones_are_marked():
    changed = lineage(("A", "C", "1"), ("B", "C", "0.25"), ("B", "D", "0.75"))
    found = attributed({old("A"): [(3, 10)], old("B"): [(2, 8)], new("C"): [(1, 1)]}, changed, NEW)
    assert ((5, 13),) == found[new("C")].counts
    assert ((1, 6),) == found[new("D")].counts
    assert (True, True) == (found[new("C")].apportioned, found[new("D")].apportioned)


def test_a_reused_code_does_not_mix_two_places():
    swapped = lineage(("A", "B", "1"), ("B", "A", "1"))
    found = attributed({old("A"): [(1, 10)], old("B"): [(2, 20)]}, swapped, NEW)
    assert {new("A"): ((2, 20),), new("B"): ((1, 10),)} == {key: each.counts for key, each in found.items()}
    assert not any(each.apportioned for each in found.values())


def test_history_keeps_its_own_codes():
    swapped = lineage(("A", "B", "1"), ("B", "A", "1"))
    counted = {old("A"): [(1, 10)], old("B"): [(2, 20)]}
    assert counted == {key: list(each.counts) for key, each in attributed(counted, swapped, JUNE).items()}


@given(st.dictionaries(st.sampled_from("AB"), counts, min_size=1), shares.filter(lambda each: len(each) == 3))
def test_whatever_happens_to_units_no_case_is_lost_and_none_is_made(by_code, thirds):
    changed = lineage(("A", "C", "1"), *(("B", code, share) for code, share in zip("CDE", thirds, strict=True)))
    found = attributed({old(code): [count] for code, count in by_code.items()}, changed, NEW)
    total = [sum(each.counts[0][part] for each in found.values()) for part in (0, 1)]
    assert [sum(count[part] for count in by_code.values()) for part in (0, 1)] == total


def test_a_series_is_divided_exactly_and_its_total_is_rounded_once():
    changed = lineage(("B", "C", "0.3"), ("B", "D", "0.7"))
    days = {old("B"): {date(2025, 6, day): (1, 1) for day in range(1, 11)}}
    series = series_of(new("C"), days, changed, NEW)
    assert ((3, 3), True) == (series.total, series.apportioned)
    assert (Fraction(3, 10), Fraction(3, 10)) == series.days[date(2025, 6, 1)]
