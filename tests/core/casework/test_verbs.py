"""Receive and finish, through the front door of casework."""

from datetime import UTC, datetime

import pytest

from pilotkit import Application, Case, CaseError, CaseStatus, Channel, Deployment, UnknownError, hookimpl
from pilotkit.casework.verbs import Casework
from pilotkit.storage.store import Store
from pilotkit.testing import Clock, tiny_deployment

FRIDAY = datetime(2025, 7, 25, 9, 30, tzinfo=UTC)


@pytest.fixture
def casework(town: Deployment, store: Store) -> Casework:
    return Casework(town, store, Clock(FRIDAY))


def birth(**changes: object) -> Application:
    return Application(**{"procedure": "ZZ-101", "channel": "online", "unit": "PA-01", "actor": "citizen"} | changes)


def test_a_received_case_has_a_code_a_deadline_and_its_procedures_version(casework: Casework, store: Store) -> None:
    case = casework.receive(birth())
    assert case == store.case("PA-250725-0001")
    assert 2 == case.procedure_version
    assert datetime(2025, 7, 29, 17, 0, tzinfo=UTC) == case.due_at
    assert CaseStatus.ACCEPTED == case.status


def test_nobody_has_to_come_for_an_online_case_of_a_whole_process_procedure(casework: Casework) -> None:
    assert casework.receive(birth()).whole_process
    assert not casework.receive(birth(channel="in_person")).whole_process


def test_a_finished_case_keeps_when_and_by_whom(casework: Casework, store: Store) -> None:
    case = casework.receive(birth())
    done = casework.finish(case.code, "signatory")
    assert (CaseStatus.FINISHED, FRIDAY) == (done.status, done.finished_at)
    assert ["citizen", "signatory"] == [event.actor for event in store.events(case.code)]
    assert done == store.case(case.code)


def test_a_case_is_finished_once(casework: Casework) -> None:
    case = casework.receive(birth())
    casework.finish(case.code, "signatory")
    with pytest.raises(CaseError, match="was finished at 2025-07-25 09:30 UTC"):
        casework.finish(case.code, "signatory")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"procedure": "ZZ-999"}, "no procedure 'ZZ-999'"),
        ({"unit": "nowhere"}, "no unit 'nowhere'"),
        ({"received_at_point": "nowhere"}, "no service point 'nowhere'"),
    ],
)
def test_what_is_not_in_the_catalog_is_refused_and_nothing_is_stored(
    casework: Casework, store: Store, changes: dict[str, str], says: str
) -> None:
    with pytest.raises(UnknownError, match=says):
        casework.receive(birth(**changes))
    assert 0 == store.extent().cases


def test_a_channel_that_is_not_offered_is_refused_with_those_that_are(casework: Casework) -> None:
    with pytest.raises(CaseError, match="not offered post. Use one of: online, in_person"):
        casework.receive(birth(channel="post"))


def test_a_procedure_is_refused_before_it_is_valid(town: Deployment, store: Store) -> None:
    early = Casework(town, store, Clock(datetime(2023, 12, 31, 9, tzinfo=UTC)))
    with pytest.raises(CaseError, match="not valid on this day"):
        early.receive(birth())


def test_plugins_are_told_after_the_case_is_on_disk(town: Deployment, store: Store) -> None:
    told: list[tuple[str, Case]] = []

    class Listener:
        @hookimpl
        def case_received(self, case: Case) -> None:
            told.append(("received", store.case(case.code)))

        @hookimpl
        def case_finished(self, case: Case) -> None:
            told.append(("finished", store.case(case.code)))

    town.plugins._manager.register(Listener())
    casework = Casework(town, store, Clock(FRIDAY))
    case = casework.receive(birth())
    casework.finish(case.code, "signatory")
    assert ["received", "finished"] == [what for what, _ in told]


def test_an_unknown_pattern_of_case_codes_is_a_clear_error(tmp_path, store: Store) -> None:
    from pilotkit import DataError

    town = Deployment(tiny_deployment(tmp_path / "t", identifiers__case="zz.case"))
    with pytest.raises(DataError, match="names 'zz.case', which no plugin offers"):
        Casework(town, store, Clock(FRIDAY)).receive(birth())


def test_channels_have_one_spelling() -> None:
    assert ["in_person", "online", "post"] == [channel.value for channel in Channel]
