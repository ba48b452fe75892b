from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pilotkit import Channel, Deployment, Procedure
from pilotkit.testing import tiny_deployment

LEAST = {
    "code": "ZZ-1",
    "name": {"en": "Name"},
    "domain": "trade",
    "levels": ["commune"],
    "offers": {"online": {}},
    "reference": "charter",
    "certainty": "high",
}
NAME = {"en": "Name"}


def procedure(**changes):
    return Procedure.model_validate({**LEAST, **changes})


def test_what_nobody_has_published_is_absent():
    offer = procedure().offer(Channel.ONLINE)
    assert (None, None, None) == (offer.deadline, offer.fees, offer.whole_process)
    assert procedure().documents_published is None


def test_a_channel_that_is_not_offered_is_none():
    assert procedure().offer(Channel.POST) is None


@given(st.dates(), st.dates() | st.none(), st.dates() | st.none())
def test_a_procedure_is_valid_between_its_dates_both_included(day, first, last):
    if first and last and last < first:
        first, last = last, first
    expected = (first or date.min) <= day <= (last or date.max)
    assert expected == procedure(valid_from=first, valid_to=last).is_valid_on(day)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"valid_from": "2025-02-01", "valid_to": "2025-01-01"}, "valid_to is before valid_from"),
        ({"documents": [{"id": "a", "name": NAME}] * 2}, "document id 'a' stands twice"),
        ({"results": [{"id": "a", "name": NAME}] * 2}, "result id 'a' stands twice"),
        (
            {"steps": [{"id": "a", "name": NAME, "role": "r", "then": [{"to": "b"}]}]},
            "step 'a' leads to 'b', which is not a step",
        ),
        ({"offers": {}}, "at least 1 item"),
        ({"offers": {"by_pigeon": {}}}, "Input should be"),
        ({"offers": {"online": {"deadline": {"amount": 0, "unit": "working_days"}}}}, "greater than 0"),
        ({"offers": {"online": {"fees": [{"id": "a", "amount": 0}]}}}, "greater than 0"),
        ({"code": "../1"}, "String should match pattern"),
        ({"levels": []}, "at least 1 item"),
        ({"nickname": "x"}, "Extra inputs are not permitted"),
        ({"reference": None}, "valid string"),
    ],
)
def test_a_procedure_that_contradicts_itself_is_refused(changes, words):
    with pytest.raises(ValidationError, match=words):
        procedure(**changes)


def test_a_noun_never_changes(tmp_path):
    for thing in Deployment(tiny_deployment(tmp_path)).catalog.procedures.values():
        with pytest.raises(ValidationError, match="frozen"):
            thing.focus = True
