import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pilotkit.data import SimulationProfile

LEAST = {
    "cases_per_unit_day": 5,
    "weekdays": [1, 1, 1, 1, 1, 0, 0],
    "hours": [0] * 8 + [1] * 9 + [0] * 7,
    "online_share": 0.5,
    "late_share": 0.1,
    "whole_process_share": 0.5,
    "reference": "invented",
    "certainty": "synthetic",
}


def profile(**changes):
    return SimulationProfile.model_validate({**LEAST, **changes})


def test_a_code_weighs_what_the_mix_says_and_else_by_its_focus():
    mixed = profile(mix={"ZZ-1": 0}, focus_weight=7, other_weight=2)
    assert [0, 7, 2] == [
        mixed.weight_of("ZZ-1", focus=True),
        mixed.weight_of("ZZ-2", focus=True),
        mixed.weight_of("ZZ-3", focus=False),
    ]


@given(st.floats(0, 1), st.floats(0, 1), st.integers(1, 400), st.data())
def test_the_online_share_grows_and_stays_a_share(share, growth, days, data):
    day = data.draw(st.integers(0, days - 1))
    grown = profile(online_share=share, online_growth=growth)
    assert share <= grown.online_share_on(day, days) <= 1


@pytest.mark.parametrize(
    "changes",
    [{"weekdays": [0] * 7}, {"hours": [0] * 24}, {"weekdays": [1] * 6}, {"late_share": 1.5}, {"mix": {"ZZ-1": -1}}],
)
def test_a_month_without_a_place_for_a_case_is_refused(changes):
    with pytest.raises(ValidationError):
        profile(**changes)
