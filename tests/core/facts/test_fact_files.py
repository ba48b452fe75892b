"""Facts are the store's rows, whatever happened in between: a kill, a full disk, another worker, a broken record."""

import signal
import subprocess
import sys
import threading
from datetime import UTC, date, datetime, timedelta

import duckdb
import pyarrow.parquet as pq
import pytest

from pilotkit import Channel, Deployment
from pilotkit.cases import Application
from pilotkit.casework.case_service import CaseService
from pilotkit.casework.queue import Queue
from pilotkit.facts import month_layers as layers
from pilotkit.facts import segments as state
from pilotkit.facts.columns import TABLES
from pilotkit.facts.fact_files import FOLDER, bring_up_to_date
from pilotkit.figures import Measures, TargetError
from pilotkit.measures.engines import run, source_of
from pilotkit.measures.plan import Plan
from pilotkit.measures.result_cache import files_of
from pilotkit.simulation.month import simulate
from pilotkit.storage.store import Store
from pilotkit.testing import tiny_deployment
from pilotkit.testing.sample_deployment import tiny_file

APPLICATION = Application(procedure="ZZ-101", channel=Channel.ONLINE, unit="PA-01", actor="citizen")
LONG_AFTER = 1 << 60


@pytest.fixture
def open_town(tmp_path):
    deployment = Deployment(tiny_deployment(tmp_path / "town"))
    store = Store.of(deployment)
    yield deployment, store
    store.close()


def rows_of(facts, table="cases"):
    """All live rows of a fact table, as an engine reads them."""
    plan = Plan(TABLES[table], LONG_AFTER, None, (), ())
    names = ", ".join(each.name for each in (*plan.table.stored, *plan.table.kept))
    source = source_of(plan.table, files_of(facts, plan))
    return sorted(run(f"SELECT {names} FROM ({source})"), key=repr) if source else []


def anew(deployment, store):
    """The rows that a rebuild would give."""
    return rows_of(bring_up_to_date(deployment, store, rebuild=True))


def test_what_is_added_piece_by_piece_is_what_a_rebuild_gives(town, store, monkeypatch):
    monkeypatch.setattr(layers, "SMALL", 3)
    casework = CaseService(town, store)
    for number in range(12):
        case = casework.receive(APPLICATION)
        if number % 3 == 0:
            casework.request_supplement(case.code, "officer", "a paper is missing")
        facts = bring_up_to_date(town, store)
        if number % 3 == 0:
            casework.resume(case.code, "officer")
        if number % 4 == 0:
            casework.withdraw(case.code, "officer", "the person wants it back")
        facts = bring_up_to_date(town, store)
        assert number + 1 == facts.cases
    pieces = rows_of(facts)
    assert 12 == len(pieces)
    assert anew(town, store) == pieces


def test_cases_of_every_month_that_change_are_found_again_in_their_months(town, store):
    simulate(town, store, days=70, seed=3, last=date(2025, 7, 28))
    before = bring_up_to_date(town, store)
    assert {"2025-05", "2025-06", "2025-07"} == {each.month for each in before.segments("cases")}
    base = {each.name for each in before.segments("cases")}
    open_cases = [row[0] for row in run_sql(before, "SELECT code FROM facts WHERE ended_at IS NULL ORDER BY code")]
    casework = CaseService(town, store)
    for code in open_cases[::5]:
        casework.withdraw(code, "officer", "the person wants it back")
    after = bring_up_to_date(town, store)
    assert base <= {each.name for each in after.segments("cases")}
    assert before.cases == after.cases == len(rows_of(after))
    assert anew(town, store) == rows_of(after)


def run_sql(facts, query):
    plan = Plan(TABLES["cases"], LONG_AFTER, None, (), ())
    return run(f"WITH facts AS ({source_of(plan.table, files_of(facts, plan))}) {query}")


