"""A case's way through the house, verb by verb, through the front door of casework."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pilotkit import CaseError, DataError, Deployment, UnknownError, hookimpl
from pilotkit.cases import Application, CaseStatus, EventKind
from pilotkit.casework.case_service import CaseService
from pilotkit.casework.case_state import differing, project
from pilotkit.storage.store import Store
from pilotkit.testing import Clock, tiny_deployment

FRIDAY = datetime(2025, 7, 25, 9, 30, tzinfo=UTC)
OFFICER = "receiving-officer"


@pytest.fixture
def clock() -> Clock:
    return Clock(FRIDAY)


@pytest.fixture
def casework(town: Deployment, store: Store, clock: Clock) -> CaseService:
    return CaseService(town, store, clock)


def birth(**changes: object) -> Application:
    return Application(**{"procedure": "ZZ-101", "channel": "online", "unit": "PA-01", "actor": "citizen"} | changes)


def to_the_last_step(casework: CaseService, code: str) -> None:
    for _ in ("decide", "hand-over"):
        casework.advance(code, OFFICER)


def test_a_received_case_has_a_code_its_deadlines_and_its_procedures_version(
    casework: CaseService, store: Store
) -> None:
    case = casework.receive(birth())
    assert case == store.case("PA-250725-0001")
    assert (2, "receive") == (case.procedure_version, case.step)
    assert datetime(2025, 7, 29, 17, 0, tzinfo=UTC) == case.due_at == case.promised_at
    assert datetime(2025, 7, 25, 15, 0, tzinfo=UTC) == case.norm_due_at  # half an hour and four hours, lunch left out
    assert CaseStatus.ACCEPTED == case.status


def test_nobody_has_to_come_for_an_online_case_of_a_whole_process_procedure(casework: CaseService) -> None:
    assert casework.receive(birth()).whole_process
    assert not casework.receive(birth(channel="in_person")).whole_process


def test_a_case_goes_its_declared_way_to_the_signed_result(casework: CaseService, store: Store) -> None:
    code = casework.receive(birth()).code
    advanced = casework.advance(code, OFFICER)
    assert ("decide", CaseStatus.PROCESSING) == (advanced.step, advanced.status)
    casework.advance(code, "registrar")
    done = casework.finish(code, "signatory")
    returned = casework.return_result(code, OFFICER)
    assert (CaseStatus.FINISHED, FRIDAY) == (done.status, done.finished_at)
    assert (CaseStatus.RETURNED, FRIDAY) == (returned.status, returned.returned_at)
    assert ["received", "advanced", "advanced", "finished", "returned"] == [each.kind for each in store.events(code)]
    assert ["citizen", OFFICER, "registrar", "signatory", OFFICER] == [each.actor for each in store.events(code)]


def test_a_case_is_not_finished_before_its_last_step(casework: CaseService) -> None:
    code = casework.receive(birth()).code
    with pytest.raises(CaseError, match="at step 'receive', which is not the last. Advance it first, to decide"):
        casework.finish(code, "signatory")


def test_a_guarded_way_is_open_only_where_its_fact_is_established(casework: CaseService) -> None:
    code = casework.receive(birth()).code
    casework.advance(code, OFFICER)
    with pytest.raises(CaseError, match="cannot go to 'receive'. Name one of: hand-over"):
        casework.advance(code, OFFICER, to="receive")
    back = casework.advance(code, OFFICER, to="receive", facts=frozenset({"incomplete"}))
    assert "receive" == back.step
    casework.advance(code, OFFICER)
    with pytest.raises(CaseError, match="Name one of: hand-over, receive"):
        casework.advance(code, OFFICER, facts=frozenset({"incomplete"}))


def test_the_first_supplement_request_stops_both_clocks(casework: CaseService, clock: Clock) -> None:
    case = casework.receive(birth())
    asked = casework.request_supplement(case.code, OFFICER, "The hospital's note is missing.")
    assert (CaseStatus.SUPPLEMENT_REQUESTED, FRIDAY, 1) == (asked.status, asked.waiting_since, asked.supplements)
    clock.show(datetime(2025, 8, 12, 10, 0, tzinfo=UTC))
    assert not asked.is_late(clock())
    resumed = casework.resume(case.code, OFFICER)
    assert datetime(2025, 8, 14, 17, 0, tzinfo=UTC) == resumed.due_at == resumed.promised_at
    assert (None, CaseStatus.PROCESSING) == (resumed.waiting_since, resumed.status)


def test_a_second_supplement_request_does_not_stop_the_clock_and_counts_as_late(
    casework: CaseService, clock: Clock
) -> None:
    case = casework.receive(birth())
    casework.request_supplement(case.code, OFFICER, "One paper is missing.")
    casework.resume(case.code, OFFICER)
    again = casework.request_supplement(case.code, OFFICER, "Another paper is missing.")
    assert (2, None) == (again.supplements, again.waiting_since)
    assert again.is_late(FRIDAY)
    clock.show(FRIDAY + timedelta(days=20))
    assert again.due_at == casework.resume(case.code, OFFICER).due_at


@pytest.mark.parametrize("verb", ["request_payment", "stop"])
def test_waiting_for_payment_or_a_dispute_stops_the_clocks_too(casework: CaseService, clock: Clock, verb: str) -> None:
    case = casework.receive(birth())
    waiting = getattr(casework, verb)(case.code, OFFICER, "Words for the person.")
    assert FRIDAY == waiting.waiting_since
    clock.show(FRIDAY + timedelta(days=7))
    assert case.due_at + timedelta(days=7) == casework.resume(case.code, OFFICER).due_at


def test_an_apology_moves_the_appointment_and_never_the_legal_deadline(casework: CaseService, clock: Clock) -> None:
    case = casework.receive(birth())
    until = datetime(2025, 8, 1, 17, 0, tzinfo=UTC)
    extended = casework.extend_with_apology(case.code, "head-of-unit", "The register was down.", until)
    assert (case.due_at, until) == (extended.due_at, extended.promised_at)
    clock.show(datetime(2025, 7, 30, 9, 0, tzinfo=UTC))
    assert extended.is_late(clock())
    with pytest.raises(CaseError, match="not after 2025-08-01 17:00 UTC"):
        casework.extend_with_apology(case.code, "head-of-unit", "Again.", until)


def test_a_case_may_be_handed_to_the_unit_that_decides_instead(casework: CaseService) -> None:
    case = casework.receive(birth())
    moved = casework.transfer(case.code, OFFICER, "The province decides.", "PA")
    assert ("PA", case.due_at) == (moved.unit, moved.due_at)
    with pytest.raises(CaseError, match="is with Port Amber already"):
        casework.transfer(case.code, OFFICER, "Once more.", "PA")
    with pytest.raises(UnknownError, match="no unit 'nowhere'"):
        casework.transfer(case.code, OFFICER, "Somewhere.", "nowhere")


@pytest.mark.parametrize(("verb", "status"), [("refuse", CaseStatus.REFUSED), ("withdraw", CaseStatus.WITHDRAWN)])
def test_a_case_may_end_without_a_result_and_keeps_the_reason(
    casework: CaseService, store: Store, verb: str, status: CaseStatus
) -> None:
    code = casework.receive(birth()).code
    ended = getattr(casework, verb)(code, OFFICER, "Not a resident.")
    assert (status, FRIDAY) == (ended.status, ended.finished_at)
    assert "Not a resident." == store.events(code)[-1].reason


def test_what_has_ended_is_over(casework: CaseService) -> None:
    code = casework.receive(birth()).code
    casework.refuse(code, OFFICER, "Not a resident.")
    for verb, words in (
        (lambda: casework.advance(code, OFFICER), "cannot be advanced"),
        (lambda: casework.finish(code, OFFICER), "cannot be finished"),
        (lambda: casework.return_result(code, OFFICER), "cannot be returned. Nothing more can happen to it"),
    ):
        with pytest.raises(CaseError, match=words):
            verb()


def test_a_refused_verb_says_what_can_be_done_and_stores_nothing(casework: CaseService, store: Store) -> None:
    code = casework.receive(birth()).code
    with pytest.raises(CaseError, match="is accepted, so it cannot be resumed. It can be: advanced, supplement"):
        casework.resume(code, OFFICER)
    assert 1 == len(store.events(code))


def test_a_case_keeps_the_procedure_it_was_received_under(tmp_path: Path, store: Store, clock: Clock) -> None:
    old = CaseService(Deployment(tiny_deployment(tmp_path / "old")), store, clock)
    case = old.receive(birth())
    text = (tmp_path / "old/model/procedures/ZZ-101.yaml").read_text(encoding="utf-8")
    changed = text.replace("version: 2", "version: 3").replace(
        "amount: 2, unit: working_days", "amount: 9, unit: working_days"
    )
    new = CaseService(
        Deployment(tiny_deployment(tmp_path / "new", {"model/procedures/ZZ-101.yaml": changed})), store, clock
    )
    new.request_payment(case.code, OFFICER, "The fee.")
    resumed = new.resume(case.code, OFFICER)
    assert (case.due_at, 2) == (resumed.due_at, store.procedure(resumed.procedure_digest).version)
    assert 3 == new.receive(birth()).procedure_version


def test_a_clock_that_was_set_back_does_not_turn_history_round(
    casework: CaseService, store: Store, clock: Clock
) -> None:
    code = casework.receive(birth()).code
    clock.show(FRIDAY - timedelta(hours=3))
    casework.advance(code, OFFICER)
    assert [FRIDAY, FRIDAY] == [event.at for event in store.events(code)]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"procedure": "ZZ-999"}, "no procedure 'ZZ-999'"),
        ({"unit": "nowhere"}, "no unit 'nowhere'"),
        ({"received_at_point": "nowhere"}, "no service point 'nowhere'"),
    ],
)
def test_what_is_not_in_the_catalog_is_refused_and_nothing_is_stored(
    casework: CaseService, store: Store, changes: dict[str, str], says: str
) -> None:
    with pytest.raises(UnknownError, match=says):
        casework.receive(birth(**changes))
    assert 0 == store.extent().cases


def test_a_channel_that_is_not_offered_is_refused_with_those_that_are(casework: CaseService) -> None:
    with pytest.raises(CaseError, match="not offered post. Use one of: online, in_person"):
        casework.receive(birth(channel="post"))


def test_a_procedure_is_refused_before_it_is_valid(town: Deployment, store: Store) -> None:
    early = CaseService(town, store, Clock(datetime(2023, 12, 31, 9, tzinfo=UTC)))
    with pytest.raises(CaseError, match="not valid on this day"):
        early.receive(birth())


def test_a_submission_that_comes_twice_becomes_one_case(casework: CaseService, store: Store, clock: Clock) -> None:
    first = casework.receive(birth(key="4f1c-online-0001"))
    casework.advance(first.code, OFFICER)
    clock.advance(minutes=3)
    again = casework.receive(birth(key="4f1c-online-0001"))
    assert (first.code, "decide") == (again.code, again.step)
    assert (1, 2) == (store.extent().cases, store.extent().events)
    assert first.code != casework.receive(birth(key="4f1c-online-0002")).code


def test_a_key_is_not_used_for_something_else(casework: CaseService, store: Store) -> None:
    first = casework.receive(birth(key="4f1c-online-0001"))
    with pytest.raises(CaseError, match=f"belongs to case '{first.code}', which is for another procedure or channel"):
        casework.receive(birth(key="4f1c-online-0001", channel="in_person"))
    assert 1 == store.extent().cases


def test_of_two_submissions_at_the_same_moment_one_is_kept_whole(casework: CaseService, store: Store) -> None:
    case = casework.receive(birth(key="4f1c-online-0001"))
    event = store.events(case.code)[0]
    other = case.model_copy(update={"code": "PA-250725-0999"})
    with pytest.raises(CaseError, match="was taken in a moment ago. Send it again"):
        store.add(other, event.model_copy(update={"case": other.code}), "4f1c-online-0001")
    assert (1, 1) == (store.extent().cases, store.extent().events)


def test_a_handler_is_asked_whether_the_answers_will_do(town: Deployment, store: Store, clock: Clock) -> None:
    class ChildNeedsAName:
        procedure_code = "ZZ-101"

        def validate(self, answers: dict[str, object]) -> list[str]:
            return [] if answers.get("child") else ["Give the child's name."]

        prefill = fees = decide = validate

    class Plugin:
        @hookimpl
        def register_procedures(self) -> tuple[ChildNeedsAName, ...]:
            return (ChildNeedsAName(),)

    town.plugins._manager.register(Plugin(), name="names")
    casework = CaseService(town, store, clock)
    with pytest.raises(CaseError, match="ZZ-101 cannot be taken: Give the child's name"):
        casework.receive(birth())
    assert 0 == store.extent().cases
    assert casework.receive(birth(answers={"child": "An"}))


def test_an_unknown_pattern_of_case_codes_is_a_clear_error(tmp_path: Path, store: Store, clock: Clock) -> None:
    town = Deployment(tiny_deployment(tmp_path / "t", identifiers__case="zz.case"))
    with pytest.raises(DataError, match="names 'zz.case', which no plugin offers"):
        CaseService(town, store, clock).receive(birth())


def test_state_is_what_the_events_made_it(casework: CaseService, store: Store, clock: Clock) -> None:
    codes = [casework.receive(birth()).code for _ in range(3)]
    casework.request_supplement(codes[0], OFFICER, "A paper.")
    clock.advance(days=4)
    casework.resume(codes[0], OFFICER)
    casework.withdraw(codes[1], "citizen", "Moved away.")
    to_the_last_step(casework, codes[2])
    casework.finish(codes[2], "signatory")
    assert [] == list(differing(store))
    for code in codes:
        assert store.case(code) == project(store.events(code))


def test_a_state_that_was_tampered_with_is_found_and_made_again(casework: CaseService, store: Store) -> None:
    case = casework.receive(birth())
    store.project(case.model_copy(update={"status": CaseStatus.FINISHED, "finished_at": FRIDAY}))
    stored, made = next(iter(differing(store)))
    assert (CaseStatus.FINISHED, CaseStatus.ACCEPTED) == (stored.status, made.status)
    store.project(made)
    assert [] == list(differing(store))


def test_a_history_with_a_gap_is_refused(casework: CaseService, store: Store) -> None:
    code = casework.receive(birth()).code
    casework.advance(code, OFFICER)
    casework.advance(code, OFFICER)
    events = store.events(code)
    with pytest.raises(CaseError, match=r"has the events \[1, 3\], not all of them"):
        project((events[0], events[2]))
    assert EventKind.RECEIVED == events[0].kind
