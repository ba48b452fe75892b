"""What the clock does not change is not counted again, and what is kept is what a cold scan of everything gives."""

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.drill import size

from pilotkit import CaseError, Channel, Deployment
from pilotkit.cases import Application
from pilotkit.casework.case_service import CaseService
from pilotkit.facts import month_layers as layers
from pilotkit.facts.columns import CASES, TABLES
from pilotkit.facts.fact_files import Facts, bring_up_to_date
from pilotkit.figures import Measures
from pilotkit.measures.engines import DuckEngine, run, source_of
from pilotkit.measures.plan import Plan, Quantile, Sum
from pilotkit.measures.result_cache import ResultCache, files_of, forget
from pilotkit.measures.scan import Window, scan_all
from pilotkit.storage.store import Store
from pilotkit.testing import Clock, tiny_deployment

START = datetime(2025, 5, 5, 3, tzinfo=UTC)
SUMS = (
    *(Sum(f"COALESCE({name}, FALSE)") for name, column in CASES.columns.items() if column.type == "BOOLEAN"),
    Sum("TRUE"),
    Sum("is_late", "supplements"),
    Sum("finished_at IS NOT NULL AND working_minutes > 100"),
)
HALF = Decimal("0.5")
QUANTILES = (Quantile("working_minutes", "is_finished", HALF), Quantile("supplements", "is_late", HALF))
GROUPINGS = ((), ("unit",), ("procedure", "channel"), ("month",))


def a_plan(as_of: int, *, of_open: bool = False) -> Plan:
    """Every condition that the documented columns can say; with quantiles of the open rows too, or without them."""
    quantiles = QUANTILES if of_open else QUANTILES[:1]
    return Plan(CASES, as_of, None, GROUPINGS, (*SUMS, *(each.rows for each in quantiles)), quantiles)


class Counted(DuckEngine):
    """DuckDB, and what it was asked."""

    def __init__(self) -> None:
        self.plans: list[Plan] = []

    def answer(self, plan, files):
        self.plans.append(plan)
        return super().answer(plan, files)


def cold(facts: Facts, plan: Plan):
    """The answer of one scan of everything at that instant, as text in any order."""
    sums, quantiles = DuckEngine().answer(plan, files_of(facts, plan))
    return sorted(repr(tuple(row)) for row in sums), sorted(repr(tuple(row)) for row in quantiles if any(row[-1:]))


def warm(facts: Facts, plan: Plan, engine=None):
    sums, values = ResultCache(facts, engine or DuckEngine()).of(plan)

    def rows(found):
        for (grouping, keys), cells in found.items():
            at = dict(zip(grouping, keys, strict=True))
            bits = sum(1 << len(plan.dimensions) - 1 - i for i, d in enumerate(plan.dimensions) if d not in grouping)
            yield repr((bits, *(at.get(name) for name in plan.dimensions), *cells))

    return sorted(rows(sums)), sorted(rows({key: cells for key, cells in values.items() if cells[-1]}))


@pytest.fixture(scope="module")
def building():
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


_VERBS = (
    lambda casework, code: casework.advance(code, "officer"),
    lambda casework, code: casework.finish(code, "officer"),
    lambda casework, code: casework.request_supplement(code, "officer", "a paper is missing"),
    lambda casework, code: casework.resume(code, "officer"),
    lambda casework, code: casework.refuse(code, "officer", "not granted"),
    lambda casework, code: casework.return_result(code, "officer"),
)
_STEPS = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 7), st.integers(0, 9)), min_size=5, max_size=25)
_LATER = st.lists(st.integers(-200, 3_000), min_size=1, max_size=5)


@pytest.mark.drill
@settings(max_examples=size(4, 12), deadline=None)
@given(steps=_STEPS, later=_LATER, small=st.sampled_from([1, 4, 1_000]))
def test_whatever_happens_and_whenever_one_asks_the_answer_is_that_of_a_cold_scan(building, steps, later, small):
    with tempfile.TemporaryDirectory(dir=building) as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(layers, "SMALL", small)
        deployment, clock = Deployment(tiny_deployment(Path(folder) / "town")), Clock(START)
        store = Store.of(deployment)
        casework, codes = CaseService(deployment, store, clock), []
        for hours, verb, which in steps:
            clock.advance(hours=hours)
            if verb >= len(_VERBS) or not codes:
                procedure, channel = [("ZZ-101", "online"), ("ZZ-201", "post"), ("ZZ-102", "in_person")][which % 3]
                unit = f"PA-0{which % 3 + 1}"
                codes.append(casework.receive(_application(procedure, channel, unit)).code)
            else:
                try:
                    _VERBS[verb](casework, codes[which % len(codes)])
                except CaseError:
                    continue  # it cannot take the verb now
            if which % 2:
                bring_up_to_date(deployment, store)
        facts = bring_up_to_date(deployment, store)
        now = int(clock().timestamp()) * 1_000_000
        for after in [0, *later]:
            plan = a_plan(now + after * 3_600_000_000, of_open=bool(after % 2))
            assert cold(facts, plan) == warm(facts, plan)
        store.close()


