from datetime import date
from fractions import Fraction

import pytest
from pydantic import ValidationError

from pilotkit import AdministrativeUnit
from pilotkit.places import Succession, UnitKey

LEAST = {
    "scheme": "zz",
    "code": "PA",
    "valid_from": "2024-01-01",
    "name": "Port Amber",
    "kind": "town",
    "level": "commune",
}


def test_a_code_alone_does_not_name_a_unit():
    unit = AdministrativeUnit.model_validate(LEAST)
    assert UnitKey("zz", "PA", date(2024, 1, 1)) == unit.key


@pytest.mark.parametrize(
    "change", [{"population": 0}, {"latitude": 91}, {"longitude": -181}, {"area_km2": 0}, {"level": "village"}]
)
def test_a_figure_that_cannot_be_is_refused(change):
    with pytest.raises(ValidationError):
        AdministrativeUnit.model_validate({**LEAST, **change})


def a_succession(share):
    return Succession(
        scheme="zz", code="PA", valid_from=date(2024, 1, 1), successor="PB", since=date(2025, 1, 1), share=share,
        reference="r", certainty="high",
    )  # fmt: skip


@pytest.mark.parametrize("share", ["0", "4/3", "-1/2"])
def test_a_successor_takes_a_share_above_nought_and_at_most_all(share):
    with pytest.raises(ValidationError):
        a_succession(share)
    assert Fraction(1, 3) == a_succession("1/3").share
