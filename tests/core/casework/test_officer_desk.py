"""The desk: what each role may do with the cases of which unit, and that nobody sees or moves another's."""

import base64
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest

from pilotkit import CaseError, Channel, Deployment, UnknownError
from pilotkit.access.accounts_file import AccountsFile
from pilotkit.cases import Application, Content, EventKind, Person, RefusedError
from pilotkit.casework import permissions as permits
from pilotkit.casework.officer_desk import MANY, OfficerDesk, WorkListQuery
from pilotkit.model.access import ANONYMOUS, Authority
from pilotkit.model.case import Case, CaseStatus
from pilotkit.services import Services
from pilotkit.storage.vault import KEYS
from pilotkit.testing import Clock, tiny_deployment

UNITS = ("PA", "PA-01", "PA-02", "PA-03", "PA-04")
DESKS = {
    "counter-pa-01": {"PA-01"},
    "registrar-pa-01": {"PA-01"},
    "supervisor-pa-01": {"PA-01"},
    "counter-pa-02": {"PA-02"},
    "registrar-pa-02": {"PA-02"},
    "counter-pa": set(UNITS),
    "registrar-pa": set(UNITS),
    "supervisor-pa": set(UNITS),
}
VERBS = {
    EventKind.ADVANCED: {},
    EventKind.SUPPLEMENT_REQUESTED: {"reason": "The note is missing."},
    EventKind.PAYMENT_REQUESTED: {"reason": "The fee is due."},
    EventKind.EXTENDED: {"reason": "We are sorry.", "until": Clock()() + timedelta(days=30)},
    EventKind.TRANSFERRED: {"reason": "It is theirs.", "unit": "PA-03"},
    EventKind.STOPPED: {"reason": "There is a dispute."},
    EventKind.REFUSED: {"reason": "It cannot be granted."},
    EventKind.WITHDRAWN: {"reason": "The person wants it back."},
}
OF_ROLE = {
    "counter": {
        EventKind.ADVANCED, EventKind.SUPPLEMENT_REQUESTED, EventKind.PAYMENT_REQUESTED, EventKind.STOPPED,
        EventKind.WITHDRAWN,
    },
    "registrar": {
        EventKind.SUPPLEMENT_REQUESTED, EventKind.PAYMENT_REQUESTED, EventKind.EXTENDED, EventKind.TRANSFERRED,
        EventKind.STOPPED, EventKind.REFUSED,
    },
    "supervisor": {EventKind.TRANSFERRED},
}  # fmt: skip
"""What each role may do to a case that stands at the step of the receiving officer."""


class Town:
    """The desks of the little town."""

    def __init__(self, deployment: Deployment, clock: Clock) -> None:
        self.deployment, self.clock = deployment, clock
        self.services = Services(deployment, clock)
        self._roll = AccountsFile(deployment)

    def desk(self, login: str) -> OfficerDesk:
        return self.services.officer_desk(self._roll.authority(login))

    def case(self, unit: str = "PA-01", procedure: str = "ZZ-101", number: str = "4001", **changes) -> Case:
        given = {
            "procedure": procedure,
            "channel": Channel.IN_PERSON,
            "unit": unit,
            "actor": "citizen",
            "person": Person(name="Ada Quayside", identity_number=number),
            "contents": (note(),),
        }
        return self.services.case_service.receive(Application(**given | changes))


def note(document: str = "hospital-note", text: bytes = b"born at noon", **changes) -> Content:
    return Content(document=document, name="note.txt", media_type="text/plain", data=text, **changes)


@pytest.fixture
def desks(tmp_path, monkeypatch, clock: Clock) -> Iterator[Town]:
    monkeypatch.setenv(KEYS, "one:" + base64.b64encode(b"1" * 32).decode())
    town = Town(Deployment(tiny_deployment(tmp_path / "town")), clock)
    yield town
    town.services.close()


