"""A procedure has a new version: each open case goes the way that the procedure declares, and none is lost."""

from datetime import timedelta

import pytest
import yaml

from pilotkit import Deployment
from pilotkit.cases import Application, CaseStatus, Content, EventKind, Person
from pilotkit.casework.case_state import project
from pilotkit.services import Services
from pilotkit.testing import Clock, tiny_deployment

PROCEDURE = "model/procedures/ZZ-101.yaml"
PERSON = Person(name="Sample Person", identity_number="000000000001")
NOTE = Content(document="hospital-note", name="note.pdf", media_type="application/pdf", data=b"%PDF-1.7\n%%EOF\n")


@pytest.fixture
def offices(tmp_path, store, monkeypatch):
    """Makes the office, before and after the procedure was changed; both work on the same cases."""
    monkeypatch.setenv("PILOTKIT_KEYS", "k1:" + "A" * 43 + "=")
    clock = Clock()

    def make(name, **changes):
        folder = tiny_deployment(tmp_path / name)
        text = yaml.safe_load((folder / PROCEDURE).read_text(encoding="utf-8"))
        (folder / PROCEDURE).write_text(yaml.safe_dump(text | changes, allow_unicode=True), encoding="utf-8")
        office = Services(Deployment(folder), clock)
        office.__dict__["store"] = store
        return office

    return make, clock


def received(office, **more):
    asked = {"procedure": "ZZ-101", "channel": "online", "unit": "PA-01", "actor": "citizen", **more}
    return office.case_service.receive(Application(**asked))


def later(offices, way):
    make, _ = offices
    version = make("draft").deployment.catalog.procedure("ZZ-101").version
    longer = {"amount": 9, "unit": "working_days", "certainty": "high"}
    offers = {"online": {"deadline": longer}}
    return make("after", version=version + 1, on_change=way, offers=offers)


def test_a_pinned_case_stays_under_the_version_it_was_received_under(offices, store):
    case = received(offices[0]("before"))
    found = list(later(offices, "pinned").procedure_migration.run())
    assert [("pinned", None, None)] == [(each.way, each.became, each.problem) for each in found]
    assert case == store.case(case.code)


def test_a_migratable_case_goes_over_with_its_deadline_reckoned_anew(offices, store):
    case = received(offices[0]("before"))
    after = later(offices, "migratable")
    assert [None] == [each.problem for each in after.procedure_migration.run()]
    now = store.case(case.code)
    assert (case.procedure_version + 1, case.step) == (now.procedure_version, now.step)
    assert now.due_at > case.due_at
    assert now.due_at == now.promised_at
    assert [EventKind.RECEIVED, EventKind.MIGRATED] == [each.kind for each in store.events(case.code)]
    assert now == project(store.events(case.code))
    assert [] == list(after.procedure_migration.run())


def test_a_case_that_waits_keeps_waiting_and_its_time_is_not_lost(offices, store):
    make, clock = offices
    office = make("before")
    case = received(office)
    office.case_service.request_supplement(case.code, "desk", "A page is missing.")
    clock.advance(days=7)
    after = later(offices, "migratable")
    assert [None] == [each.problem for each in after.procedure_migration.run()]
    waiting = store.case(case.code)
    assert CaseStatus.SUPPLEMENT_REQUESTED is waiting.status
    assert after.case_service.resume(case.code, "desk").due_at - case.due_at >= timedelta(days=7)


def test_a_step_that_is_gone_is_told_and_the_case_stays_as_it_is(offices, store):
    make, _ = offices
    case = received(make("before"))
    steps = [{"id": "elsewhere", "name": {"en": "Elsewhere"}, "role": "registrar"}]
    version = case.procedure_version + 1
    found = list(make("after", version=version, on_change="migratable", steps=steps).procedure_migration.run())
    assert f"is at step '{case.step}', which ZZ-101 no longer has" in found[0].problem
    assert case == store.case(case.code)


def test_closed_and_opened_again_the_application_is_whole_and_the_old_case_names_the_new(offices, store):
    office = offices[0]("before")
    case = received(office, person=PERSON, contents=(NOTE,), answers={"child": "Sample Child"})
    after = later(offices, "close_and_reopen")
    (passage,) = after.procedure_migration.run()
    again = store.case(passage.became)
    assert (CaseStatus.ACCEPTED, case.procedure_version + 1) == (again.status, again.procedure_version)
    assert CaseStatus.WITHDRAWN is store.case(case.code).status
    assert passage.became in store.events(case.code)[-1].reason
    file = after.personal_files.file(again.code, "desk", "to compare")
    assert (PERSON, {"child": "Sample Child"}, ["note.pdf"]) == (
        file.person, file.answers, [each.name for each in file.attachments],
    )  # fmt: skip
    assert [] == list(after.procedure_migration.run())


def test_what_the_office_took_over_from_another_case_stays_the_office_s_when_a_case_is_opened_again(offices, store):
    office = offices[0]("before")
    case = received(office, person=PERSON, contents=(NOTE,))
    office.personal_files.attach(
        case.code, [NOTE.model_copy(update={"kind": "reused", "name": "copy.pdf"})], "counter-pa-01"
    )
    after = later(offices, "close_and_reopen")
    code = next(iter(after.procedure_migration.run())).became
    kinds = {each.name: each.kind for each in after.personal_files.file(code, "officer", "to decide").attachments}
    assert {"note.pdf": "submitted", "copy.pdf": "reused"} == kinds


def test_interrupted_between_the_two_it_makes_no_third_case(offices, store, monkeypatch):
    office = offices[0]("before")
    case = received(office)
    after = later(offices, "close_and_reopen")
    with monkeypatch.context() as broken:
        broken.setattr(after.case_service, "withdraw", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            list(after.procedure_migration.run())
    (passage,) = after.procedure_migration.run()
    assert 2 == store.extent().cases
    assert {case.code, passage.became} == set(store.codes())


def test_told_only_nothing_moves(offices, store):
    case = received(offices[0]("before"))
    assert ["migratable"] == [each.way for each in later(offices, "migratable").procedure_migration.run(only_tell=True)]
    assert case == store.case(case.code)
