"""Spark and DuckDB give identical numbers, to the bit, for every shipped KPI in every group."""

import contextlib
import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.drill import size

from pilotkit import DataError, Deployment, Kpi
from pilotkit.casework.case_service import CaseService
from pilotkit.casework.queue import Queue
from pilotkit.facts.fact_files import bring_up_to_date
from pilotkit.figures import Engine, Measures, TargetError
from pilotkit.measures.result_cache import forget
from pilotkit.measures.scan import Window, scan_all
from pilotkit.storage.store import Store
from pilotkit_spark.engine import SparkEngine

AS_OF = datetime(2025, 8, 2, 12, tzinfo=UTC)
GROUPINGS = (
    (),
    ("unit",),
    ("province",),
    ("procedure",),
    ("channel",),
    ("month",),
    ("unit", "unit_from", "received_day"),
)
WORDS = {"en": "x"}
BRIEF = "-XX:TieredStopAtLevel=1"
"""For a Java machine that lives a minute: compiling anything better than once would not pay."""


@pytest.fixture(scope="session")
def settings(master: str) -> dict[str, str]:
    """What every test asks of the cluster: a process has one session, made by whichever test comes first."""
    return {
        "master": master, "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "512m", "spark.executor.memory": "450m", "spark.executor.cores": "1",
        "spark.sql.shuffle.partitions": "2", "spark.sql.codegen.wholeStage": "false",
        "spark.sql.adaptive.enabled": "false", "spark.driver.extraJavaOptions": BRIEF,
        "spark.executor.extraJavaOptions": BRIEF,
    }  # fmt: skip


@pytest.fixture(scope="session")
def engine(settings: dict[str, str]) -> Engine:
    return SparkEngine(settings)


@pytest.fixture(scope="session")
def facts(hanoi: Deployment):
    """Facts with a base and a delta, open cases, late ones, visits: so that both engines have to put them together."""
    with contextlib.closing(Store.of(hanoi)) as store:
        made = bring_up_to_date(hanoi, store)
        casework = CaseService(hanoi, store, lambda: AS_OF)
        for code in list(store.codes())[-150:]:
            if store.case(code).finished_at is None:
                casework.withdraw(code, "officer", "the person wants it back")
        queue = Queue(hanoi, store, lambda: AS_OF)
        point = next(id_ for id_, each in hanoi.catalog.points.items() if each.kind == "commune_point")
        for number in range(12):
            queue.take(point)
            if number % 2:
                queue.call(point, counter=1)
        after = bring_up_to_date(hanoi, store)
    assert {"base", "delta"} == {each.layer for each in after.segments("cases")}
    assert made.version != after.version
    return after


def by_key(groups):
    return {(group.grouping, group.keys): group.counts for group in groups}


@pytest.mark.drill
@pytest.mark.parametrize(
    ("window", "groupings"),
    [
        (Window(None, AS_OF), size((GROUPINGS[0], GROUPINGS[-1]), GROUPINGS)),
        (Window(date(2025, 7, 21), datetime(2025, 7, 25, 9, tzinfo=UTC)), size(GROUPINGS[:1], GROUPINGS[:2])),
    ],
    ids=["now", "a past instant"],
)
def test_every_shipped_kpi_has_the_same_numbers_on_both_engines(
    hanoi, facts, engine, window, groupings, record_property
):
    kpis = list(hanoi.catalog.kpis.values())
    assert len(kpis) >= 30
    kpis = kpis[:: size(4, 1)]
    assert {"share", "quantile"} == {kpi.statistic for kpi in kpis}
    on_duckdb = by_key(scan_all(facts, kpis, window, groupings))
    record_property("measures", len(kpis))
    record_property("groups", len(on_duckdb))
    forget()
    assert on_duckdb == by_key(scan_all(_elsewhere(facts), kpis, window, groupings, engine))


