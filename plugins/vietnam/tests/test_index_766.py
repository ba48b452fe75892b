from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotkit import DataError, KpiFormula, PilotkitError
from pilotkit.figures import Measures, index_values
from pilotkit_vietnam.index_766 import index_formulas

FORMULAS = {formula.id.removeprefix("vn.766."): formula for formula in index_formulas({})}
OLDER = {"dossier_payment": "full_at_30", "digitised_papers": "full_at_80", "progress_without_cases": "zero"}
EVERY = [*FORMULAS.values(), *index_formulas(OLDER)]
LINEAR = {
    "publish_on_time": 6, "public_update_on_time": 4, "public_content_full": 2, "dossier_sync": 6,
    "dossiers_on_time": 20, "online_services_used": 4, "petitions_on_time": 6, "petition_satisfaction": 6,
    "electronic_results": 6, "digitised_papers": 4, "personal_storage": 4, "population_dossiers": 2,
    "population_procedures": 2, "certified_copies": 2,
}  # fmt: skip
FULL_EARLY = {
    "online_procedures": (2, Fraction(80, 100)), "online_channel": (6, Fraction(50, 100)),
    "receiving_satisfaction": (6, Fraction(90, 100)), "reused_data": (2, Fraction(80, 100)),
}  # fmt: skip
HEADER = "unit,input,numerator,denominator,as_of,source\n"


def only(name: str, numerator: int, denominator: int, formulas=FORMULAS) -> Fraction | None:
    formula = formulas[name]
    return formula.compute({formula.inputs[0].id: (numerator, denominator)})


def payment(dossiers, procedures, payable, chosen: str = "uncapped") -> Fraction | None:
    formula = next(each for each in index_formulas({"dossier_payment": chosen}) if each.id.endswith("online_payment"))
    counts = {"dossiers_paid_online": dossiers, "procedures_paid_online": procedures}
    return formula.compute(counts | {"procedures_payable_online": payable})


def test_every_metric_is_a_formula_and_together_they_give_100_points():
    assert all(isinstance(formula, KpiFormula) for formula in FORMULAS.values())
    assert 100 == sum(formula.maximum for formula in FORMULAS.values())
    assert set(FORMULAS) == {*LINEAR, *FULL_EARLY, "online_payment"}


def test_the_groups_have_the_published_totals():
    totals: dict[str, int] = {}
    for formula in FORMULAS.values():
        group = formula.group.in_language("en")
        totals[group] = totals.get(group, 0) + int(formula.maximum)
    expected = {"Transparency": 18, "Progress": 20, "Online services": 12, "Online payment": 10}
    assert expected | {"Satisfaction": 18, "Digitisation": 22} == totals


@pytest.mark.parametrize("name", LINEAR)
def test_points_in_proportion_are_exact(name):
    assert Fraction(LINEAR[name], 3) == only(name, 1, 3)
    assert LINEAR[name] == only(name, 7, 7)


@pytest.mark.parametrize("name", FULL_EARLY)
def test_points_are_full_from_the_threshold_on_and_in_proportion_below(name):
    points, full_at = FULL_EARLY[name]
    assert points * Fraction(1, 3) / full_at == only(name, 1, 3)
    assert points == only(name, int(full_at * 100), 100)
    assert points == only(name, 100, 100)


@pytest.mark.parametrize("name", [*LINEAR, *FULL_EARLY])
def test_a_zero_denominator_means_what_the_group_says(name):
    said = {"receiving_satisfaction": 0, "petitions_on_time": 6, "petition_satisfaction": 6}
    assert said.get(name) == only(name, 0, 0)


def test_payment_adds_three_parts_and_is_held_to_ten():
    assert 6 * Fraction(1, 2) + Fraction(5, 2) * Fraction(1, 5) + Fraction(5, 2) * Fraction(1, 10) == payment(
        (1, 2), (1, 5), (1, 10)
    )
    assert 2 == payment((0, 1), (1, 1), (0, 1))
    assert Fraction(5, 2) == payment((0, 1), (0, 1), (1, 1))
    assert 10 == payment((1, 1), (1, 1), (1, 1))
    assert 0 == payment((0, 0), (0, 0), (0, 0))


