"""One body and two sizes: what is chosen, and what a drill leaves behind."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests import drill

ROOT = Path(__file__).parents[2]


@pytest.fixture
def whole():
    before = drill.size(False, True)
    drill.choose(whole=True)
    yield
    drill.choose(whole=before)


def report(test: str, when: str, seconds: float, outcome: str = "passed", **figures: object) -> SimpleNamespace:
    properties = list(figures.items())
    return SimpleNamespace(nodeid=test, when=when, duration=seconds, outcome=outcome, user_properties=properties)


def written(path: Path, *reports: SimpleNamespace) -> dict[str, dict[str, object]]:
    record = drill.Record(path)
    for each in reports:
        record.pytest_runtest_logreport(each)
    record.pytest_sessionfinish()
    return {each["test"]: each for each in json.loads(path.read_text())["tests"]}


def test_a_drill_takes_the_whole_size_and_every_pair(whole):
    assert 150 == drill.size(40, 150)
    assert [("a", 1), ("a", 2), ("b", 1), ("b", 2)] == drill.pairs("ab", [1, 2])


def test_what_is_reduced_has_each_of_the_first_with_one_of_the_second_in_turn():
    if drill.size(False, True):
        pytest.skip("this is a drill")
    assert [("a", 1), ("b", 2), ("c", 1)] == drill.pairs("abc", [1, 2])


def test_a_row_has_date_duration_outcome_and_the_figures_that_a_test_told(tmp_path):
    phases = [report("t::a", when, 0.5, kept=7) for when in ("setup", "call", "teardown")]
    row = written(tmp_path / "drill.json", *phases)["t::a"]
    assert len("2025-07-01") == len(row.pop("date"))
    assert {"test": "t::a", "seconds": 1.5, "outcome": "passed", "figures": {"kept": 7}} == row


def test_a_test_that_did_not_run_keeps_its_row_and_one_that_failed_says_so(tmp_path):
    path = tmp_path / "drill.json"
    written(path, report("t::a", "call", 2.0), report("t::b", "call", 3.0))
    rows = written(path, report("t::b", "call", 4.0, "failed"), report("t::b", "teardown", 0.0))
    assert {"t::a": "passed", "t::b": "failed"} == {test: row["outcome"] for test, row in rows.items()}


def test_the_record_names_the_command_that_repeats_it():
    assert "make drill" == json.loads((ROOT / "bench/drill.json").read_text())["repeat"]