def test_a_delta_that_has_grown_becomes_a_new_base(town, store, monkeypatch):
    monkeypatch.setattr(layers, "SMALL", 2)
    casework = CaseService(town, store)
    codes = [casework.receive(APPLICATION).code for _ in range(8)]
    bring_up_to_date(town, store)
    casework.withdraw(codes[0], "officer", "the person wants it back")
    assert {"base", "delta"} == {each.layer for each in bring_up_to_date(town, store).segments("cases")}
    for code in codes[1:5]:
        casework.withdraw(code, "officer", "the person wants it back")
    facts = bring_up_to_date(town, store)
    assert {"base"} == {each.layer for each in facts.segments("cases")}
    assert 8 == len(rows_of(facts))


def test_nothing_is_done_where_nothing_has_happened(town, store):
    CaseService(town, store).receive(APPLICATION)
    first = bring_up_to_date(town, store)
    made = (town.folder / FOLDER / state.MARKER).stat().st_mtime_ns
    assert first == bring_up_to_date(town, store)
    assert made == (town.folder / FOLDER / state.MARKER).stat().st_mtime_ns


def test_another_database_under_the_same_facts_is_noticed(tmp_path):
    deployment = Deployment(tiny_deployment(tmp_path / "town"))
    with_three, with_five = (Store(f"sqlite:///{name}.db", tmp_path) for name in ("three", "five"))
    for store, cases in ((with_three, 3), (with_five, 5)):
        for _ in range(cases):
            CaseService(deployment, store).receive(APPLICATION)
        assert cases == bring_up_to_date(deployment, store).cases
    assert 3 == len(rows_of(bring_up_to_date(deployment, with_three)))
    with_three.close(), with_five.close()


def test_a_catalog_that_has_changed_makes_all_rows_anew(tmp_path):
    deployment = Deployment(tiny_deployment(tmp_path / "town"))
    store = Store.of(deployment)
    CaseService(deployment, store).receive(APPLICATION)
    assert [(True,)] == run_sql(bring_up_to_date(deployment, store), "SELECT focus FROM facts")
    changed = Deployment(
        tiny_deployment(deployment.folder, tiny_file("model/procedures/ZZ-101.yaml", ("focus: true", "focus: false")))
    )
    assert [(False,)] == run_sql(bring_up_to_date(changed, store), "SELECT focus FROM facts")
    store.close()


def test_visits_and_ratings_become_rows_of_support(town, store):
    clock = iter(datetime(2025, 7, 28, 2, minute, tzinfo=UTC) for minute in range(60))
    queue = Queue(town, store, lambda: next(clock))
    ticket = queue.take("pa-01")
    assert ["visit"] == [row[0] for row in visits(bring_up_to_date(town, store), "kind")]
    assert [(None,)] == visits(bring_up_to_date(town, store), "waited")
    queue.call("pa-01", counter=2)
    queue.serve("pa-01", ticket.number)
    facts = bring_up_to_date(town, store)
    shown = "point, unit, counter, ended_as, waited > 0, served > 0"
    assert [("pa-01", "PA-01", 2, "served", True, True)] == visits(facts, shown)


def visits(facts, columns):
    plan = Plan(TABLES["support"], LONG_AFTER, None, (), ())
    return run(f"SELECT {columns} FROM ({source_of(plan.table, files_of(facts, plan))})")


def test_procedures_points_and_people_are_the_catalogs(town, store):
    facts = bring_up_to_date(town, store)
    for table, things in (("procedures", town.catalog.procedures), ("points", town.catalog.points)):
        assert len(things) == len(rows_of(facts, table))
    counts = dict(run(f"SELECT role, sum(staff) FROM ({_source(facts, 'people')}) GROUP BY role"))
    told = {}
    for each in town.catalog.staffing:
        told[each.role] = told.get(each.role, 0) + each.count
    assert told == {role: count for role, count in counts.items() if role in told}


def _source(facts, table):
    plan = Plan(TABLES[table], LONG_AFTER, None, (), ())
    return source_of(plan.table, files_of(facts, plan))


