import gzip
import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from tests.drill import size

from pilotkit import DataError, Deployment
from pilotkit.cases import CaseStatus, EventKind
from pilotkit.casework.audit_verification import new_keys, verify
from pilotkit.casework.case_state import differing
from pilotkit.cli.app import run as run_command
from pilotkit.figures import Measures, TargetError
from pilotkit.importing import importer as running
from pilotkit.importing.importer import Imported, import_cases
from pilotkit.importing.mapping import read_mapping
from pilotkit.storage.store import Store
from pilotkit.testing import tiny_deployment, tiny_file

from .conftest import NOW, WRITERS, cases_in, mapped, write_csv, write_xes

TakeIn = Callable[..., Imported]
THREE = (
    ("c1", "Close", "2025-03-10T09:00:00+00:00", "Internet", "PA-01", "2025-03-09", "R1", "12.5"),
    ("c2", "Register", "2025-03-02T09:00:00", "Desk", "PA-02", "", "R2", "7"),
    ("c1", "Register", "2025-03-01T09:00:00+02:00", "Internet", "PA-01", "2025-03-08", "R1", "12"),
    ("c3", "Register", "2025-03-03", "Desk", "South Quay", "2025-04-01", "R3", ""),
    ("c1", "Assess", "2025-03-04T09:00:00", "Internet", "PA-01", "2025-03-09", "R9", ""),
    ("c3", "Ask", "2025-03-04", "Desk", "South Quay", "2025-04-01", "R3", ""),
)


@pytest.mark.parametrize("name", WRITERS)
def test_three_cases_are_told_as_the_log_tells_them(name: str, tmp_path: Path, take_in: TakeIn, store: Store) -> None:
    done = take_in(WRITERS[name](tmp_path / name, THREE))
    assert (3, 6, 0) == (done.cases, done.events, done.rejected)
    first, second, third = (store.case(code) for code in ("c1", "c2", "c3"))
    assert datetime(2025, 3, 1, 7, tzinfo=UTC) == first.received_at
    assert datetime(2025, 3, 10, 9, tzinfo=UTC) == first.finished_at
    assert datetime(2025, 3, 9, tzinfo=UTC) == first.due_at
    assert (CaseStatus.FINISHED, "Assess", "online") == (first.status, first.step, first.channel)
    assert (CaseStatus.ACCEPTED, None, "PA-02") == (second.status, second.due_at, second.unit)
    assert (CaseStatus.SUPPLEMENT_REQUESTED, 1, "PA-02") == (third.status, third.supplements, third.unit)
    kinds = [EventKind.RECEIVED, EventKind.ADVANCED, EventKind.FINISHED]
    assert kinds == [each.kind for each in store.events("c1")]


def test_what_is_imported_is_what_its_events_make_it_and_the_chain_vouches_for_it(
    tmp_path: Path, take_in: TakeIn, store: Store
) -> None:
    take_in(write_csv(tmp_path / "log.csv", THREE))
    assert [] == list(differing(store))
    verdict = verify(store, new_keys().public)
    assert (None, 6) == (verdict.fault, verdict.events)


def test_the_same_file_again_imports_nothing_twice(tmp_path: Path, take_in: TakeIn, store: Store) -> None:
    path = write_csv(tmp_path / "log.csv", THREE)
    take_in(path)
    again = take_in(path)
    assert (0, 3, 0, 1) == (again.cases, again.already, again.rejected, again.resumed_after)
    assert 3 == store.extent().cases


def test_a_changed_file_is_a_new_source_whose_known_cases_are_rejected(tmp_path: Path, take_in: TakeIn) -> None:
    take_in(write_csv(tmp_path / "log.csv", THREE))
    done = take_in(write_csv(tmp_path / "log.csv", [*THREE, ("c4", *THREE[1][1:])]))
    assert (1, 6) == (done.cases, done.rejected)
    assert "there is a case 'c1' already, and not from this file" in done.reasons


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("x", "Register", "yesterday", "Desk", "PA-01", "", "", ""), "'yesterday' is not a date or an instant"),
        (("x", "Register", "", "Desk", "PA-01", "", "", ""), "has no instant in the column 'time:timestamp'"),
        (("x", "Register", "3/4/2025", "Desk", "PA-01", "", "", ""), "day_first"),
        (("x", "Register", "2031-01-01", "Desk", "PA-01", "", "", ""), "lies in the future"),
        (("", "Register", "2025-01-01", "Desk", "PA-01", "", "", ""), "has no case in the column"),
        (("x", "Register", "2025-01-01", "Fax", "PA-01", "", "", ""), "say what it is in [values.channel]"),
        (("x", "Register", "2025-01-01", "Desk", "Atlantis", "", "", ""), "say what it is in [values.unit]"),
        (("x", "Register", "2025-01-01", "Desk", "", "", "", ""), "there is no unit, and [defaults] has none"),
        (("x", "Register", "2025-01-01", "Desk", "PA-01", "soon", "", ""), "'soon' is not a date"),
        (("x", "Register", "2025-01-01", "Desk", "PA-01", "", "", "much"), "'much' is not a number"),
        (("x" * 101, "Register", "2025-01-01", "Desk", "PA-01", "", "", ""), "cannot be a case's code"),
        (("x", "Register", "2025-01-01", "Desk", "PA-01", "", "", "\x00"), "no database keeps"),
        (("x", "Register"), "has 2 cells where the header has 8"),
    ],
)
def test_a_row_that_cannot_be_taken_is_reported_with_its_reason(
    row: tuple[str, ...], reason: str, tmp_path: Path, take_in: TakeIn
) -> None:
    done = take_in(write_csv(tmp_path / "log.csv", [THREE[1], row]))
    assert (1, 1) == (done.cases, done.rejected)
    assert reason in next(iter(done.reasons))
    assert done.report
    assert "3," in done.report.read_text(encoding="utf-8-sig").splitlines()[1]


