"""What a procedure costs those who use it, before and after: amounts, shares saved, and what cannot be computed."""

from decimal import Decimal
from fractions import Fraction

import pytest

from pilotkit import DataError, Deployment
from pilotkit.measures.costs import cost_changes, year_total
from pilotkit.model.cost import HourlyWage
from pilotkit.testing import tiny_deployment

COSTS = "model/evidence/compliance_costs.yaml"
SAID = {"reference": "charter", "certainty": "high"}
WAGE = HourlyWage(id="zz.hour", name={"en": "An hour"}, amount=Decimal(30_000), basis={"en": "Agreed."}, **SAID)
TEXT = """- id: stall
  procedure: {procedure}
  wage: {wage}
  before: {{hours: "6", fees: "20000", other: "60000", cases: "1000"}}
  after: {{hours: "1.5", fees: "20000", other: "0", cases: "1500"}}
  reference: charter
  certainty: high
- id: move
  procedure: ZZ-102
  wage: zz.hour
  before: {{hours: "0", cases: "10"}}
  after: {{hours: "1", cases: "10"}}
  reference: charter
  certainty: synthetic
"""


@pytest.fixture
def catalog(tmp_path):
    """A catalog with the costs of two procedures."""

    def make(procedure: str = "ZZ-101", wage: str = "zz.hour"):
        from dataclasses import replace

        folder = tiny_deployment(tmp_path / "town", {COSTS: TEXT.format(procedure=procedure, wage=wage)})
        return replace(Deployment(folder).catalog, wages={WAGE.id: WAGE})

    return make


def test_a_case_costs_its_hours_and_what_is_paid_and_a_year_all_its_cases(catalog) -> None:
    stall, _ = cost_changes(catalog())
    assert (Fraction(260_000), Fraction(65_000)) == (stall.case_before, stall.case_after)
    assert (Fraction(260_000_000), Fraction(97_500_000)) == (stall.year_before, stall.year_after)
    assert (Fraction(3, 4), Fraction(5, 8)) == (stall.case_saved, stall.year_saved)


def test_of_what_cost_nothing_before_no_share_is_saved_and_none_is_made_up(catalog) -> None:
    _, move = cost_changes(catalog())
    assert (0, 30_000, None, None) == (move.case_before, move.case_after, move.case_saved, move.year_saved)


def test_a_years_total_is_of_all_of_them(catalog) -> None:
    assert (Fraction(260_000_000), Fraction(97_800_000)) == year_total(cost_changes(catalog()))
    assert (0, 0) == year_total(())


def test_a_deployment_that_knows_no_costs_has_none(town: Deployment) -> None:
    assert () == cost_changes(town.catalog)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"procedure": "ZZ-999"}, r"stall\.procedure: there is no procedure 'ZZ-999'"),
        ({"wage": "zz.year"}, r"stall\.wage: no plugin offers the wage 'zz\.year'.*Wages are: zz\.hour"),
    ],
)
def test_a_cost_of_what_is_not_there_is_refused_with_its_place(catalog, changed: dict, says: str) -> None:
    with pytest.raises(DataError, match=f"(?s){says}"):
        cost_changes(catalog(**changed))