def test_every_desk_does_what_its_role_may_in_its_units_and_nothing_anywhere_else(desks):
    wrong = []
    for (login, own), unit, kind in product(DESKS.items(), UNITS, VERBS):
        case = desks.case(unit, person=None, contents=())
        expected = None if kind in OF_ROLE[login.split("-")[0]] else RefusedError
        expected = expected if unit in own else UnknownError
        if kind is EventKind.TRANSFERRED and unit == "PA-03" and expected is None:
            expected = CaseError  # it is there already
        got = _raised(lambda: desks.desk(login).act(case.code, kind, **VERBS[kind]))  # noqa: B023  # called at once
        moved = len(desks.services.store.events(case.code)) > 1
        if (expected, expected is None) != (got, moved):
            wrong.append((login, unit, kind.value, got))
    assert [] == wrong


def test_no_desk_reads_anything_of_another_unit(desks):
    here = {unit: desks.case(unit, number=f"40{place}") for place, unit in enumerate(UNITS)}
    for login, own in DESKS.items():
        desk = desks.desk(login)
        assert {here[unit].code for unit in own} == {case.code for case in desk.work_list(WorkListQuery()).cases}
        for unit, case in here.items():
            readings = [
                lambda: desk.case(case.code),  # noqa: B023  # called at once
                lambda: desk.history(case.code),  # noqa: B023
                lambda: desk.file(case.code, "the matrix"),  # noqa: B023
                lambda: desk.content(case.code, _attachment(desks, case), "the matrix"),  # noqa: B023
                lambda: desk.procedure(case),  # noqa: B023
                lambda: desk.possible(case),  # noqa: B023
                lambda: desk.clock(case),  # noqa: B023
                lambda: desk.work_list(WorkListQuery(unit=unit)),  # noqa: B023
            ]
            expected = None if unit in own else UnknownError
            assert [expected] * len(readings) == [_raised(each) for each in readings]


def test_a_case_elsewhere_is_told_of_as_one_that_does_not_exist(desks):
    elsewhere, desk = desks.case("PA-02"), desks.desk("counter-pa-01")
    said = []
    for code in (elsewhere.code, "PA-250701-0099"):
        with pytest.raises(UnknownError) as problem:
            desk.case(code)
        said.append(str(problem.value).replace(code, "…"))
    assert said[0] == said[1]


def test_looks_that_are_refused_leave_no_trace_and_those_that_are_not_do(desks):
    case = desks.case("PA-02")
    with pytest.raises(UnknownError):
        desks.desk("counter-pa-01").file(case.code, "curious")
    desks.desk("counter-pa-02").file(case.code, "Processing the case")
    looks = desks.services.personal_files.reads(case.code)
    assert [("counter-pa-02", "Processing the case", "file")] == [
        (each.reader, each.reason, each.part) for each in looks
    ]


def test_nobody_is_shown_a_file_without_saying_why(desks):
    case = desks.case()
    with pytest.raises(CaseError, match="reason"):
        desks.desk("counter-pa-01").file(case.code, "  ")


def test_whoever_has_not_signed_in_does_nothing(desks):
    case, desk = desks.case(), desks.services.officer_desk(ANONYMOUS)
    asked = [
        lambda: desk.work_list(WorkListQuery()), lambda: desk.case(case.code), desk.outlook,
        lambda: desk.act(case.code, EventKind.ADVANCED), lambda: desk.cases_of("4001"), lambda: desk.reads(case.code),
        lambda: desk.attach(case.code, [note()]), lambda: desk.reusable("4001", "hospital-note", "why"),
    ]  # fmt: skip
    assert [RefusedError] * len(asked) == [_raised(each) for each in asked]


def test_a_citizen_has_no_desk(desks):
    citizen = Authority(subject="citizen:1", roles=("citizen",), permissions=frozenset({"case.apply", "case.follow"}))
    assert RefusedError is _raised(lambda: desks.services.officer_desk(citizen).work_list(WorkListQuery()))


