"""Applying a change of units: history keeps its codes, open cases go with their unit, nothing is lost."""

import contextlib
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pilotkit import CaseError, DataError, Deployment, UnknownError
from pilotkit.boundaries import apply_change as applying
from pilotkit.boundaries.apply_change import Applied, apply_change
from pilotkit.cases import Authority, Case, EventKind, Group, OfficerDesk, WorkListQuery
from pilotkit.casework.audit_verification import new_keys, verify
from pilotkit.casework.case_service import CaseService
from pilotkit.casework.case_state import differing
from pilotkit.checks.run import run_checks
from pilotkit.figures import Measures, TargetError
from pilotkit.places import impact_of, read_change
from pilotkit.services import Services
from pilotkit.storage.store import Store

AFTER = datetime(2025, 8, 2, 10, tzinfo=UTC)
NEW = date(2025, 8, 1)
OLD = date(2024, 1, 1)
Receive = Callable[..., Case]


def make(town: Deployment, store: Store, file: Path, size: int = 200, now: datetime = AFTER) -> Applied:
    return apply_change(town.folder, lambda _: store, file, "registry", now, size=size)


@pytest.fixture
def cases(receive: Receive, town: Deployment, store: Store) -> dict[str, Case]:
    """Two open cases in each quarter and one that has ended, and one more at the kiosk by the mill."""
    found = {}
    for unit in ("PA-01", "PA-02", "PA-03", "PA-04"):
        found[f"{unit} open"] = receive(unit)
        found[f"{unit} ended"] = receive(unit, "in_person", point=unit.lower())
        CaseService(town, store, lambda: AFTER.replace(day=1, month=7, year=2026)).refuse(
            found[f"{unit} ended"].code, "registry", "It is not complete."
        )
    found["kiosk"] = receive("PA-04", point="kiosk-3")
    return found


def test_the_impact_is_told_and_nothing_is_done(
    town: Deployment, store: Store, reform: Path, cases: dict[str, Case]
) -> None:
    before = {path: path.read_text() for path in (town.folder / "local").glob("*.csv")}
    impact = impact_of(town, store, read_change(town.catalog, reform))
    assert ["merge", "merge", "recode", "split"] == [unit.kind for unit in impact.units]
    assert [1, 1, 1, 2] == [unit.open_cases for unit in impact.units]
    assert [2, 2, 2, 3] == [unit.all_cases for unit in impact.units]
    lighthouse, hills = impact.units[2:]
    assert "Two Quays" == lighthouse.code_passes_to
    assert [("PA-04", "3/5", 1, 1), ("PA-06", "2/5", 1, 1)] == [
        (each.code, each.share, each.open_cases, each.points) for each in hills.successors
    ]
    assert (True, False) == (hills.apportioned, lighthouse.apportioned)
    assert {path: path.read_text() for path in before} == before
    assert 9 == len(cases)


def test_open_cases_go_with_their_unit_and_ended_ones_keep_its_code(
    town: Deployment, store: Store, reform: Path, cases: dict[str, Case]
) -> None:
    assert 5 == make(town, store, reform).handed_over
    places = {name: (store.case(case.code).unit, store.case(case.code).unit_from) for name, case in cases.items()}
    assert {
        "PA-01 open": ("PA-03", NEW), "PA-02 open": ("PA-03", NEW), "PA-03 open": ("PA-05", NEW),
        "PA-04 open": ("PA-04", NEW), "kiosk": ("PA-06", NEW), "PA-01 ended": ("PA-01", OLD),
        "PA-02 ended": ("PA-02", OLD), "PA-03 ended": ("PA-03", OLD), "PA-04 ended": ("PA-04", OLD),
    } == places  # fmt: skip
    event = store.events(cases["PA-03 open"].code)[-1]
    assert ("transferred", "registry", "Lighthouse → Lighthouse (2025-08-01)") == (
        event.kind,
        event.actor,
        event.reason,
    )
    assert [] == list(differing(store))
    assert verify(store, new_keys().public).fault is None