def _elsewhere(facts):
    """The same facts under another version, so that no kept answer of the other engine is taken."""
    from dataclasses import replace

    return replace(facts, state=facts.state.model_copy(update={"version": "elsewhere"}))


def test_attributes_dates_and_weights_mean_the_same_on_both_engines(facts, engine):
    kpis = [
        a_kpi("received_day >= '2025-07-21'"),
        a_kpi("channel = 'online'", weight="supplements + 2 * working_minutes"),
        a_kpi("COALESCE(outcome, 'open') IN ('open', 'withdrawn')", "NOT (focus AND is_late)"),
        a_kpi("working_minutes BETWEEN 60 AND 8 * 60", "is_finished"),
    ]
    groupings = ((), ("channel",))
    both = [by_key(scan_all(each, kpis, Window(None, AS_OF), groupings, on)) for each, on in _both(facts, engine)]
    assert both[0] == both[1]


def _both(facts, engine):
    yield facts, None
    forget()
    yield _elsewhere(facts), engine


def a_kpi(numerator: str, denominator: str = "TRUE", **more: object) -> Kpi:
    return Kpi(
        id="asked", name=WORDS, question=WORDS, numerator_name=WORDS, denominator_name=WORDS, numerator=numerator,
        denominator=denominator, reference="r", certainty="high", **more,
    )  # fmt: skip


def test_a_sum_too_large_is_refused_on_spark_too(facts, engine):
    with pytest.raises(DataError, match="cannot be computed on Spark"):
        scan_all(facts, [a_kpi("TRUE", weight="received_at * 9000000")], Window(None, AS_OF), [()], engine)


def test_an_empty_period_is_not_measurable_on_spark_too(facts, engine):
    groups = scan_all(facts, [a_kpi("is_late")], Window(date(2031, 1, 1), AS_OF), [(), ("unit",)], engine)
    assert {((), ()): ((0, 0),)} == by_key(groups)


def test_a_setting_that_is_not_sparks_is_refused_with_its_place():
    with pytest.raises(DataError, match=r"pilot\.toml: measures\.settings\.mastre"):
        SparkEngine({"mastre": "spark://x:7077"})


def test_the_engine_of_the_settings_is_this_one(hanoi, master):
    connector = hanoi.catalog.connectors["spark"]
    assert "engine" == connector.kind
    assert isinstance(connector.make({"master": master}), Engine)


def test_measures_are_asked_of_the_chosen_engine(hanoi, settings, monkeypatch):
    """Through the front door: settings, connector, engine, figures."""
    monkeypatch.setenv("PILOTKIT_MEASURES__ENGINE", "spark")
    monkeypatch.setenv("PILOTKIT_MEASURES__SETTINGS", json.dumps(settings))
    chosen = Deployment(hanoi.folder)
    assert "spark" == chosen.settings.measures.engine
    wanted = Measures(hanoi).values(["online_share"], as_of=AS_OF)[0]
    forget()
    found = Measures(chosen).values(["online_share"], as_of=AS_OF)[0]
    assert (wanted.numerator, wanted.denominator) == (found.numerator, found.denominator)


def test_a_cluster_without_a_worker_of_that_size_is_an_error_and_not_a_wait_for_ever(hanoi, facts, settings):
    """In a process of its own, since a process has one session."""
    asked = {
        **settings,
        "spark.executor.memory": "3g",
        "spark.scheduler.maxRegisteredResourcesWaitingTime": "2s",
    }
    told = {"PILOTKIT_MEASURES__ENGINE": "spark", "PILOTKIT_MEASURES__SETTINGS": json.dumps(asked)}
    command = [Path(sys.executable).parent / "pilotkit", "kpi", str(hanoi.folder)]
    done = subprocess.run(command, env=os.environ | told, capture_output=True, text=True, check=False, timeout=300)
    assert TargetError.exit_code == done.returncode
    assert "no worker of spark://127.0.0.1" in done.stderr
    assert "spark.executor.memory" in done.stderr
