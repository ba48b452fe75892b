"""How fast a board's figures come from millions of cases, against what a careful expert would write by hand.

The facts are generated as Arrow columns, straight into segments: a year of cases over the units and procedures of the
donor. Each size runs in a process of its own, whose peak memory is read at the end.
"""

import gc
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import measures_rivals as rivals
import numpy as np
import pyarrow as pa
from timing import Ratio, in_turn, summary

from pilotkit import Deployment, Kpi
from pilotkit.facts.case_rows import CaseRows
from pilotkit.facts.columns import CASES
from pilotkit.facts.fact_files import Facts, bring_up_to_date
from pilotkit.facts.month_layers import MonthLayers
from pilotkit.facts.segments import Home, SegmentIndex
from pilotkit.figures import Measures
from pilotkit.measures import result_cache as answers
from pilotkit.measures import scan
from pilotkit.storage.audit import LINE
from pilotkit.storage.bulk import BulkWriter
from pilotkit.storage.store import Store
from pilotkit.storage.tables import CASES as CASE_TABLE
from pilotkit.storage.tables import EVENTS

MAIN, GROWTH, RIVALS, STORED = 10_000_000, (1_000_000, 30_000_000), 1_000_000, 1_000_000
START = datetime(2025, 1, 1, tzinfo=UTC)
AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
DAY = 86_400_000_000
GROUPINGS = ((), ("unit",), ("procedure",), ("channel",), ("month",))
PAGES = 60
GIBIBYTE = 1024**2
"""In the unit of ``ru_maxrss``: KiB."""


def measure(donor: Path, sizes: Sequence[int] = (MAIN, *GROWTH)) -> list[Ratio]:
    """Every ratio; the growth with size is beside them in ``measures_growth`` of the results."""
    found = []
    seconds = {}
    for size in sizes:
        told = _elsewhere("board", donor, size)
        seconds[size] = told["board"]
        found += [Ratio(**each) for each in told["ratios"]]
    base = seconds[min(seconds)]
    for size, each in sorted(seconds.items()):
        if size != min(seconds):
            times = size / min(seconds)
            found.append(
                summary(f"growth {size // 1_000_000}M", f"board of {size:,} cases", f"{min(seconds):,} cases",
                        [each / base], times, at_most=True, of="wall time")
            )  # fmt: skip
    found += [Ratio(**each) for each in _elsewhere("rivals", donor, RIVALS)["ratios"]]
    found += [Ratio(**each) for each in _elsewhere("refresh", donor, STORED)["ratios"]]
    return found


def _elsewhere(what: str, donor: Path, size: int) -> dict[str, Any]:
    command = [sys.executable, str(Path(__file__)), what, str(donor), str(size)]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(told.splitlines()[-1])


def board(donor: Path, size: int) -> dict[str, Any]:
    """Return the whole board of a size: against hand-written SQL, one query a KPI, and the clock of a page."""
    with tempfile.TemporaryDirectory() as folder:
        deployment = _deployment(donor, Path(folder) / "donor")
        facts = make_facts(deployment, size)
        kpis = measurable(deployment)
        seconds = min(_seconds(lambda: cold(facts, kpis)) for _ in range(2))
        rows = f"{size:,} cases, {len(kpis)} KPI, {len(deployment.catalog.communes)} units, 12 months"
        ratios: list[Ratio] = []
        if size == MAIN:
            ratios += _page(deployment, facts, rows)
        if size != RIVALS:  # read before anybody else computes in this process
            peak = [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2 * GIBIBYTE)]
            name, of = f"memory {size // 1_000_000}M", f"peak memory of making and reading, {rows}"
            ratios.append(summary(name, of, "2 GiB", peak, 1, at_most=True, of="memory"))
        if size == MAIN:
            ratios += _against_hand(facts, kpis, rows)
    return {"board": seconds, "ratios": [vars(each) for each in ratios]}