def test_a_result_that_nobody_has_fetched_is_handed_over_by_the_successor_and_stays_a_figure_of_who_finished_it(
    town: Deployment, store: Store, reform: Path, receive: Receive
) -> None:
    waiting = receive("PA-01", "in_person", point="pa-01")
    casework = CaseService(town, store, lambda: AFTER.replace(month=7, day=25))
    with contextlib.suppress(CaseError):
        while True:
            casework.advance(waiting.code, "registry")
    casework.finish(waiting.code, "registry")
    assert 0 == make(town, store, reform).handed_over
    services = Services(Deployment(town.folder), lambda: AFTER)
    services.store = store

    def desk(unit: str) -> OfficerDesk:
        permissions = frozenset({"case.read", "case.advance", "case.decide", "case.return"})
        return services.officer_desk(Authority(subject="x", permissions=permissions, units=frozenset({unit})))

    assert [waiting.code] == [
        each.case.code for each in desk("PA-03").work_list(WorkListQuery(status="finished")).items
    ]
    assert [] == list(desk("PA-05").work_list(WorkListQuery(status="finished")).items)
    assert "returned" == desk("PA-03").act(waiting.code, EventKind.RETURNED).status
    assert ("PA-01", OLD) == (store.case(waiting.code).unit, store.case(waiting.code).unit_from)
    assert [] == list(differing(store))


def test_the_deployment_is_sound_afterwards(town: Deployment, store: Store, reform: Path) -> None:
    make(town, store, reform)
    after = Deployment(town.folder)
    assert [] == [each for each in run_checks(after) if each.severity == "error"]
    assert ["PA", "PA-03", "PA-05", "PA-04", "PA-06"] == list(after.catalog.units)
    assert {"PA-03", "PA-05", "PA-04", "PA-06", "PA"} == {point.unit for point in after.catalog.points.values()}
    heads = {code: after.catalog.head_of(code) for code in after.catalog.units}
    assert [("warden-quays", "Warden of Two Quays", "mayor"), ("warden-03", "Warden of Lighthouse", "mayor")] == [
        (head.id, head.office, head.superior) for head in (heads["PA-03"], heads["PA-05"])
    ]
    assert date(2025, 7, 31) == after.catalog.heads["warden-01"].valid_to
    assert {"counter-pa-01": "PA-03", "counter-pa": "PA"}.items() <= {
        login: account.unit for login, account in after.catalog.accounts.items()
    }.items()


def test_targets_that_were_due_stay_and_the_others_pass_on(
    town: Deployment, store: Store, reform: Path, cases: dict[str, Case]
) -> None:
    targets = (town.folder / "local/targets.csv").read_text()
    targets += "online_share,PA-01,warden-01,70,2025-07-15,2025-12-31,,,charter,high\n"
    targets += "online_share,PA-02,warden-02,50,2025-07-10,2025-12-31,,,charter,high\n"
    (town.folder / "local/targets.csv").write_text(targets)
    before = Deployment(town.folder)
    assert [("PA-03", "online_share", "2025-12-31", ("50", "70"), "70")] == [
        (each.successor, each.kpi, each.due, each.goals, each.kept)
        for each in impact_of(before, store, read_change(before.catalog, reform)).conflicts
    ]
    make(town, store, reform)
    after = Deployment(town.folder)
    assert [("PA-03", Decimal(70), date(2025, 7, 10), "warden-quays")] == [
        (each.unit, each.goal, each.assigned, each.head) for each in after.catalog.targets[-1:]
    ]
    standings = Measures(after, store).standings(AFTER)
    due = {
        (each.unit.code, each.unit.valid_from, each.target.due) for each in standings if each.kpi.id == "online_share"
    }
    july, december = date(2025, 7, 31), date(2025, 12, 31)
    assert {("PA-01", OLD, july), ("PA-02", OLD, july), ("PA-03", OLD, july), ("PA-03", NEW, december)} <= due
    assert not {("PA-01", OLD, december), ("PA-02", OLD, december)} & due
    merged = next(each for each in standings if each.target.due == december)
    assert (2, 4) == (merged.value.numerator, merged.value.denominator)
    assert 9 == len(cases)


def test_any_period_is_shown_under_the_boundaries_of_any_day(
    town: Deployment, store: Store, reform: Path, cases: dict[str, Case], receive: Receive
) -> None:
    make(town, store, reform)
    receive("PA-03", at=AFTER)  # of the Two Quays, under the code that was the Lighthouse's
    measures = Measures(Deployment(town.folder), store)

    def shown(day: date) -> dict[tuple[str, date], tuple[int, int, bool]]:
        values = measures.values(["online_share"], by="unit", as_of=AFTER.replace(year=2026), boundaries=day)
        return {(v.unit, v.unit_from): (v.numerator, v.denominator, v.apportioned) for v in values if v.unit}

    now = shown(NEW)
    assert {("PA-03", NEW): (3, 5, False), ("PA-05", NEW): (1, 2, False)}.items() <= now.items()
    assert (2, 3) == tuple(sum(now[code, NEW][part] for code in ("PA-04", "PA-06")) for part in (0, 1))
    assert now["PA-04", NEW][2]
    then = shown(date(2025, 7, 31))
    assert (1, 2, False) == then["PA-03", OLD]
    assert (2, 3, False) == then["PA-04", OLD]  # the parts of what was divided are whole again
    assert (3, 5) == tuple(sum(then[code, OLD][part] for code in ("PA-01", "PA-02")) for part in (0, 1))
    assert 9 == len(cases)