def test_a_case_goes_from_the_counter_to_the_result_through_the_desks_whose_steps_they_are(desks):
    code = desks.case().code
    counter, registrar = desks.desk("counter-pa-01"), desks.desk("registrar-pa-01")
    assert EventKind.ADVANCED not in registrar.possible(registrar.case(code))
    counter.act(code, EventKind.ADVANCED)
    assert EventKind.ADVANCED not in counter.possible(counter.case(code))
    registrar.act(code, EventKind.ADVANCED, to="hand-over")
    counter.act(code, EventKind.FINISHED)
    assert (EventKind.RETURNED,) == counter.possible(counter.case(code))
    assert CaseStatus.RETURNED is counter.act(code, EventKind.RETURNED).status
    assert ["citizen", "counter-pa-01", "registrar-pa-01", "counter-pa-01", "counter-pa-01"] == [
        each.actor for each in counter.history(code)
    ]


def test_the_one_who_decides_may_send_a_case_back_for_a_reason_that_the_step_names(desks):
    code = desks.case().code
    desks.desk("counter-pa-01").act(code, EventKind.ADVANCED)
    back = desks.desk("registrar-pa-01").act(code, EventKind.ADVANCED, to="receive", facts=frozenset({"incomplete"}))
    assert "receive" == back.step


def test_a_case_that_was_transferred_is_the_other_units(desks):
    code = desks.case().code
    desks.desk("registrar-pa-01").act(code, EventKind.TRANSFERRED, reason="It is theirs.", unit="PA-02")
    assert UnknownError is _raised(lambda: desks.desk("registrar-pa-01").case(code))
    assert "PA-02" == desks.desk("registrar-pa-02").case(code).unit


def test_what_can_be_done_is_what_is_done(desks):
    """``possible`` and ``act`` never disagree, whatever the role and wherever the case stands."""
    for login, path in product(DESKS, ((), ("ADVANCED",), ("ADVANCED", "ADVANCED"), ("STOPPED",), ("FINISHED",))):
        desk = desks.desk(login)
        for kind, given in (VERBS | {EventKind.RESUMED: {}, EventKind.FINISHED: {}, EventKind.RETURNED: {}}).items():
            case = _brought(desks, path)
            if case.unit not in desk.authority.units:
                continue
            is_offered = kind in desk.possible(case)
            got = _raised(lambda: desk.act(case.code, kind, **given))  # noqa: B023  # called at once
            assert (login, path, kind, is_offered) == (login, path, kind, got is None)


def test_a_bulk_action_says_what_became_of_each_and_stops_at_none(desks):
    good, far, done = desks.case().code, desks.case("PA-02").code, desks.case().code
    desk = desks.desk("counter-pa-01")
    desk.act(done, EventKind.WITHDRAWN, reason="wants it back")
    outcomes = desk.act_on([far, done, "no such case", good, good], EventKind.ADVANCED)
    assert [far, done, "no such case", good] == [each.code for each in outcomes]
    assert [True, True, True, False] == [each.problem is not None for each in outcomes]
    assert "decide" == desk.case(good).step
    assert 1 == len(desks.services.store.events(far))


def test_a_bug_met_by_one_case_is_reported_and_the_others_are_moved(desks, monkeypatch, caplog):
    first, second = desks.case().code, desks.case().code
    advance = desks.services.case_service.advance

    def stumble(code: str, *given, **more) -> Case:
        if code == first:
            raise ZeroDivisionError
        return advance(code, *given, **more)

    monkeypatch.setattr(desks.services.case_service, "advance", stumble)
    outcomes = desks.desk("counter-pa-01").act_on([first, second], EventKind.ADVANCED)
    assert [True, False] == [each.problem is not None for each in outcomes]
    assert first in caplog.text