def _against_hand(facts: Facts, kpis: list[Kpi], rows: str) -> list[Ratio]:
    files = [facts.home.path(each) for each in facts.segments("cases")]
    one_month = rivals.by_hand([path for path in files if "2025-06" in path.name], kpis, AS_OF)
    times = {name: min(_seconds(lambda query=query: rivals.run(query)) for _ in range(2))
             for name, query in one_month.items()}  # fmt: skip
    best = min(times, key=lambda name: times[name])
    query = rivals.by_hand(files, kpis, AS_OF)[best]
    assert rivals.comparable(rivals.run(query)) == rivals.comparable(rivals.flat(cold(facts, kpis), GROUPINGS))
    hand = in_turn(lambda: cold(facts, kpis), lambda: rivals.run(query), 2, _nothing)
    each = rivals.one_a_kpi(files, kpis, AS_OF)
    alone = in_turn(lambda: [rivals.run(query) for query in each], lambda: cold(facts, kpis), 2, _nothing)
    against = f"the best on one month of {len(times)} hand-written single queries ({best})"
    return [
        summary("board", f"the whole board, {rows}", against, hand, 1.3, at_most=True, of="wall time"),
        summary("one a KPI", f"one query a KPI, {rows}", "the whole board", alone, 5, at_most=False, of="wall time"),
    ]


def _page(deployment: Deployment, facts: Facts, rows: str) -> list[Ratio]:
    """Measure the board's first page, a second later each time; the worker has made the kept answers."""
    measures, times = Measures(deployment), []
    measures.__dict__["facts"] = facts
    gc.freeze()  # as `pilotkit serve` does
    for number in range(-1, PAGES):
        as_of = AS_OF + timedelta(seconds=number)
        started = time.perf_counter()
        measures.standings(as_of)
        measures.values(by="unit", as_of=as_of)
        times.append(time.perf_counter() - started)
    gc.unfreeze()
    p95 = sorted(times[1:])[int(PAGES * 0.95) - 1]
    return [summary("page", f"standings and values by unit, p95 of {PAGES}, {rows}", "300 ms", [p95 / 0.3], 1,
                    at_most=True, of="wall time")]  # fmt: skip


def beside(donor: Path, size: int) -> dict[str, Any]:
    """Return the same board by Polars, pandas and PostgreSQL, at a size that each does in reasonable time."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        deployment = _deployment(donor, Path(folder) / "donor")
        facts = make_facts(deployment, size)
        kpis = measurable(deployment)
        files = [facts.home.path(each) for each in facts.segments("cases")]
        wanted = rivals.comparable(rivals.flat(cold(facts, kpis), GROUPINGS))
        ratios = []
        with rivals.all_of_them(files, kpis, AS_OF, Path(folder)) as others:
            for name, ask in others.items():
                assert wanted == rivals.comparable(ask()), f"{name} does not give the same figures"
                ratios.append(
                    summary(f"beside {name}", f"{name}, {size:,} cases, {len(kpis)} KPI", "the whole board",
                            in_turn(ask, lambda: cold(facts, kpis), 1, _nothing), 1, at_most=False, of="wall time")
                )  # fmt: skip
    return {"ratios": [vars(each) for each in ratios]}


def refresh(donor: Path, size: int) -> dict[str, Any]:
    """Return a refresh after 1% of the cases have changed, in all months, against a rebuild plus a second."""
    with tempfile.TemporaryDirectory() as folder:
        deployment = _deployment(donor, Path(folder) / "donor")
        store = Store.of(deployment)
        fill(deployment, store, size)
        rebuilt = _seconds(lambda: bring_up_to_date(deployment, store, rebuild=True))
        ratios = []
        for part in range(2):
            change(store, size, part)
            took = _seconds(lambda: bring_up_to_date(deployment, store))
            ratios.append(took / (0.05 * rebuilt + 1))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        store.close()
    made = [
        summary("refresh facts", f"refresh after 1% of {size:,} stored cases changed", "5% of a rebuild and a second",
                ratios, 1, at_most=True, of="wall time"),
        summary("memory facts", f"peak memory of the worker, {size:,} stored cases", "2 GiB",
                [peak / (2 * GIBIBYTE)], 1, at_most=True, of="memory"),
    ]  # fmt: skip
    return {"ratios": [vars(each) for each in made]}


def cold(facts: Facts, kpis: list[Kpi]) -> list[scan.Group]:
    """Return the whole board with nothing kept from before."""
    answers.forget()
    shutil.rmtree(facts.home.folder / "answers", ignore_errors=True)
    return scan.scan_all(facts, kpis, scan.Window(None, AS_OF), GROUPINGS)


def measurable(deployment: Deployment) -> list[Kpi]:
    """Return the donor's KPI of cases that need no attribute of an import."""
    return [
        kpi for kpi in deployment.catalog.kpis.values()
        if kpi.of == "cases" and "attributes." not in f"{kpi.numerator} {kpi.denominator}"
    ]  # fmt: skip


