"""A simulated month is plausible, reproducible, whole, and marked as what it is."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pilotkit import CaseError, DataError, Deployment
from pilotkit.cases import CaseStatus
from pilotkit.casework.case_state import differing
from pilotkit.simulation.month import simulate
from pilotkit.storage.store import FACT_COLUMNS, Store
from pilotkit.testing import tiny_deployment

LAST = date(2025, 7, 28)


def rows(store: Store) -> list[dict[str, object]]:
    return [dict(zip(FACT_COLUMNS, row, strict=True)) for chunk in store.fact_rows() for row in chunk]


def test_the_same_seed_makes_the_same_cases(town: Deployment, store: Store, tmp_path: Path) -> None:
    other = Store("sqlite:///other.db", tmp_path)
    made = [simulate(town, each, days=20, seed=3, last=LAST) for each in (store, other)]
    assert made[0] == made[1]
    assert [dict(row) for row in rows(store)] == [
        {**row, "whole_process": bool(row["whole_process"])}
        if isinstance(rows(store)[0]["whole_process"], bool)
        else row
        for row in rows(other)
    ]
    other.close()


def test_another_seed_makes_other_cases(town: Deployment, tmp_path: Path) -> None:
    stores = [Store(f"sqlite:///{seed}.db", tmp_path) for seed in (1, 2)]
    for seed, each in enumerate(stores, start=1):
        simulate(town, each, days=20, seed=seed, last=LAST)
    assert rows(stores[0]) != rows(stores[1])
    for each in stores:
        each.close()


def test_every_case_has_its_events_and_every_finished_case_two(town: Deployment, store: Store) -> None:
    made = simulate(town, store, days=20, seed=3, last=LAST)
    found = rows(store)
    finished = [row for row in found if row["finished_at"] is not None]
    assert made.cases == len(found)
    assert made.events == len(found) + len(finished) == store.extent().events
    for row in (finished[0], finished[-1]):
        events = store.events(str(row["code"]))
        assert [1, 2] == [event.number for event in events]
        assert {"simulation"} == {event.actor for event in events}
        assert CaseStatus.FINISHED == store.case(str(row["code"])).status


def test_simulated_cases_are_what_their_events_made_them(town: Deployment, store: Store) -> None:
    simulate(town, store, days=12, seed=5, last=LAST)
    assert [] == list(differing(store))


def test_nothing_has_happened_after_the_last_day_has_closed(town: Deployment, store: Store) -> None:
    made = simulate(town, store, days=20, seed=3, last=LAST)
    end = made.until.timestamp() * 1_000_000
    assert datetime(2025, 7, 28, 17, tzinfo=UTC) == made.until
    assert all(row["finished_at"] is None or row["finished_at"] <= end for row in rows(store))
    assert all(row["finished_at"] is None or row["finished_at"] > row["received_at"] for row in rows(store))
    assert {CaseStatus.FINISHED.value, CaseStatus.ACCEPTED.value} == {row["status"] for row in rows(store)}


def test_codes_are_unique_and_the_next_real_case_goes_on_counting(town: Deployment, store: Store) -> None:
    simulate(town, store, days=20, seed=3, last=LAST)
    codes = [str(row["code"]) for row in rows(store)]
    last_day = [int(code.rsplit("-", 1)[1]) for code in codes if code.startswith("PA-250728-")]
    assert len(codes) == len(set(codes))
    assert list(range(1, len(last_day) + 1)) == last_day
    assert len(last_day) + 1 == store.next_number("PA", "250728")


def test_people_come_to_the_counter_in_opening_hours_only(town: Deployment, store: Store) -> None:
    simulate(town, store, days=20, seed=3, last=LAST)
    at_the_counter = [row for row in rows(store) if row["channel"] == "in_person"]
    calendar = town.catalog.working_time
    for row in at_the_counter:
        moment = datetime.fromtimestamp(int(str(row["received_at"])) / 1_000_000, UTC)
        assert calendar.is_working(moment.date())
        assert 8 <= moment.hour < 17


def test_simulated_and_real_cases_never_mix(town: Deployment, store: Store) -> None:
    simulate(town, store, days=5, seed=3, last=LAST)
    before = store.extent()
    with pytest.raises(CaseError, match="holds cases already"):
        simulate(town, store, days=5, seed=3, last=LAST)
    assert before == store.extent()


def test_a_record_says_that_the_cases_are_simulated(town: Deployment, store: Store) -> None:
    simulate(town, store, days=5, seed=3, last=LAST)
    record = json.loads((town.folder / "var/simulation.json").read_text())
    assert (3, "2025-07-24", "2025-07-28") == (record["seed"], record["first"], record["last"])


def test_without_a_profile_there_is_nothing_to_simulate(tmp_path: Path, store: Store) -> None:
    town = Deployment(tiny_deployment(tmp_path / "t", {"model/evidence/simulation.yaml": None}))
    with pytest.raises(DataError, match=r"simulation\.yaml is missing"):
        simulate(town, store, days=5, seed=3, last=LAST)
    assert 0 == store.extent().cases


def test_progress_ends_at_the_whole(town: Deployment, store: Store) -> None:
    told: list[float] = []
    simulate(town, store, days=5, seed=3, last=LAST, progress=told.append)
    assert 1.0 == told[-1]
    assert sorted(told) == told
