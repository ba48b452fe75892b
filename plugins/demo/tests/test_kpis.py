from pilotkit import Deployment
from pilotkit.figures import Measures
from pilotkit.testing import enabling
from pilotkit_demo.kpis import KPIS


def test_the_measure_counts_finished_cases_of_a_simulated_month(filled):
    deployment = enabling(filled, "demo")
    (value,) = Measures(deployment).values([KPIS[0].id])
    assert 0 < value.numerator < value.denominator


def test_with_too_few_cases_it_is_not_measurable(tiny):
    (value,) = Measures(enabling(Deployment(tiny), "demo")).values([KPIS[0].id])
    assert (False, None) == (value.is_measurable, value.percent)
