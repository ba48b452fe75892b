"""The work list in SQL, on both engines: in order, whole, within the units, and stable while cases come in."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from pilotkit.model.case import Case, CaseEvent, CaseStatus, EventKind
from pilotkit.model.procedure import Channel, Level, Offer, Procedure
from pilotkit.model.text import LocalText
from pilotkit.model.work_item import Group
from pilotkit.storage import case_queries as worklist
from pilotkit.storage.case_queries import Cursor, Selection
from pilotkit.storage.store import Store

NOW = datetime(2025, 7, 1, 9, tzinfo=UTC)
UNITS = frozenset({"A", "B", "C"})
PROCEDURE = Procedure(
    code="P-1", name=LocalText({"en": "P"}), domain="d", levels=(Level.COMMUNE,), offers={Channel.ONLINE: Offer()},
    reference="r", certainty="high",
)  # fmt: skip
STATUSES = (
    CaseStatus.ACCEPTED, CaseStatus.PROCESSING, CaseStatus.SUPPLEMENT_REQUESTED, CaseStatus.STOPPED,
    CaseStatus.FINISHED, CaseStatus.RETURNED, CaseStatus.REFUSED,
)  # fmt: skip


def made(number: int, digest: str, chance: random.Random) -> Case:
    status = chance.choice(STATUSES)
    waits = status in worklist.WAITING
    due = None if chance.random() < 0.1 else NOW + timedelta(hours=chance.randint(-40, 40))
    return Case(
        code=f"C-{number:04d}", procedure=chance.choice(("P-1", "P-2")), procedure_version=1, procedure_digest=digest,
        channel=Channel.ONLINE, status=status, step=chance.choice(("one", "two")), unit=chance.choice("ABC"),
        received_at_point=None, helped_at_point=None, whole_process=False, received_at=NOW - timedelta(days=3),
        due_at=due, waiting_since=NOW - timedelta(hours=chance.randint(1, 60)) if waits else None,
        supplements=2 if waits and chance.random() < 0.2 else 0,
        finished_at=NOW - timedelta(hours=chance.randint(1, 60)) if status in worklist.ENDED else None,
    )  # fmt: skip


def keep(store: Store, case: Case) -> Case:
    store.add(case, CaseEvent(case=case.code, number=1, kind=EventKind.RECEIVED, at=NOW, actor="test", changes={}))
    return case


@pytest.fixture
def filled(store: Store) -> tuple[Store, list[Case]]:
    digest, chance = store.keep_procedures([PROCEDURE])[0], random.Random(11)
    return store, [keep(store, made(number, digest, chance)) for number in range(60)]


def wanted(**changes) -> Selection:
    return replace(Selection(units=UNITS, now=NOW, soon=NOW + timedelta(hours=8)), **changes)


def fits(case: Case, asked: Selection) -> bool:
    """The slow way to say it."""
    is_open = case.finished_at is None
    runs_out = is_open and case.waiting_since is None and case.due_at is not None and case.due_at <= asked.soon
    heaps = {
        Group.OPEN: is_open,
        Group.LATE: is_open and case.is_late(NOW),
        Group.SOON: runs_out and not case.is_late(NOW),
        Group.WAITING: is_open and case.status in worklist.WAITING,
        Group.READY: case.status is CaseStatus.FINISHED,
        None: True,
    }
    is_there = heaps.get(asked.group, case.status is asked.group)
    is_mine = asked.steps is None or worklist.is_ended(asked.group) or (case.procedure_digest, case.step) in asked.steps
    return (
        is_there
        and is_mine
        and case.unit in asked.units
        and asked.procedure in (None, case.procedure)
        and case.code.startswith(asked.text)
    )


def all_of(store: Store, asked: Selection) -> list[Case]:
    """Page after page, as somebody reads who goes on from each page's last line."""
    found: list[Case] = []
    while True:
        with store.read_session() as session:
            lines, has_more = worklist.page(session, asked)
        found += [case for case, _ in lines]
        if not has_more:
            return found
        asked = replace(asked, after=lines[-1][1])


def test_every_heap_has_what_belongs_there_and_nothing_else(filled):
    store, cases = filled
    mine = frozenset({(cases[0].procedure_digest, "one")})
    for group in (*Group, CaseStatus.STOPPED, CaseStatus.RETURNED):
        for units in (UNITS, frozenset({"A"}), frozenset({"A", "C"})):
            for changes in ({}, {"procedure": "P-2"}, {"steps": mine}, {"steps": frozenset()}):
                asked = wanted(group=group, units=units, size=7, **changes)
                assert {each.code for each in cases if fits(each, asked)} == {x.code for x in all_of(store, asked)}