def test_too_many_at_once_are_refused_before_any_is_moved(desks):
    code = desks.case().code
    with pytest.raises(CaseError, match="too many"):
        desks.desk("counter-pa-01").act_on([code, *map(str, range(MANY))], EventKind.ADVANCED)
    assert 1 == len(desks.services.store.events(code))


def test_a_verb_says_what_it_still_wants(desks):
    code, desk = desks.case().code, desks.desk("registrar-pa-01")
    for kind, given, missing in (
        (EventKind.REFUSED, {}, "reason"),
        (EventKind.EXTENDED, {"reason": "sorry"}, "until"),
        (EventKind.TRANSFERRED, {"reason": "theirs"}, "unit"),
    ):
        with pytest.raises(CaseError, match=missing):
            desk.act(code, kind, **given)


def test_receipt_is_at_ones_own_point_for_whichever_unit_decides(desks):
    desk = desks.desk("counter-pa-01")
    asked = Application(
        procedure="ZZ-101", channel=Channel.IN_PERSON, unit="PA-02", received_at_point="pa-01", actor="somebody else"
    )
    case = desk.receive(asked)
    assert ("PA-02", "pa-01") == (case.unit, case.received_at_point)
    assert "counter-pa-01" == desks.services.store.events(case.code)[0].actor
    for elsewhere in ("pa-02", None):
        with pytest.raises(UnknownError):
            desk.receive(asked.model_copy(update={"received_at_point": elsewhere}))


def test_a_key_that_another_desk_used_gets_nobody_its_case(desks):
    def asked(unit: str) -> Application:
        point = unit.lower()
        return Application(
            procedure="ZZ-101",
            channel=Channel.IN_PERSON,
            unit=unit,
            received_at_point=point,
            actor="x",
            key="same-key-1",
        )

    first = desks.desk("counter-pa-01").receive(asked("PA-01"))
    assert first.code == desks.desk("counter-pa-01").receive(asked("PA-01")).code
    assert first.code != desks.desk("counter-pa-02").receive(asked("PA-02")).code


def test_what_a_person_handed_in_is_found_within_ones_units_only(desks):
    old, far = desks.case(), desks.case("PA-02")
    desk = desks.desk("counter-pa-01")
    assert [old.code] == [case.code for case in desk.cases_of("4001")]
    assert [old.code] == [case.code for case in desk.duplicates("4001", "ZZ-101")]
    assert [old.code] == [code for code, _ in desk.reusable("4001", "hospital-note", "receiving")]
    assert () == desk.cases_of("4002")
    new = desks.case(contents=())
    source, attachment = desk.reusable("4001", "hospital-note", "receiving")[0]
    copied = desk.reuse(new.code, source, attachment.id, "need not ask again")
    assert b"born at noon" == desk.content(new.code, copied.id, "to see it")[1]
    with pytest.raises(UnknownError):
        desk.reuse(new.code, far.code, _attachment(desks, far), "curious")


def test_nothing_is_copied_from_another_persons_case(desks):
    mine, theirs = desks.case(number="4001"), desks.case(number="4002")
    with pytest.raises(CaseError, match="same person"):
        desks.desk("counter-pa-01").reuse(mine.code, theirs.code, _attachment(desks, theirs), "a slip")


def test_a_case_that_ended_takes_its_result_and_nothing_else(desks):
    code, desk = desks.case().code, desks.desk("counter-pa-01")
    desk.act(code, EventKind.WITHDRAWN, reason="wants it back")
    with pytest.raises(CaseError, match="ended"):
        desk.attach(code, [note()])
    result = [note("certificate", kind="result")]
    assert RefusedError is _raised(lambda: desk.attach(code, result)), "who signs nothing makes no results either"
    assert ["result"] == [each.kind for each in desks.desk("registrar-pa-01").attach(code, result)]
    added = desks.desk("supervisor-pa-01").reads(code)[-1]
    assert ("registrar-pa-01", "added this file") == (added.reader, added.reason)