def test_payment_of_the_older_rule_is_full_at_30_percent():
    assert 6 == payment((30, 100), (0, 1), (0, 1), "full_at_30")
    assert Fraction(18, 10) == payment((30, 100), (0, 1), (0, 1))


def test_the_other_conflicts_are_options_too():
    older = {formula.id.removeprefix("vn.766."): formula for formula in index_formulas(OLDER)}
    assert 4 == only("digitised_papers", 80, 100, older)
    assert 0 == only("dossiers_on_time", 0, 0, older)
    assert {"digitised_papers": "full_at_80"} == older["digitised_papers"].options


def test_a_missing_input_is_not_measurable_and_never_zero():
    assert all(formula.compute({}) is None for formula in EVERY)


@pytest.mark.parametrize("chosen", [{"no_such": "linear"}, {"digitised_papers": "no_such"}])
def test_an_option_that_there_is_not_is_refused_with_its_place(chosen):
    with pytest.raises(DataError, match=r"pilot.toml: plugins.options.vietnam.\w+: .* are: "):
        index_formulas(chosen)


@given(st.sampled_from(EVERY), st.data())
def test_points_stay_within_the_maximum_and_grow_with_every_numerator(formula, data):
    counts, more = {}, {}
    for each in formula.inputs:
        denominator = data.draw(st.integers(0, 1000))
        numerator = data.draw(st.integers(0, denominator))
        counts[each.id] = numerator, denominator
        more[each.id] = data.draw(st.integers(numerator, denominator)), denominator
    low, high = formula.compute(counts), formula.compute(more)
    assert (low is None) == (high is None)
    if low is not None and high is not None:
        assert 0 <= low <= high <= formula.maximum


def test_a_deployment_without_counts_measures_nothing(deploy):
    deployment = deploy()
    (value,) = index_values(deployment, Measures(deployment))
    assert (None, 0, 100) == (value.points, value.covered, value.maximum)


def test_the_total_says_which_part_of_100_it_covers(deploy):
    deployment = deploy()
    rows = "04,electronic_results,1,2,2025-07-01,portal\n04,dossiers_on_time,9,10,2025-07-01,portal\n"
    (deployment.folder / "local/index_inputs.csv").write_text(HEADER + rows, encoding="utf-8")
    (value,) = index_values(deployment, Measures(deployment))
    assert (21, 26, 100) == (value.points, value.covered, value.maximum)


def test_the_newest_reported_count_counts(deploy):
    deployment = deploy()
    rows = "04,electronic_results,2,2,2025-08-01,portal\n04,electronic_results,1,2,2025-07-01,portal\n"
    (deployment.folder / "local/index_inputs.csv").write_text(HEADER + rows, encoding="utf-8")
    (value,) = index_values(deployment, Measures(deployment))
    assert 6 == value.points


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("99999,dossier_sync,1,2,2025-07-01,portal\n", "line 2: unit: there is no unit '99999'"),
        ("04,no_such,1,2,2025-07-01,portal\n", "line 2: input: no formula has the input 'no_such'"),
        ("04,dossier_sync,3,2,2025-07-01,portal\n", "line 2: numerator 3 is more than the denominator 2"),
        ("04,dossier_sync,-1,2,2025-07-01,portal\n", "line 2: numerator"),
        ("04,dossier_sync,1,2,2025-07-01,portal\n" * 2, "line 3: input: .* stands twice"),
    ],
)
def test_a_wrong_reported_count_is_refused_with_its_line(deploy, rows, said):
    deployment = deploy()
    (deployment.folder / "local/index_inputs.csv").write_text(HEADER + rows, encoding="utf-8")
    with pytest.raises(PilotkitError, match=f"local/index_inputs.csv {said}"):
        index_values(deployment, Measures(deployment))


def test_an_option_is_chosen_in_the_settings(deploy):
    deployment = deploy()
    settings = deployment.folder / "pilot.toml"
    chosen = '[plugins.options.vietnam]\ndigitised_papers = "full_at_80"\n'
    settings.write_text(settings.read_text(encoding="utf-8") + chosen, encoding="utf-8")
    again = type(deployment)(deployment.folder)
    assert {"digitised_papers": "full_at_80"} == again.catalog.formulas["vn.766.digitised_papers"].options