def test_the_first_due_comes_first_and_what_is_never_due_last(filled):
    store, _ = filled
    found = all_of(store, wanted(size=4))
    last = datetime.max.replace(tzinfo=UTC)
    assert sorted(found, key=lambda each: (each.due_at or last, each.code)) == found


def test_the_last_that_ended_comes_first(filled):
    store, _ = filled
    ends = [each.finished_at for each in all_of(store, wanted(group=Group.READY, size=3))]
    assert sorted(ends, reverse=True) == ends


def test_counts_say_how_many_lie_on_each_heap(filled):
    store, cases = filled
    for asked in (wanted(), wanted(units=frozenset({"B"})), wanted(procedure="P-1"), wanted(text="C-001")):
        with store.read_session() as session:
            found = worklist.counts(session, asked, Group)
        expected = {group: sum(fits(each, replace(asked, group=group)) for each in cases) for group in Group}
        assert expected == {group: each.count for group, each in found.items()}
        assert not any(each.is_more for each in found.values())


def test_what_is_due_soon_is_a_stretch_of_the_index_that_leaves_out_what_is_late(filled):
    store, _ = filled
    ran = []
    with store.read_session() as session:
        if session.get_bind().dialect.name != "sqlite":
            pytest.skip("PostgreSQL chooses by what the tables hold")
        sa.event.listen(session.get_bind(), "before_cursor_execute", lambda *said: ran.append(said[2:4]))
        worklist.counts(session, wanted(units=frozenset({"A"})), [Group.SOON])
        statement, values = ran[-1]
        plan = str(session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all())
    assert "cases_open_by_unit (unit=? AND <expr>>? AND <expr><?)" in plan


def test_a_count_stops_and_says_so(filled, monkeypatch):
    store, _ = filled
    monkeypatch.setattr(worklist, "COUNTED", 5)
    with store.read_session() as session:
        found = worklist.counts(session, wanted(), [Group.OPEN])[Group.OPEN]
    assert (5, True) == (found.count, found.is_more)


def test_nothing_is_shown_twice_or_left_out_while_cases_come_in(filled):
    store, cases = filled
    chance, digest = random.Random(3), cases[0].procedure_digest
    asked, seen, number = wanted(size=5), [], 100
    while True:
        with store.read_session() as session:
            lines, has_more = worklist.page(session, asked)
        seen += [case.code for case, _ in lines]
        for _ in range(3):
            keep(store, made(number, digest, chance))
            number += 1
        if not has_more or number > 400:
            break
        asked = replace(asked, after=lines[-1][1])
    assert len(seen) == len(set(seen))
    assert {each.code for each in cases if each.finished_at is None} <= set(seen)


def test_codes_are_found_by_how_they_begin_and_nothing_in_them_is_a_pattern(filled):
    store, _ = filled
    for text, expected in (("C-000", 10), ("C-0001", 1), ("c-0001", 0), ("%", 0), ("C_0", 0), ("'; --", 0), ("\\", 0)):
        for group in (None, Group.OPEN, CaseStatus.FINISHED):
            asked = wanted(group=group, text=text, size=100)
            with store.read_session() as session:
                found = [case.code for case, _ in worklist.page(session, asked)[0]]
            assert all(code.startswith(text) for code in found)
            if group is None:
                assert expected == len(found)
                assert sorted(found) == found


def test_a_cursor_from_nowhere_is_no_accident(filled):
    store, _ = filled
    for group in (Group.OPEN, Group.READY):
        for cursor in (Cursor(0, 0), Cursor(worklist.NEVER, worklist.NEVER)):
            with store.read_session() as session:
                assert len(worklist.page(session, wanted(group=group, after=cursor))[0]) < 60


def test_what_a_code_named_before_is_not_among_what_is_due_first(filled):
    store, _ = filled
    others = worklist.UnitCases("A", NOW.date(), received_from=None, received_before=None)
    with store.read_session() as session:
        all_of_them, _ = worklist.due_first(session, frozenset({"A", "B"}), (), NOW + timedelta(days=30), 100)
        without, _ = worklist.due_first(session, frozenset({"A", "B"}), (others,), NOW + timedelta(days=30), 100)
    assert {"A", "B"} == {case.unit for case in all_of_them}
    assert [case for case in all_of_them if case.unit == "B"] == without


def test_no_unit_is_no_case(filled):
    store, _ = filled
    assert [] == all_of(store, wanted(units=frozenset()))
    with store.read_session() as session:
        assert [] == worklist.due_first(session, frozenset(), (), NOW + timedelta(days=30), 10)[0]
