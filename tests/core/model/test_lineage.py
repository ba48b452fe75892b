"""What became of units: whom a code named on a day, and whose cases are whose under the boundaries of any day."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotkit import AdministrativeUnit, DataError, Place
from pilotkit.data import DuplicateError
from pilotkit.places import Lineage, Succession, UnitKey

OLD, NEW, NEWER = date(2024, 1, 1), date(2025, 7, 1), date(2026, 1, 1)
JUNE, JULY = date(2025, 6, 30), date(2025, 7, 2)


def a_unit(code, since=OLD, until=None, population=None, name=None):
    return AdministrativeUnit(
        scheme="zz", code=code, valid_from=since, valid_to=until, name=name or f"Quarter {code}", kind="quarter",
        level="commune", population=population,
    )  # fmt: skip


def passes(code, successor, share="1", *, since=NEW, valid_from=OLD, back=None):
    return Succession(
        scheme="zz", code=code, valid_from=valid_from, successor=successor, since=since, share=share,
        share_of_successor=back, reference="r", certainty="high",
    )  # fmt: skip


def key(code, since=OLD):
    return UnitKey("zz", code, since)


MERGED = Lineage(
    [a_unit("A", until=JUNE, population=3000), a_unit("B", until=JUNE, population=1000), a_unit("C", NEW)],
    [passes("A", "C"), passes("B", "C")],
)
SPLIT = Lineage(
    [a_unit("A", until=JUNE), a_unit("B", NEW), a_unit("C", NEW)], [passes("A", "B", "2/3"), passes("A", "C", "1/3")]
)
SWAPPED = Lineage(
    [a_unit("A", until=JUNE), a_unit("B", until=JUNE), a_unit("A", NEW), a_unit("B", NEW)],
    [passes("A", "B"), passes("B", "A")],
)


def test_today_only_those_stand_that_nobody_has_taken_over_from():
    assert ["C"] == list(MERGED.current)
    assert ["A", "B"] == [unit.code for unit in MERGED.former]


def test_a_merged_unit_has_all_of_those_before_it():
    assert ((key("C", NEW), 1),) == MERGED.shares(key("A"), JULY)
    assert ((key("A"), 1),) == MERGED.shares(key("A"), JUNE)


def test_a_divided_unit_passes_on_by_its_shares():
    assert ((key("B", NEW), Fraction(2, 3)), (key("C", NEW), Fraction(1, 3))) == SPLIT.shares(key("A"), JULY)
    assert ((key("A"), 1),) == SPLIT.shares(key("B", NEW), JUNE)


def test_under_earlier_boundaries_a_merged_unit_is_divided_by_its_people():
    assert ((key("A"), Fraction(3, 4)), (key("B"), Fraction(1, 4))) == MERGED.shares(key("C", NEW), JUNE)


def test_or_by_the_shares_that_were_decided():
    units = [a_unit("A", until=JUNE), a_unit("B", until=JUNE), a_unit("C", NEW)]
    decided = Lineage(units, [passes("A", "C", back="0.9"), passes("B", "C", back="0.1")])
    assert ((key("A"), Fraction(9, 10)), (key("B"), Fraction(1, 10))) == decided.shares(key("C", NEW), JUNE)


def test_where_nothing_says_how_it_is_refused_with_file_and_line():
    units = [a_unit("A", until=JUNE), a_unit("B", until=JUNE), a_unit("C", NEW)]
    silent = Lineage(units, [passes("A", "C"), passes("B", "C")])
    with pytest.raises(DataError, match="nothing says which share of unit 'C' was once 'A'") as refused:
        silent.shares(key("C", NEW), JUNE)
    assert Place("local/successions.csv", line=2) == refused.value.where


def test_two_units_may_give_each_other_their_codes():
    assert ((key("B", NEW), 1),) == SWAPPED.shares(key("A"), JULY)
    assert ((key("A", NEW), 1),) == SWAPPED.shares(key("B"), JULY)


def test_a_code_names_whoever_had_it_on_the_day():
    assert OLD == SWAPPED.holder("A", JUNE).valid_from
    assert NEW == SWAPPED.holder("A", JULY).valid_from
    assert OLD == SWAPPED.holder("A", date(1990, 1, 1)).valid_from
    assert SWAPPED.holder("Z", JULY) is None


def test_shares_are_followed_through_several_changes():
    units = [
        a_unit("A", until=JUNE), a_unit("B", NEW, date(2025, 12, 31)), a_unit("C", NEW, date(2025, 12, 31)),
        a_unit("D", NEWER),
    ]  # fmt: skip
    twice = Lineage(units, [
        passes("A", "B", "0.4"), passes("A", "C", "0.6"),
        passes("B", "D", since=NEWER, valid_from=NEW), passes("C", "D", since=NEWER, valid_from=NEW),
    ])  # fmt: skip
    assert ((key("D", NEWER), 1),) == twice.shares(key("A"), NEWER)
    assert Fraction(2, 5) == dict(twice.shares(key("A"), JULY))[key("B", NEW)]


def test_the_boundaries_of_a_day_have_a_name_that_others_do_not_have():
    assert {"A", "B"} == {unit.code for unit in MERGED.units_on(JUNE)}
    assert MERGED.version(JUNE) != MERGED.version(JULY)
    assert MERGED.version(JULY) == MERGED.version(NEWER)


@pytest.mark.parametrize(
    ("units", "successions", "says"),
    [
        (
            [a_unit("A", NEW, JULY), a_unit("B", NEWER, date(2027, 1, 1))],
            [passes("A", "B", since=NEWER, valid_from=NEW), passes("B", "A", since=NEW, valid_from=NEWER)],
            r"local/successions\.csv line 3: the succession turns in a circle: B → A → B",
        ),
        (
            [a_unit("A", until=JUNE), a_unit("B", NEW)],
            [passes("A", "B", "0.5")],
            r"local/successions\.csv line 2: the successors of 'A' take 1/2 of it together, not 1",
        ),
        (
            [a_unit("A", until=JUNE), a_unit("B", NEW)],
            [passes("A", "B"), passes("A", "B", "1/2")],
            r"line 3: the successors of 'A' take 3/2 of it together",
        ),
        (
            [a_unit("A", until=JUNE), a_unit("B", NEW)],
            [passes("A", "B", "1/2"), passes("A", "B", "1/2")],
            r"line 3: 'A' passes to one unit twice",
        ),
        (
            [a_unit("A"), a_unit("A", NEW, name="Elsewhere")],
            [],
            r"local/units\.csv line 3: valid_from: code 'A' names Quarter A without an end, and Elsewhere",
        ),
        (
            [a_unit("A", until=JULY), a_unit("A", NEW)],
            [],
            r"line 3: valid_from: code 'A' names Quarter A until 2025-07-02",
        ),
        ([a_unit("A", until=JUNE)], [passes("A", "B")], r"line 2: there is no unit 'B' from 2025-07-01"),
        ([a_unit("B", NEW)], [passes("A", "B")], r"line 2: there is no unit 'A' from 2024-01-01"),
        (
            [a_unit("A", NEW, JULY), a_unit("B")],
            [passes("A", "B", since=OLD, valid_from=NEW)],
            r"line 2: 'A' would end on 2024-01-01, before it began",
        ),
        (
            [a_unit("A"), a_unit("B", NEW)],
            [passes("A", "B")],
            r"line 2: 'A' ends on None, and is taken over from on 2025-07-01",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_file_and_line(units, successions, says):
    with pytest.raises(DataError, match=says):
        Lineage(units, successions)


def test_one_unit_stands_once():
    with pytest.raises(DuplicateError, match=r"local/units\.csv line 3: code: code 'A' stands twice"):
        Lineage([a_unit("A"), a_unit("A")])


@given(st.lists(st.integers(1, 50), min_size=1, max_size=8))
def test_shares_always_add_up_to_one(weights):
    successors = [f"S{number}" for number in range(len(weights))]
    divided = Lineage(
        [a_unit("A", until=JUNE), *(a_unit(code, NEW) for code in successors)],
        [passes("A", code, Fraction(weight, sum(weights))) for code, weight in zip(successors, weights, strict=True)],
    )
    assert 1 == sum(share for _, share in divided.shares(key("A"), JULY))