MIDDLE = """
- id: middle
  name: {en: The middle, fr: Le milieu}
  question: {en: When came the middle case?, fr: Quand est venu le dossier du milieu ?}
  numerator_name: {en: instant, fr: instant}
  denominator_name: {en: cases, fr: dossiers}
  statistic: quantile
  value: received_at
  fraction: 0.5
  unit: number
  reference: charter
  certainty: high
"""


def test_a_merged_unit_has_the_quantile_of_all_its_cases_and_a_divided_one_has_none(
    town: Deployment, store: Store, reform: Path, receive: Receive
) -> None:
    with (town.folder / "model/kpis/kpis.yaml").open("a", encoding="utf-8") as kpis:
        kpis.write(MIDDLE)
    came = {}
    for unit, days in (("PA-01", (1, 2, 9)), ("PA-02", (7, 8)), ("PA-03", (3,)), ("PA-04", (4, 5))):
        for day in days:
            case = receive(unit, at=AFTER.replace(month=7, day=day))
            if unit == "PA-04":  # what has ended keeps its unit, and so is divided
                CaseService(town, store, lambda: AFTER).refuse(case.code, "registry", "It is not complete.")
            came[day] = int(AFTER.replace(month=7, day=day).timestamp()) * 1_000_000
    make(town, store, reform)
    measures = Measures(Deployment(town.folder), store)
    found = {
        (value.unit, value.unit_from): (value.amount, value.denominator)
        for value in measures.values(["middle"], by="unit", as_of=AFTER)
    }
    assert {
        (None, None): (came[4], 8),
        ("PA-03", NEW): (came[7], 5),
        ("PA-05", NEW): (came[3], 1),
        ("PA-04", NEW): (None, 0),
        ("PA-06", NEW): (None, 0),
    } == found
    before = measures.values(["middle"], by="unit", as_of=AFTER, boundaries=date(2025, 7, 31))
    assert {("PA-01", None), ("PA-02", None), ("PA-03", came[3]), ("PA-04", came[4])} == {
        (each.unit, each.amount) for each in before if each.unit
    }  # open cases went with their unit, and whose they were before is not known of each


def test_the_cases_behind_a_figure_are_those_of_the_units_before(
    town: Deployment, store: Store, reform: Path, cases: dict[str, Case]
) -> None:
    make(town, store, reform)
    measures = Measures(Deployment(town.folder), store)
    later = AFTER.replace(year=2026)
    found = {row["code"] for row in measures.cases("online_share", unit="PA-03", as_of=later).rows}
    assert {cases[f"PA-0{number} {what}"].code for number in (1, 2) for what in ("open", "ended")} == found