def test_looking_for_a_person_is_a_look_at_each_case_that_is_told_and_at_no_other(desks):
    mine, far = desks.case(), desks.case("PA-02")
    desk = desks.desk("counter-pa-01")
    desk.cases_of("4001")
    desk.reusable("4001", "hospital-note", "receiving")
    assert ["counter-pa-01"] * 2 == [each.reader for each in desks.desk("supervisor-pa-01").reads(mine.code)]
    assert () == desks.desk("supervisor-pa").reads(far.code)


def test_a_copy_from_an_earlier_case_is_shown_to_nobody_who_only_claims_to_be_the_person(desks):
    old = desks.case()
    new = desks.case(channel=Channel.ONLINE, received_at_point=None, contents=())
    desk = desks.desk("counter-pa-01")
    copied = desk.reuse(new.code, old.code, _attachment(desks, old), "need not ask again")
    key, tracking = desks.services.applications.follow_key(new.code), desks.services.tracking
    file = tracking.follow(new.code, key, ANONYMOUS).file
    assert () == file.attachments
    with pytest.raises(UnknownError, match="no such file"):
        tracking.content(new.code, key, ANONYMOUS, copied.id)
    assert b"born at noon" == desk.content(new.code, copied.id, "to see it")[1]


def test_only_who_answers_for_it_sees_who_looked(desks):
    code = desks.case().code
    desks.desk("counter-pa-01").file(code, "Processing the case")
    assert 1 == len(desks.desk("supervisor-pa-01").reads(code))
    assert RefusedError is _raised(lambda: desks.desk("counter-pa-01").reads(code))


def test_the_outlook_names_what_is_late_and_what_will_be_before_it_is(desks):
    late = desks.case().code
    desks.clock.advance(days=2)
    desks.case("PA-02")
    coming = desks.case(procedure="ZZ-102", person=None, contents=()).code
    desks.clock.advance(hours=4, minutes=50)
    found = desks.desk("supervisor-pa").outlook(Decimal(4))
    states = {each.case.code: (each.is_late, each.slack < timedelta(0)) for each in found.pressing}
    assert (True, True) == states[late]
    assert (False, True) == states[coming]
    assert late == found.pressing[0].case.code
    by_unit = {load.id: (load.late, load.will_be_late) for load in found.by_unit}
    assert (1, 1) == by_unit["PA-01"]
    assert {"PA-01"} == {load.id for load in desks.desk("supervisor-pa-01").outlook(Decimal(4)).by_unit}
    assert RefusedError is _raised(lambda: desks.desk("counter-pa-01").outlook())


def test_every_event_but_receipt_has_a_permission():
    assert set(EventKind) - {EventKind.ADVANCED} == set(permits._PERMISSIONS)


def _raised(call) -> type[Exception] | None:
    try:
        call()
    except (CaseError, RefusedError, UnknownError) as problem:
        return type(problem)
    return None


def _attachment(desks: Town, case: Case) -> str:
    return desks.services.personal_files.file(case.code, "test", "setting up").attachments[0].id


def _brought(desks: Town, path: tuple[str, ...]) -> Case:
    """A case in PA-01 on which these have happened."""
    work = desks.services.case_service
    case = desks.case(person=None, contents=())
    for kind in path:
        if kind == "ADVANCED":
            case = work.advance(case.code, "test", to={"receive": "decide", "decide": "hand-over"}[case.step or ""])
        elif kind == "STOPPED":
            case = work.stop(case.code, "test", "a dispute")
        else:
            case = work.refuse(case.code, "test", "no")
    return case


def test_an_apology_may_promise_the_end_of_the_work_that_is_left(desks):
    case = desks.case()
    assert desks.clock() + timedelta(hours=4, minutes=30) <= desks.desk("counter-pa-01").could_end(case)
    untimed = case.model_copy(update={"step": "hand-over"})
    assert desks.desk("counter-pa-01").could_end(untimed) is None