def test_a_case_is_imported_whole_or_not_at_all(tmp_path: Path, take_in: TakeIn) -> None:
    broken = ("c2", "Close", "never", *THREE[1][3:])
    done = take_in(write_csv(tmp_path / "log.csv", [*THREE, broken]))
    assert (2, 2) == (done.cases, done.rejected)
    assert "belongs to the case of row 8, which is rejected" in done.reasons


def test_the_same_row_twice_is_one_event(tmp_path: Path, take_in: TakeIn) -> None:
    done = take_in(write_csv(tmp_path / "log.csv", [*THREE, THREE[0]]))
    assert (6, {"is the same as an earlier row, at 2": 1}) == (done.events, done.reasons)


def test_a_report_names_no_person_and_runs_nothing_in_a_spreadsheet(tmp_path: Path, take_in: TakeIn) -> None:
    row = ("x", "=cmd()", "never", "Desk", "PA-01", "", "Somebody", "")
    done = take_in(write_csv(tmp_path / "log.csv", [row]))
    assert done.report
    text = done.report.read_text(encoding="utf-8-sig")
    assert ("Somebody" in text, "'=cmd()" in text) == (False, True)


def test_a_report_is_never_written_over_something_else(tmp_path: Path, take_in: TakeIn) -> None:
    (tmp_path / "log.csv.rejected.csv").write_text("mine")
    with pytest.raises(TargetError, match="something else than a report"):
        take_in(write_csv(tmp_path / "log.csv", THREE))


def test_cells_that_look_like_formulas_are_kept_as_they_are(tmp_path: Path, take_in: TakeIn, store: Store) -> None:
    row = ("c=1", "=HYPERLINK(1)", "2025-01-01", "Desk", "PA-01", "", "", "")
    take_in(write_csv(tmp_path / "log.csv", [row]))
    assert "=HYPERLINK(1)" == store.case("c=1").step


@pytest.mark.parametrize(("encoding", "said"), [("utf-8-sig", None), ("utf-16", None), ("cp1258", "cp1258")])
def test_every_encoding_is_read_that_is_marked_or_declared(
    encoding: str, said: str | None, tmp_path: Path, take_in: TakeIn, store: Store
) -> None:
    path = write_csv(tmp_path / "log.csv", [("c1", "Đăng", *THREE[1][2:])], encoding=encoding, delimiter=";")
    take_in(path, mapped(source={"encoding": said}))
    assert "Đăng" == store.case("c1").step


def test_an_encoding_that_nobody_declared_is_refused_before_anything_is_written(
    tmp_path: Path, take_in: TakeIn, store: Store
) -> None:
    path = write_csv(tmp_path / "log.csv", [*THREE, ("c9", "Đăng", *THREE[1][2:])], encoding="cp1258")
    with pytest.raises(DataError, match="is not text in utf-8"):
        take_in(path)
    assert 0 == store.extent().cases


def test_instants_without_a_zone_are_of_the_zone_that_the_mapping_names(
    tmp_path: Path, take_in: TakeIn, store: Store
) -> None:
    row = ("c1", "Register", "3/7/2025 08:30", "Desk", "PA-01", "", "", "")
    take_in(write_csv(tmp_path / "log.csv", [row]), mapped(source={"zone": "Asia/Tokyo", "day_first": True}))
    assert datetime(2025, 7, 2, 23, 30, tzinfo=UTC) == store.case("c1").received_at