def make_facts(deployment: Deployment, size: int) -> Facts:
    """Return a year of cases as facts, month by month."""
    home = Home(deployment.folder / "var" / "facts")
    layers = MonthLayers(home, CASES, CaseRows(deployment.catalog).schema)
    segments = tuple(layers.build(_month(deployment, size // 12, month) for month in range(12)))
    newest = int(AS_OF.timestamp()) * 1_000_000
    state = SegmentIndex(
        version="generated", catalog="", tables="", newest=newest, cases=layers.added, segments=segments
    )
    return Facts(home, home.publish(state, None))


def _month(deployment: Deployment, size: int, month: int) -> pa.Table:
    draw, catalog = np.random.default_rng(month), deployment.catalog
    codes, communes = list(catalog.procedures), catalog.communes
    unit = pa.array((draw.random(size) ** 2 * len(communes)).astype(int))
    described = CaseRows(catalog).procedures(codes)
    procedure = draw.integers(0, len(codes), size)
    start = int(START.timestamp()) * 1_000_000 + month * 30 * DAY
    received = np.sort(start + draw.integers(0, 30 * 86_400, size) * 1_000_000)
    minutes = draw.integers(5, 6_000, size)
    ended = received + minutes * 240_000_000
    is_open = (ended > int(AS_OF.timestamp()) * 1_000_000) | (draw.random(size) < 0.02)
    due, day = received + draw.integers(1, 30, size) * DAY, received // DAY
    ends = np.array(["finished", "refused", "withdrawn"])[draw.choice(3, size, p=[0.95, 0.03, 0.02])]
    nothing = pa.nulls(size, pa.string())
    columns = {
        "id": pa.array(np.arange(size) + month * size),
        "code": pa.array(np.char.add("P-", (np.arange(size) + month * size).astype(str))),
        **{name: values.take(pa.array(procedure)) for name, values in described.items()},
        "level": pa.repeat("commune", size),
        "unit": pa.array([each.code for each in communes]).take(unit),
        "unit_from": pa.array([each.valid_from for each in communes]).take(unit),
        "province": pa.repeat(catalog.province.code, size),
        "channel": pa.array(["in_person", "online", "post"]).take(pa.array(draw.choice(3, size, p=[0.35, 0.6, 0.05]))),
        "received_at_point": nothing, "helped_at_point": nothing, "point_kind": nothing, "helped_kind": nothing,
        "whole_process": pa.array(draw.random(size) < 0.3),
        "is_imported": pa.repeat(False, size),
        "received_at": pa.array(received),
        "due_at": pa.array(due, mask=draw.random(size) < 0.1),
        "norm_due_at": pa.array(received + 3 * DAY, mask=draw.random(size) < 0.3),
        "promised_at": pa.array(due),
        "supplements": pa.array(draw.choice(3, size, p=[0.9, 0.08, 0.02])),
        "received_day": pa.array(day.astype("datetime64[D]")),
        "month": pa.array(np.datetime_as_string(day.astype("datetime64[D]"), unit="M")),
        "ended_at": pa.array(ended, mask=is_open),
        "ended_day": pa.array((ended // DAY).astype("datetime64[D]"), mask=is_open),
        "ended_minutes": pa.array(minutes, mask=is_open),
        "ended_as": pa.array(ends, mask=is_open),
        "stands_since": pa.array(received, mask=~is_open | (draw.random(size) < 0.9)),
        "handed_at": pa.array(ended, mask=is_open | (draw.random(size) < 0.2)),
        "attributes": nothing,
    }  # fmt: skip
    schema = CaseRows(catalog).schema
    plain = pa.schema([(each.name, each.type.value_type if pa.types.is_dictionary(each.type) else each.type)
                       for each in schema])  # fmt: skip
    rows = pa.table([columns[name] for name in schema.names], names=schema.names).cast(plain)
    words = [name for name in schema.names if pa.types.is_dictionary(schema.field(name).type)]
    for name in words:
        rows = rows.set_column(rows.schema.get_field_index(name), name, rows[name].dictionary_encode())
    return rows


_CASE_COLUMNS = (
    "id", "code", "procedure", "procedure_version", "procedure_digest", "channel", "status", "unit", "whole_process",
    "received_at", "due_at", "supplements", "finished_at",
)  # fmt: skip


def fill(deployment: Deployment, store: Store, size: int, batch: int = 100_000) -> None:
    """Cases of a year in the store, two events each."""
    catalog = deployment.catalog
    codes, units = list(catalog.procedures), [unit.code for unit in catalog.communes]
    digest = store.keep_procedures([catalog.procedure(codes[0])])[0]
    step = 360 * DAY // size
    start = int(START.timestamp()) * 1_000_000
    for first in range(1, size + 1, batch):
        cases, events = [], []
        for number in range(first, min(first + batch, size + 1)):
            at, is_open = start + number * step, number % 10 == 0
            end = None if is_open else at + 3 * DAY
            channel, status = "online" if number % 3 else "post", "accepted" if is_open else "finished"
            cases.append((number, f"P-{number}", codes[number % len(codes)], 1, digest, channel, status,
                          units[number % len(units)], number % 4 == 0, at, at + 5 * DAY, 0, end))  # fmt: skip
            events.append((number, 1, "received", at, "bench", None, "{}"))
            events += [] if is_open else [(number, 2, "finished", end, "bench", None, "{}")]
        with store.bulk() as writer:
            writer.write(CASE_TABLE, _CASE_COLUMNS, cases)
            writer.write(EVENTS, LINE, events)
            writer.finish(AS_OF, "bench")


def change(store: Store, size: int, part: int) -> None:
    """Finish a hundredth of the cases, scattered over all months."""
    numbers = [number for number in range(10, size + 1, 10) if number // 10 % 10 == part]
    end = int(AS_OF.timestamp()) * 1_000_000
    with store.bulk() as writer:
        _finish(writer, numbers, end)
        writer.write(EVENTS, LINE, [(number, 2, "finished", end, "bench", None, "{}") for number in numbers])
        writer.finish(AS_OF, "bench")


def _finish(writer: BulkWriter, numbers: list[int], end: int) -> None:
    statement = "UPDATE cases SET status = 'finished', finished_at = ? WHERE id = ?"
    writer.connection.exec_driver_sql(statement, [(end, number) for number in numbers])


def _deployment(donor: Path, folder: Path) -> Deployment:
    shutil.copytree(donor, folder, ignore=shutil.ignore_patterns("var"))
    deployment = Deployment(folder)
    assert date(2025, 1, 1) < AS_OF.date()
    assert deployment.catalog.working_time
    return deployment


def _seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def _nothing() -> None:
    return


if __name__ == "__main__":
    what, where, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    print(json.dumps({"board": board, "rivals": beside, "refresh": refresh}[what](where, count)))
