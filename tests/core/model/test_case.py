from datetime import UTC, datetime, timedelta

import pytest

from pilotkit.cases import Case

DUE = datetime(2025, 7, 3, 17, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def case(**changes):
    least = {
        "code": "PA-1",
        "procedure": "ZZ-101",
        "procedure_version": 1,
        "procedure_digest": "0" * 16,
        "channel": "online",
        "status": "processing",
        "unit": "PA-01",
        "received_at_point": None,
        "helped_at_point": None,
        "whole_process": True,
        "received_at": DUE - timedelta(days=2),
        "due_at": DUE,
    }
    return Case.model_validate({**least, **changes})


@pytest.mark.parametrize(("now", "late"), [(DUE - SECOND, False), (DUE, False), (DUE + SECOND, True)])
def test_an_open_case_is_late_after_its_deadline_and_not_at_it(now, late):
    assert late == case().is_late(now)


@pytest.mark.parametrize(("finished", "late"), [(DUE, False), (DUE + SECOND, True)])
def test_a_finished_case_is_judged_by_when_it_ended(finished, late):
    assert late == case(finished_at=finished).is_late(DUE + timedelta(days=9))


def test_a_case_without_a_published_deadline_is_never_late():
    assert not case(due_at=None).is_late(DUE + timedelta(days=999))


def test_a_case_whose_clock_stands_is_judged_by_when_it_stopped():
    waiting = case(status="supplement_requested", waiting_since=DUE - SECOND, supplements=1)
    assert not waiting.is_late(DUE + timedelta(days=30))


def test_a_second_request_for_supplements_is_late_until_the_case_has_ended():
    assert case(supplements=2).is_late(DUE - SECOND)
    assert not case(supplements=2, finished_at=DUE).is_late(DUE)