def test_what_comes_after_the_end_is_history_only(tmp_path: Path, take_in: TakeIn, store: Store) -> None:
    late = ("c1", "Archive", "2025-05-01", *THREE[0][3:])
    take_in(write_csv(tmp_path / "log.csv", [*THREE, late]))
    assert (CaseStatus.FINISHED, 4) == (store.case("c1").status, len(store.events("c1")))
    assert [] == list(differing(store))


def test_a_log_without_an_end_may_say_it_in_a_column(tmp_path: Path, take_in: TakeIn, store: Store) -> None:
    header = ("id", "what", "when", "state", "ended")
    rows = [("a", "x", "2025-01-01", "Closed", "2025-02-01"), ("b", "x", "2025-01-01", "Away", ""),
            ("c", "x", "2025-01-01", "Open", "")]  # fmt: skip
    how = {
        "columns": {"case": "id", "activity": "what", "at": "when", "final_status": "state", "finished": "ended"},
        "values": {"status": {"Closed": "finished", "Away": "withdrawn", "Open": "processing"}},
        "defaults": {"procedure": "ZZ-201", "unit": "PA-01", "channel": "post", "prefix": "old-", "due": "rules"},
    }
    take_in(write_csv(tmp_path / "log.csv", rows, header), type(mapped()).model_validate(how))
    found = cases_in(store)
    assert ["finished", "withdrawn", "processing"] == [found[f"old-{each}"].status for each in "abc"]
    assert (datetime(2025, 2, 1, tzinfo=UTC), True) == (found["old-a"].finished_at, found["old-a"].due_at is not None)
    assert [] == list(differing(store))


def test_a_column_that_is_not_there_is_said(tmp_path: Path, take_in: TakeIn) -> None:
    with pytest.raises(DataError, match="names the column 'why', which the file does not have"):
        take_in(write_csv(tmp_path / "log.csv", THREE), mapped(columns={"status": "why"}))


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE log [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE log SYSTEM "http://example.org/log.dtd">',
    ],
)
def test_a_log_that_declares_entities_is_refused(declared: str, tmp_path: Path, take_in: TakeIn) -> None:
    path = write_xes(tmp_path / "log.xes", THREE)
    path.write_text(path.read_text().replace("<log", f"{declared}<log"))
    with pytest.raises(DataError, match="declares a document type or entities"):
        take_in(path)


def test_a_packed_log_is_read_as_it_is(tmp_path: Path, take_in: TakeIn) -> None:
    plain = write_xes(tmp_path / "plain.xes", THREE).read_bytes()
    (tmp_path / "log.xes.gz").write_bytes(gzip.compress(plain))
    assert 3 == take_in(tmp_path / "log.xes.gz").cases


@pytest.mark.parametrize("name", ["log.xes", "log.xes.gz", "log.parquet", "log.xlsx", "log.doc", "missing.csv"])
def test_a_file_that_is_not_what_its_name_says_is_refused(name: str, tmp_path: Path, take_in: TakeIn) -> None:
    if "missing" not in name:
        (tmp_path / name).write_bytes(b"nothing of the kind")
    with pytest.raises(DataError):
        take_in(tmp_path / name)


_words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8)
_row = st.tuples(
    st.sampled_from(["a", "b", "c", "d"]),
    st.one_of(st.sampled_from(["Register", "Ask", "Answer", "Close"]), _words),
    st.datetimes(datetime(2024, 1, 1), datetime(2025, 1, 1)).map(datetime.isoformat),
    st.sampled_from(["Internet", "Desk", "Fax"]),
    st.sampled_from(["PA-01", "PA-02"]),
    st.sampled_from(["", "2025-02-01"]),
    _words,
    st.sampled_from(["", "1", "2.5", "x"]),
)