def test_readers_are_not_disturbed_while_cases_come_in(open_town):
    deployment, store = open_town
    casework, problems, is_over = CaseService(deployment, store), [], threading.Event()

    def look() -> None:
        while not is_over.is_set():
            try:
                Measures(deployment, store).values()
            except Exception as problem:  # noqa: BLE001  # whatever it is, a reader must not meet it
                problems.append(problem)

    readers = [threading.Thread(target=look) for _ in range(3)]
    for reader in readers:
        reader.start()
    for _ in range(60):
        casework.receive(APPLICATION)
    is_over.set()
    for reader in readers:
        reader.join()
    assert [] == problems
    assert 60 == Measures(deployment, store).values(["online_share"])[0].denominator


def test_replaced_files_stay_for_those_who_read_them_and_then_go(open_town, monkeypatch):
    deployment, store = open_town
    casework = CaseService(deployment, store)
    casework.receive(APPLICATION)
    first = bring_up_to_date(deployment, store)
    casework.receive(APPLICATION)
    bring_up_to_date(deployment, store)
    assert 1 == len(rows_of(first))
    monkeypatch.setattr(state, "GRACE", -1)
    casework.receive(APPLICATION)
    live = bring_up_to_date(deployment, store).state.segments
    there = {path.name for path in (deployment.folder / FOLDER / "segments").iterdir()}
    assert {each.name for each in live} == there


def test_who_is_not_the_worker_takes_what_there_is(open_town):
    deployment, store = open_town
    casework = CaseService(deployment, store)
    casework.receive(APPLICATION)
    home = bring_up_to_date(deployment, store).home
    casework.receive(APPLICATION)
    with home.working(wait=False) as is_ours:
        assert is_ours
        assert 1 == bring_up_to_date(deployment, store).cases
    assert 2 == bring_up_to_date(deployment, store).cases


@pytest.mark.parametrize("text", ["", "{}", "[]", "not json", '{"version": "../../elsewhere"}'])
def test_facts_whose_record_is_broken_are_made_anew(open_town, text):
    deployment, store = open_town
    CaseService(deployment, store).receive(APPLICATION)
    bring_up_to_date(deployment, store)
    (deployment.folder / FOLDER / state.MARKER).write_text(text)
    assert 1 == bring_up_to_date(deployment, store).cases
    assert 1 == Measures(deployment, store).values(["online_share"])[0].denominator


def test_facts_of_which_a_file_is_missing_are_made_anew(open_town):
    deployment, store = open_town
    CaseService(deployment, store).receive(APPLICATION)
    facts = bring_up_to_date(deployment, store)
    facts.home.path(facts.segments("cases")[0]).unlink()
    assert 1 == len(rows_of(bring_up_to_date(deployment, store)))


def test_a_name_in_the_record_leads_nowhere_else(open_town):
    deployment, store = open_town
    CaseService(deployment, store).receive(APPLICATION)
    facts = bring_up_to_date(deployment, store)
    marker = deployment.folder / FOLDER / state.MARKER
    marker.write_text(marker.read_text().replace(facts.segments("cases")[0].name, "../../../elsewhere.parquet"))
    assert facts.home.current() is None


def test_a_full_disk_is_said_and_the_facts_there_were_stay(open_town, monkeypatch):
    deployment, store = open_town
    casework = CaseService(deployment, store)
    casework.receive(APPLICATION)
    before = bring_up_to_date(deployment, store)
    casework.receive(APPLICATION)

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pq.ParquetWriter, "write_table", full)
    with pytest.raises(TargetError, match="No space left on device"):
        bring_up_to_date(deployment, store)
    monkeypatch.undo()
    assert before.home.current() == before.state
    assert [] == list((deployment.folder / FOLDER / "segments").glob("*.part"))
    assert 2 == bring_up_to_date(deployment, store).cases