def test_an_interrupted_handover_goes_on_and_nothing_is_handed_over_twice(
    town: Deployment, store: Store, reform: Path, receive: Receive, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = [receive(unit).code for unit in ("PA-01", "PA-02", "PA-03", "PA-04") for _ in range(3)]
    change, calls = Store.change_together, []

    def stop_at_the_third(self, changes):
        calls.append(1)
        if len(calls) == 3:
            raise TargetError("the disk is full.")
        change(self, changes)

    monkeypatch.setattr(Store, "change_together", stop_at_the_third)
    with pytest.raises(TargetError):
        make(town, store, reform, size=2)
    assert 4 == sum(len(store.events(code)) == 2 for code in codes)
    monkeypatch.undo()
    assert 8 == make(town, store, reform, size=2).handed_over
    assert Counter({2: 12}) == Counter(len(store.events(code)) for code in codes)
    assert 0 == make(town, store, reform, size=2).handed_over
    assert verify(store, new_keys().public).fault is None


@pytest.mark.parametrize("installed", [0, 1, 5])
def test_an_interrupted_writing_of_files_is_finished(
    town: Deployment, store: Store, reform: Path, receive: Receive, monkeypatch: pytest.MonkeyPatch, installed: int
) -> None:
    receive("PA-01")
    write, beside = applying._write, []

    def stop(path: Path, text: str) -> None:
        beside.extend([path] if path.suffix == ".new" else [])
        if len(beside) > installed:
            raise OSError(28, "No space left on device", str(path))
        write(path, text)

    monkeypatch.setattr(applying, "_write", stop)
    with pytest.raises(TargetError, match="cannot be written: No space left"):
        make(town, store, reform)
    monkeypatch.undo()
    other = reform.with_name("other.csv")
    other.write_text(reform.read_text().replace("Mill", "Windmill"))
    with pytest.raises(DataError, match="another change of units was begun and not finished"):
        make(town, store, other)
    assert 1 == make(town, store, reform).handed_over
    assert not (town.folder / applying.JOURNAL).exists()
    assert "PA-06" in Deployment(town.folder).catalog.units


def test_a_change_waits_for_its_day(town: Deployment, store: Store, reform: Path) -> None:
    with pytest.raises(DataError, match="takes effect on 2025-08-01, and today is 2025-07-31"):
        make(town, store, reform, now=datetime(2025, 7, 31, 12, tzinfo=UTC))
    assert not (town.folder / "local/successions.csv").exists()


def test_what_other_files_do_not_say_stays_as_it_was(town: Deployment, store: Store, reform: Path) -> None:
    assert {
        "local/units.csv", "local/successions.csv", "local/heads.csv", "local/targets.csv", "local/points.csv",
        "local/accounts.csv",
    } == set(make(town, store, reform).files)  # fmt: skip
    centre = next(line for line in (town.folder / "local/points.csv").read_text().splitlines() if "centre," in line)
    assert '"1 Harbour Street, North Quay"' in centre


def test_a_change_that_is_recorded_only_in_part_is_refused(town: Deployment, store: Store, reform: Path) -> None:
    make(town, store, reform)
    more = reform.read_text() + "PA-05,,PA-05,2025-08-01,1,Lighthouse,quarter,,,,,charter,high\n"
    reform.write_text(more)
    with pytest.raises(DataError, match=r"line 7: successor: is not recorded here, while other rows of the file are"):
        make(town, store, reform)


def test_a_second_reform_finds_the_units_of_the_first(
    town: Deployment, store: Store, reform: Path, cases: dict[str, Case], tmp_path: Path
) -> None:
    make(town, store, reform)
    rename = tmp_path / "rename.csv"
    rename.write_text(
        "code,successor,since,name,kind,reference,certainty\nPA-03,PA-03,2026-01-01,Harbour,quarter,charter,high\n"
    )
    assert 2 == make(town, store, rename, now=AFTER.replace(year=2026)).handed_over
    after = Deployment(town.folder)
    assert "Harbour" == after.catalog.unit("PA-03").name
    assert ["Lighthouse", "Two Quays", "Harbour"] == [
        after.catalog.lineage.holder("PA-03", day).name for day in (date(2025, 1, 1), NEW, date(2026, 1, 1))
    ]
    assert 9 == len(cases)


def test_officers_see_the_cases_of_their_unit_and_not_those_of_another_that_had_its_code(
    town: Deployment, store: Store, reform: Path, cases: dict[str, Case]
) -> None:
    make(town, store, reform)
    services = Services(Deployment(town.folder), lambda: AFTER.replace(year=2026, month=8))
    services.store = store

    def desk(unit: str) -> OfficerDesk:
        permissions = frozenset({"case.read"})
        return services.officer_desk(Authority(subject="x", permissions=permissions, units=frozenset({unit})))

    def seen(unit: str, status: str) -> set[str]:
        codes = {item.case.code for item in desk(unit).work_list(WorkListQuery(status=status)).items}
        assert codes == {desk(unit).case(code).code for code in codes}
        return {name for name, case in cases.items() if case.code in codes}

    assert {"PA-01 open", "PA-02 open"} == seen("PA-03", "open")
    assert {"PA-01 ended", "PA-02 ended"} == seen("PA-03", "refused")
    assert ({"PA-03 open"}, {"PA-03 ended"}) == (seen("PA-05", "open"), seen("PA-05", "refused"))
    assert ({"PA-04 open"}, {"kiosk"}) == (seen("PA-04", "open"), seen("PA-06", "open"))
    assert 2 == desk("PA-03").counts(WorkListQuery(), (Group.OPEN,))[Group.OPEN].count
    with pytest.raises(UnknownError):
        desk("PA-03").case(cases["PA-03 ended"].code)  # the Lighthouse's, which had the code before