def _application(procedure: str, channel: str, unit: str) -> Application:
    return Application(procedure=procedure, channel=Channel(channel), unit=unit, actor="citizen")


def deadlines(facts: Facts) -> list[int]:
    """When the clocks of the open cases run out, in order."""
    plan = Plan(CASES, facts.state.newest, None, (), (), rows="open")
    rows = run(f"SELECT DISTINCT due_at FROM ({source_of(CASES, files_of(facts, plan))}) WHERE due_at IS NOT NULL")
    return sorted(due for (due,) in rows)


def test_at_every_deadline_and_beside_it_the_answer_is_that_of_a_cold_scan(filled_town: Deployment) -> None:
    facts = Measures(filled_town).facts
    passing = [due for due in deadlines(facts) if due >= facts.state.newest]
    assert passing
    for due in (passing[0], passing[len(passing) // 2], passing[-1]):
        for as_of in (due - 1, due, due + 1):
            assert cold(facts, a_plan(as_of)) == warm(facts, a_plan(as_of))


def test_between_two_deadlines_nothing_is_counted_again_and_after_one_only_what_it_changed(
    filled_town: Deployment,
) -> None:
    facts, engine = Measures(filled_town).facts, Counted()
    forget()
    passing = [due for due in deadlines(facts) if due >= facts.state.newest]
    first = next(n for n, due in enumerate(passing[1:]) if due - passing[n] > 2)
    start = passing[first] + 1
    warm(facts, a_plan(start), engine)
    engine.plans.clear()
    warm(facts, a_plan(start + 1), engine)
    assert [] == engine.plans
    warm(facts, a_plan(passing[first + 1] + 1), engine)
    since = facts.state.newest
    until = passing[first + 1] + 1
    assert [(since, until), (since, until)] == [plan.turned for plan in engine.plans]
    assert {"open"} == {plan.rows for plan in engine.plans}


@pytest.mark.parametrize("table", ["support", "procedures", "points", "people"])
def test_what_has_no_deadline_is_counted_once_whatever_the_time(filled_town: Deployment, table: str) -> None:
    facts, engine = Measures(filled_town).facts, Counted()
    forget()
    plan = Plan(TABLES[table], facts.state.newest, None, ((),), (Sum("TRUE"),))
    found = {
        repr(ResultCache(facts, engine).of(Plan(plan.table, plan.as_of + later, None, plan.groupings, plan.sums)))
        for later in (0, 1, 10**12)
    }
    assert 1 == len(found)
    assert len(engine.plans) <= 1


def test_a_past_instant_is_counted_as_it_was(filled_town: Deployment) -> None:
    facts = Measures(filled_town).facts
    for days in (1, 10, 25):
        plan = a_plan(facts.state.newest - days * 86_400_000_000, of_open=True)
        assert cold(facts, plan) == warm(facts, plan)


def test_a_page_a_second_later_has_the_figures_of_that_second(filled_town: Deployment) -> None:
    kpis = list(filled_town.catalog.kpis.values())
    facts = Measures(filled_town).facts
    newest = datetime.fromtimestamp(facts.state.newest // 1_000_000 + 1, UTC)
    for later in (timedelta(), timedelta(seconds=1), timedelta(days=3), timedelta(days=90)):
        kept = scan_all(facts, kpis, Window(None, newest + later), [(), ("unit",)])
        forget()
        anew = scan_all(facts, kpis, Window(None, newest + later), [(), ("unit",)])
        assert sorted(map(repr, anew)) == sorted(map(repr, kept))


def test_a_page_scans_nothing_that_has_ended_where_the_worker_has_made_it_ready(filled_town, tmp_path):
    folder = shutil.copytree(filled_town.folder, tmp_path / "town")
    ready = Measures(Deployment(folder))
    ready.make_ready()
    kept = sorted(path.name for path in (ready.facts.home.folder / "answers").glob("*.json"))
    forget()
    page = Measures(Deployment(folder))
    page.standings(page.present() + timedelta(seconds=1))
    page.values(by="unit", as_of=page.present() + timedelta(seconds=1))
    assert kept == sorted(path.name for path in (page.facts.home.folder / "answers").glob("*.json"))