_WORKER = """
import os, signal, sys
from pathlib import Path
from pilotkit import Deployment
from pilotkit.facts.fact_files import FOLDER, bring_up_to_date
from pilotkit.facts.segments import Home
from pilotkit.storage.store import Store

folder, rebuild = Path(sys.argv[1]), sys.argv[2] == "rebuild"
deployment = Deployment(folder)
assert deployment.catalog.working_time.is_working

def dying(function):
    def call(*arguments, **named):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **named)
    return call

def work():
    os.fsync, Path.replace = dying(os.fsync), dying(Path.replace)
    bring_up_to_date(deployment, Store.of(deployment), rebuild=rebuild)
    os._exit(0)

for step in range(100):
    left = step
    child = os.fork()
    if not child:
        work()
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    state = Home(folder / FOLDER).current()
    print(ended, state and state.cases, flush=True)
    if ended != -signal.SIGKILL:
        break
"""


@pytest.mark.server
@pytest.mark.parametrize("how", ["refresh", "rebuild"])
def test_a_worker_killed_at_any_write_leaves_whole_facts(open_town, how):
    deployment, store = open_town
    casework = CaseService(deployment, store)
    codes = [casework.receive(APPLICATION).code for _ in range(3)]
    bring_up_to_date(deployment, store)
    casework.withdraw(codes[0], "officer", "the person wants it back")
    casework.receive(APPLICATION)
    command = [sys.executable, "-c", _WORKER, str(deployment.folder), how]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split("\n")
    steps = [tuple(map(int, line.split())) for line in told if line]
    assert len(steps) > 6
    assert (0, 4) == steps.pop()
    assert {-signal.SIGKILL} == {ended for ended, _ in steps}
    assert {3, 4} == {cases for _, cases in steps}
    facts = bring_up_to_date(deployment, store)
    assert 4 == facts.cases
    assert anew(deployment, store) == rows_of(facts)


def test_what_a_killed_worker_left_is_swept_away(open_town):
    deployment, store = open_town
    CaseService(deployment, store).receive(APPLICATION)
    home = bring_up_to_date(deployment, store).home
    left = home.folder / "segments" / "cases-2025-07-base-0.part"
    left.write_bytes(b"half")
    CaseService(deployment, store).receive(APPLICATION)
    bring_up_to_date(deployment, store)
    assert not left.exists()


def test_every_documented_column_stands_in_the_files_or_follows_from_them(filled_town):
    facts = Measures(filled_town).facts
    for table in TABLES.values():
        plan = Plan(table, LONG_AFTER, None, (), ())
        source = source_of(table, files_of(facts, plan)) or f"SELECT {_nulls(table)}"
        found = duckdb.sql(f"DESCRIBE {plan.known_rows(source)}").fetchall()
        types = {name: kind for name, kind, *_ in found}
        assert {each.name: each.type for each in table.columns.values()} == {
            name: types[name] for name in table.columns
        }


def _nulls(table):
    return ", ".join(f"CAST(NULL AS {each.type}) AS {each.name}" for each in (*table.stored, *table.kept))


def test_working_minutes_are_those_of_the_calendar(filled_town):
    working = filled_town.catalog.working_time
    facts = Measures(filled_town).facts
    for received, ended, minutes in run_sql(
        facts, "SELECT received_at, ended_at, ended_minutes FROM facts WHERE ended_at IS NOT NULL LIMIT 200"
    ):
        start, end = (datetime.fromtimestamp(each / 1_000_000, UTC) for each in (received, ended))
        assert _minutes_by_hand(working, start, end) == pytest.approx(minutes, abs=1)


def _minutes_by_hand(working, start, end):
    """Minute by minute in the zone of the office: open on working days from 8 to 12 and from 13 to 17."""
    moment, minutes = start, 0
    while moment < end:
        local = moment.astimezone(working.zone)
        minutes += working.is_working(local.date()) and (8 <= local.hour < 12 or 13 <= local.hour < 17)
        moment += timedelta(minutes=1)
    return minutes
