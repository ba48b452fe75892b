"""What is counted here and what is left to SQL are the same numbers; the property holds for any rows."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.drill import size

from pilotkit.facts.columns import Column, Table
from pilotkit.measures import duckdb_counting as counting
from pilotkit.measures.duckdb_counting import Counting
from pilotkit.measures.engines import merge_answers, run
from pilotkit.measures.plan import Plan, Quantile, Sum

VISITS = Table(
    name="visits",
    key="id",
    meaning="Rows of a test.",
    stored=(
        Column("id", "BIGINT", "A number."),
        Column("place", "VARCHAR", "Where."),
        Column("day", "DATE", "When."),
        Column("minutes", "BIGINT", "How long."),
    ),
    derived=(
        Column("is_long", "BOOLEAN", "Whether it took long.", "COALESCE(minutes > 20, FALSE) OR place = 'west'"),
        Column("is_known", "BOOLEAN", "Whether anything is known.", "NOT (place IS NULL AND day IS NULL)"),
    ),
    dimensions=("place", "day"),
)
PLACES = st.sampled_from([None, "east", "west", "o'north", ""])
DAYS = st.none() | st.dates(date(2024, 2, 27), date(2024, 3, 3))
MINUTES = st.none() | st.integers(-40, 40)
ROWS = st.lists(st.tuples(PLACES, DAYS, MINUTES), max_size=30)
CONDITIONS = [
    "minutes > 3",
    "place = 'east'",
    "TRUE",
    "day IS NULL",
    "minutes < -3",
    *(f"minutes > {n}" for n in range(9)),
]
SUMS = tuple(map(Sum, CONDITIONS))
LEAVES = ["minutes > 3", "place = 'east'", "day IS NULL", "NOT minutes IS NULL", "is_long", "is_known", "TRUE", "NULL",
          "COALESCE(place = '', FALSE)", "COALESCE(minutes < 0, TRUE)", "minutes BETWEEN 1 AND 9"]  # fmt: skip
NESTED = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.one_of(
        inner.map("NOT ({})".format), inner.map("COALESCE({}, FALSE)".format),
        st.tuples(inner, inner).map(lambda two: "({}) AND ({})".format(*two)),
        st.tuples(inner, inner).map(lambda two: "({}) OR ({})".format(*two)),
    ),
    max_leaves=8,
)  # fmt: skip
QUANTILES = (
    Quantile("minutes", "TRUE", Decimal("0.5")),
    Quantile("minutes", "place = 'east'", Decimal("0.9")),
    Quantile("minutes", "place = 'east'", Decimal("0.001")),
    Quantile("minutes", "TRUE", Decimal(1)),
)
GROUPINGS = [((),), ((), ("place",)), (("place", "day"), ("day",), ()), (("day",),)]


def source_of(rows: list[tuple[str | None, date | None, int | None]]) -> str:
    def said(value: object) -> str:
        if value is None:
            return "NULL"
        kind = "DATE " if isinstance(value, date) else ""
        return str(value) if isinstance(value, int) else kind + "'" + str(value).replace("'", "''") + "'"

    start = "SELECT 0::BIGINT AS id, NULL::VARCHAR AS place, NULL::DATE AS day, NULL::BIGINT AS minutes WHERE FALSE"
    return " UNION ALL ".join(
        [start, *(f"SELECT {number}, {', '.join(map(said, row))}" for number, row in enumerate(rows))]
    )


@pytest.mark.drill
@settings(deadline=None, max_examples=size(8, 25))
@given(ROWS, st.sampled_from(GROUPINGS))
def test_counting_and_sql_say_the_same_of_any_rows(rows, groupings):
    plan, source = Plan(VISITS, 0, None, groupings, SUMS, QUANTILES), source_of(rows)
    with duckdb.connect() as connection:
        sums, (ranked,) = Counting(connection, plan, source).answer(SUMS, [QUANTILES])
    assert sorted(run(plan.sums_query(source)), key=repr) == sorted(sums, key=repr)
    by_sql = merge_answers(plan, [(places, run(query)) for places, query in plan.quantile_queries(source)])
    nothing = (None,) * len(QUANTILES)
    assert [row for row in sorted(by_sql, key=repr) if row[-len(QUANTILES) :] != nothing] == sorted(ranked, key=repr)


@pytest.mark.drill
@settings(deadline=None, max_examples=size(20, 60))
@given(ROWS, st.lists(NESTED, min_size=1, max_size=6, unique=True), st.sampled_from([1, 2, 4, 16]))
def test_however_conditions_are_nested_and_whatever_is_unknown_both_count_the_same_rows(rows, conditions, most):
    sums = tuple(map(Sum, conditions))
    quantiles = (Quantile("minutes", conditions[0], Decimal("0.5")),)
    plan, source = Plan(VISITS, 0, None, ((), ("place",)), sums, quantiles), source_of(rows)
    with pytest.MonkeyPatch.context() as patch, duckdb.connect() as connection:
        patch.setattr(counting, "TOGETHER", most)
        counted, (ranked,) = Counting(connection, plan, source).answer(sums, [quantiles])
    assert sorted(run(plan.sums_query(source)), key=repr) == sorted(counted, key=repr)
    by_sql = merge_answers(plan, [(places, run(query)) for places, query in plan.quantile_queries(source)])
    assert [row for row in sorted(by_sql, key=repr) if row[-1] is not None] == sorted(ranked, key=repr)


@pytest.fixture
def few_counters(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(counting, "COUNTERS", 3)
    return


def test_what_would_take_too_many_counters_is_left_to_sql(few_counters):
    rows = [("east", date(2024, 3, 1) + timedelta(days=number), number) for number in range(5)]
    plan = Plan(VISITS, 0, None, (("day",),), SUMS, QUANTILES)
    with duckdb.connect() as connection:
        assert (None, [None]) == Counting(connection, plan, source_of(rows)).answer(SUMS, [QUANTILES])