@pytest.mark.drill
@settings(max_examples=size(5, 15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(_row, min_size=1, max_size=12))
def test_a_log_gives_the_same_cases_from_every_form(rows: list[tuple[str, ...]], town: Deployment) -> None:
    rows = sorted(rows)  # in XES the rows of a case stand together
    found = []
    with tempfile.TemporaryDirectory() as room:
        for number, (name, write) in enumerate(WRITERS.items()):
            with closing(Store(f"sqlite:///{number}.db", Path(room))) as store:
                done = import_cases(town, store, write(Path(room) / name, rows), mapped(), now=NOW)
                told = {code: [e.model_dump() for e in store.events(code)] for code in store.codes()}
                found.append((cases_in(store), told, done.rejected))
                assert [] == list(differing(store))
    assert [found[0]] * 4 == found


def _many(cases: int) -> list[tuple[str, ...]]:
    acts = ("Register", "Assess", "Decide", "Close")
    return [
        (f"c{n}", act, f"2025-0{place + 1}-01T{n % 24:02}:00:00", "Desk", "PA-01", "", "R", str(n))
        for place, act in enumerate(acts)
        for n in range(cases)
    ]


@pytest.mark.server
def test_an_import_that_was_killed_goes_on_where_it_stopped(town: Deployment, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "log.csv", _many(3000))
    program = (
        "import sys; from pathlib import Path; from pilotkit import Deployment\n"
        "from pilotkit.storage.store import Store\n"
        "sys.path.insert(0, sys.argv[3]); from importing.conftest import NOW, mapped\n"
        "from pilotkit.importing import importer; importer.MOST_CASES = 100\n"
        "town = Deployment(Path(sys.argv[1]))\n"
        "say = lambda text: print(text, flush=True)\n"
        "importer.import_cases(town, Store.of(town), Path(sys.argv[2]), mapped(), now=NOW, progress=say)"
    )
    here = str(Path(__file__).parents[1])
    command = [sys.executable, "-c", program, str(town.folder), str(path), here]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as office:
        assert office.stdout
        for line in office.stdout:
            if line.startswith("500 cases"):
                os.kill(office.pid, signal.SIGKILL)
                break
    with closing(Store.of(town)) as store, pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "MOST_CASES", 100)
        before = store.extent().cases
        done = import_cases(town, store, path, mapped(), now=NOW)
        assert (before, 3000 - before) == (done.already, done.cases)
        assert 500 <= before < 3000
        assert before // 100 == done.resumed_after
        assert (3000, 12000) == (store.extent().cases, store.extent().events)
        assert None is verify(store, new_keys().public).fault


def test_a_batch_costs_the_same_number_of_statements_whatever_it_holds(town: Deployment, tmp_path: Path) -> None:
    counts = []
    for cases in (10, 1000):
        with closing(Store(f"sqlite:///{cases}.db", tmp_path)) as store:
            said: list[str] = []
            event.listen(store._engine, "before_cursor_execute", lambda *args, said=said: said.append(args[2]))
            import_cases(town, store, write_csv(tmp_path / f"{cases}.csv", _many(cases)), mapped(), now=NOW)
            counts.append(len(said))
    assert counts[0] == counts[1] < 30


@pytest.mark.drill
def test_memory_does_not_grow_with_the_log(
    town: Deployment, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    grown = []
    for cases in size((2_000, 10_000), (5_000, 25_000)):
        path = write_csv(tmp_path / f"{cases}.csv", _many(cases))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with closing(Store(f"sqlite:///{cases}.db", tmp_path)) as store:
            import_cases(town, store, path, mapped(), now=NOW)
        grown.append((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
    record_property("grown_mib", round(grown[1], 1))
    assert 64 > grown[1]


def test_a_kpi_counts_by_the_attributes_of_imported_cases(tmp_path: Path) -> None:
    kpis = tiny_file(
        "model/kpis/kpis.yaml", ("numerator: channel = 'online'", "numerator: attributes.amount > 10"),
        ("numerator: whole_process", "numerator: attributes.nobody = 'x'"),
    )  # fmt: skip
    town = Deployment(tiny_deployment(tmp_path / "town", kpis))
    with closing(Store.of(town)) as store:
        import_cases(town, store, write_csv(tmp_path / "log.csv", THREE), mapped(), now=NOW)
        measures = Measures(town, store)
        share, nobody = measures.values(["online_share", "whole_process_share"], as_of=NOW)
        assert (1, 3) == (share.numerator, share.denominator)
        assert Decimal("33.3333") == share.percent
        assert not nobody.is_measurable
        assert {"whole_process_share": ("nobody",)} == measures.missing_attributes()


def test_the_command_suggests_a_mapping_and_never_over_another(tmp_path: Path) -> None:
    town, path = tiny_deployment(tmp_path / "town"), write_csv(tmp_path / "log.csv", THREE)
    command = ["import-cases", str(town), str(path), "--mapping", str(tmp_path / "map.toml")]
    assert 0 == run_command([*command, "--suggest"])
    assert "time:timestamp" == read_mapping(tmp_path / "map.toml").columns.at
    assert 5 == run_command([*command, "--suggest"])


def test_the_command_ends_with_1_when_rows_were_rejected(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    town, path = tiny_deployment(tmp_path / "town"), write_csv(tmp_path / "log.csv", THREE)
    (tmp_path / "map.toml").write_text(
        '[columns]\ncase = "case:concept:name"\nat = "time:timestamp"\nunit = "where"\n'
        '[defaults]\nprocedure = "ZZ-201"\nchannel = "post"\n'
    )
    command = ["import-cases", str(town), str(path), "--mapping", str(tmp_path / "map.toml")]
    assert 0 == run_command([*command, "--json"])
    assert '"cases": 3' in capsys.readouterr().out
    write_csv(path, [("c9", "x", "never", *THREE[0][3:])])
    assert 1 == run_command(command)
    assert "is not a date" in capsys.readouterr().out
