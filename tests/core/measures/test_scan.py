"""What cannot be measured is said to be so; what cannot be asked is refused with words; quantiles are exact."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.drill import size

from pilotkit import DataError, Deployment, Kpi, UnknownError
from pilotkit.facts.columns import TABLES
from pilotkit.figures import KpiValue, Measures
from pilotkit.measures.engines import DuckEngine, run
from pilotkit.measures.kpi_values import KpiQuery
from pilotkit.measures.plan import Plan, Quantile
from pilotkit.measures.scan import Window, matching, scan, scan_all
from pilotkit.storage.store import Store
from pilotkit.testing import tiny_deployment

AS_OF = datetime(2025, 7, 28, 17, tzinfo=UTC)
WORDS = {"en": "x"}


def a_kpi(numerator: str = "TRUE", denominator: str = "TRUE", **more: object) -> Kpi:
    said = {
        "id": "asked", "name": WORDS, "question": WORDS, "numerator_name": WORDS, "denominator_name": WORDS,
        "numerator": numerator, "denominator": denominator, "reference": "r", "certainty": "high",
    }  # fmt: skip
    return Kpi.model_validate(said | more)


def a_quantile(value: str = "working_minutes", fraction: str = "0.5", **more: object) -> Kpi:
    said = {"statistic": "quantile", "value": value, "fraction": fraction, "unit": "minutes"}
    return a_kpi("", "TRUE", **(said | more))


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"numerator": "chanel = 'online'"}, "asked.numerator: there is no column 'chanel'"),
        ({"denominator": "unit IN (SELECT unit FROM cases)"}, "asked.denominator: .*is not allowed"),
        ({"numerator": "working_minutes / 0 > 1"}, r"\(Div\) is not allowed"),
        ({"numerator": "upper(channel) = 'ONLINE'"}, r"\(Upper\) is not allowed"),
        ({"weight": "supplements / 2"}, "asked.weight: .*is not allowed"),
        ({"weight": "channel"}, "asked.weight: 'channel' is not a whole number"),
        ({"weight": "attributes.amount"}, "asked.weight: 'attributes.amount' is not a whole number"),
        ({"weight": "supplements * 1.5"}, "'1.5' is not a whole number"),
        ({"weight": "supplements - 1"}, "asked.weight: may be less than nothing"),
        ({"weight": "9" * 19}, "has more than 18 digits"),
        ({"of": "procedures", "numerator": "is_late"}, "there is no column 'is_late'; columns are: procedure, version"),
        ({"of": "points", "numerator": "attributes.size > 1"}, "there is no column 'attributes.size'"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_place(filled_town: Deployment, changed: dict, says: str) -> None:
    with pytest.raises(DataError, match=says):
        scan(Measures(filled_town).facts, [a_kpi().model_copy(update=changed)], Window(None, AS_OF))


@pytest.mark.parametrize(
    "value",
    [
        "channel", "working_minutes / 60", "lower(channel)", "attributes.amount", "is_late",
        "(supplements, reusable_documents)", "9" * 44,
    ],
)  # fmt: skip
def test_a_quantile_is_of_whole_numbers_alone(filled_town: Deployment, value: str) -> None:
    with pytest.raises(DataError, match=r"asked\.value"):
        scan(Measures(filled_town).facts, [a_quantile(value)], Window(None, AS_OF))


@pytest.mark.parametrize(
    "changed",
    [
        {"numerator": ""},
        {"value": "supplements"},
        {"unit": "minutes"},
        {"statistic": "quantile"},
        {"statistic": "quantile", "numerator": "", "value": "supplements", "fraction": "1.5", "unit": "number"},
        {"statistic": "quantile", "numerator": "", "value": "supplements", "fraction": "0.5", "unit": "percent"},
        {"statistic": "quantile", "value": "supplements", "fraction": "0.5", "unit": "number"},
    ],
)
def test_half_a_definition_is_none(changed: dict) -> None:
    with pytest.raises(ValidationError):
        a_kpi(**changed)


@pytest.mark.parametrize("kpi", [a_kpi("is_late"), a_quantile(), a_kpi(weight="supplements")])
def test_an_empty_period_is_not_measurable(filled_town: Deployment, kpi: Kpi) -> None:
    facts = Measures(filled_town).facts
    for window in (Window(date(2031, 1, 1), AS_OF), Window(None, datetime(1999, 1, 1, tzinfo=UTC))):
        assert [((0, 0),)] == [group.counts for group in scan(facts, [kpi], window)]


def test_a_deployment_without_any_case_has_no_figures_and_no_crash(town: Deployment) -> None:
    Store.of(town).close()
    total, *groups = Measures(town).figures()
    assert [] == groups
    assert {None} == {value.percent for value in total}
    assert {False} == {value.is_measurable for value in total}


def test_a_unit_without_cases_has_no_row_that_says_0(filled_town: Deployment) -> None:
    facts = Measures(filled_town).facts
    groups = scan(facts, [a_kpi()], Window(None, AS_OF), ["unit"])
    assert "PA-99" not in {group.keys[0] for group in groups}
    only = scan(facts, [a_kpi("is_late", "unit = 'PA-99'")], Window(None, AS_OF))
    assert [((0, 0),)] == [group.counts for group in only]
    assert not value_of((0, 0)).is_measurable


def value_of(count: tuple[int, int], **more: object) -> KpiValue:
    return KpiValue(
        kpi="asked", numerator=count[0], denominator=count[1], definition_hash="h", location_version="v", as_of=AS_OF,
        **more,
    )  # fmt: skip


def test_a_quantile_is_an_amount_and_no_share() -> None:
    value = value_of((554, 60), statistic="quantile")
    assert (554, None, None) == (value.amount, value.share, value.percent)
    assert value_of((0, 0), statistic="quantile").amount is None
    assert value_of((1, 2)).amount is None


def test_a_sum_too_large_for_the_engine_is_an_error_with_words(filled_town: Deployment) -> None:
    kpi = a_kpi(weight="received_at * 9000")
    with pytest.raises(DataError, match="cannot be computed"):
        scan(Measures(filled_town).facts, [kpi], Window(None, AS_OF))


def test_all_groupings_of_one_scan_add_up_to_the_same_total(filled_town: Deployment) -> None:
    groupings = (
        (),
        ("unit",),
        ("procedure",),
        ("channel",),
        ("month",),
        ("unit", "channel"),
        ("domain",),
        ("province",),
    )
    groups = scan_all(Measures(filled_town).facts, [a_kpi("channel = 'online'")], Window(None, AS_OF), groupings)
    sums = dict.fromkeys(groupings, (0, 0))
    for group in groups:
        sums[group.grouping] = tuple(map(sum, zip(sums[group.grouping], group.counts[0], strict=True)))
    assert 1 == len(set(sums.values()))
    assert sums[()][1] > 0


def test_a_table_is_not_grouped_by_what_it_does_not_have(filled_town: Deployment) -> None:
    kpi = a_kpi("online_offered", of="procedures")
    groups = scan_all(Measures(filled_town).facts, [kpi, a_kpi()], Window(None, AS_OF), [(), ("unit",)])
    total = next(group for group in groups if not group.grouping)
    assert len(filled_town.catalog.procedures) == total.counts[0][1]
    assert {(0, 0)} == {group.counts[0] for group in groups if group.grouping}


def test_a_table_without_any_of_the_groupings_has_no_counts(filled_town: Deployment) -> None:
    kpis = [a_kpi("online", of="points"), a_kpi()]
    groups = scan_all(Measures(filled_town).facts, kpis, Window(None, AS_OF), [("unit", "received_day")])
    assert groups
    assert {(0, 0)} == {group.counts[0] for group in groups}
    assert [] == scan_all(Measures(filled_town).facts, kpis[:1], Window(None, AS_OF), [("unit", "received_day")])


def test_rows_are_not_narrowed_by_what_their_table_does_not_have(filled_town: Deployment) -> None:
    facts, kpi = Measures(filled_town).facts, a_kpi("online_offered", of="procedures")
    with pytest.raises(DataError, match="'asked' is not counted by month, unit"):
        matching(facts, kpi, Window(None, AS_OF), only={"unit": "PA-01", "month": "2025-07"}, part="numerator",
                 limit=1, offset=0)  # fmt: skip


def test_a_longer_expression_that_we_make_ourselves_is_not_held_against_its_author(filled_town: Deployment) -> None:
    listed = ",".join(f"'c{number:03}'" for number in range(230))
    kpi = a_kpi("electronic_result", f"channel IN({listed},'online')")
    question = KpiQuery((kpi,), Window(None, AS_OF), Measures(filled_town).facts)
    (group,) = scan(question.facts, question.asked, question.window)
    assert group.counts[0][1] > 0


def test_a_condition_of_very_many_parts_is_counted(filled_town: Deployment) -> None:
    facts, many = Measures(filled_town).facts, " OR ".join(f"supplements={n}" for n in range(100))
    (one, all_of_them) = (
        scan(facts, [a_kpi(said)], Window(None, AS_OF))[0].counts[0] for said in (many, "supplements >= 0")
    )
    assert all_of_them == one


def test_what_nests_deeper_than_can_be_computed_is_an_error_with_words(filled_town: Deployment) -> None:
    deep = a_kpi().model_copy(update={"numerator": "NOT " * 480 + "is_late"})
    with pytest.raises(DataError, match="deep"):
        scan(Measures(filled_town).facts, [deep], Window(None, AS_OF))


def test_an_answer_is_not_kept_for_another_definition_of_a_column() -> None:
    late, table = Plan(TABLES["cases"], 0, None, (), ()), TABLES["cases"]
    other = tuple(replace(each, sql="FALSE") if each.name == "is_late" else each for each in table.derived)
    assert late.key == Plan(table, 0, None, (), ()).key
    assert late.key != Plan(replace(table, derived=other), 0, None, (), ()).key


def test_figures_of_a_whole_board_are_those_of_each_dimension_alone(filled_town: Deployment) -> None:
    measures = Measures(filled_town)
    whole = {
        (v.kpi, v.unit, v.procedure, v.channel, v.month): v for group in measures.figures(as_of=AS_OF) for v in group
    }
    alone = {}
    for by in ("unit", "procedure", "channel", "month"):
        alone |= {(v.kpi, v.unit, v.procedure, v.channel, v.month): v for v in measures.values(by=by, as_of=AS_OF)}
    assert alone == whole


def test_what_is_counted_by_hand_is_counted_by_name(filled_town: Deployment) -> None:
    measures = Measures(filled_town)
    counted = measures.count({"all": "TRUE", "open": "is_open", "today": "received_day = '2025-07-28'"}, by=["unit"])
    assert measures.cases("online_share").total == counted[()]["all"]
    assert counted[()]["open"] == sum(counts["open"] for keys, counts in counted.items() if keys)
    assert 0 < counted[()]["today"] < counted[()]["all"]


def test_an_engine_that_nobody_offers_is_named(tmp_path) -> None:
    town = Deployment(tiny_deployment(tmp_path / "town", measures__engine="abacus"))
    Store.of(town).close()
    with pytest.raises(UnknownError, match="no plugin offers the engine 'abacus'"):
        Measures(town).values()


def test_the_engine_sees_nothing_but_the_files(filled_town: Deployment, tmp_path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    with pytest.raises(DataError, match="is not allowed"):
        scan(Measures(filled_town).facts, [a_kpi(f"'1' IN (SELECT a FROM read_csv('{secret}'))")], Window(None, AS_OF))


@pytest.mark.drill
@settings(max_examples=size(20, 60), deadline=None)
@given(st.lists(st.integers(-50, 50), max_size=40), st.integers(1, 999))
def test_a_quantile_is_the_first_value_that_enough_do_not_exceed(values: list[int], thousandths: int) -> None:
    fraction = Decimal(thousandths) / 1000
    plan = Plan(TABLES["points"], 0, None, ((),), (), (Quantile("counters", "TRUE", fraction),))
    nulls = ", ".join(
        f"CAST(NULL AS {each.type}) AS {each.name}" for each in plan.table.stored if each.name != "counters"
    )
    listed = ", ".join(f"({value})" for value in values) or "(NULL)"
    source = f"SELECT counters::BIGINT AS counters, {nulls} FROM (VALUES {listed}) AS v(counters)"
    ordered = sorted(values)
    wanted = next((v for place, v in enumerate(ordered, 1) if place * 1000 >= len(ordered) * thousandths), None)
    ((places, query),) = plan.quantile_queries(source)
    assert (0,) == places
    assert ([(0, wanted)] if values else []) == run(query)
    disc = f"SELECT quantile_disc(counters, {fraction}) FROM ({source})"
    assert [(wanted,)] == run(disc)


def test_the_default_engine_keeps_the_promise_of_engines() -> None:
    from pilotkit.figures import Engine

    assert isinstance(DuckEngine(), Engine)
