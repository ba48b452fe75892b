"""What is stored comes back, on both engines, and nothing is stored by half."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pilotkit import CaseError, Channel, DataError, Deployment, Procedure, UnknownError, hookimpl
from pilotkit.cases import Case, CaseEvent, CaseStatus, EventKind
from pilotkit.figures import TargetError
from pilotkit.storage.store import CASES, EVENTS, Extent, Store
from pilotkit.storage.tables import instant, microseconds
from pilotkit.tables import TableSet

DIGEST = "e9fb5e23971df496"
RECEIVED = datetime(2025, 7, 24, 2, 30, 15, 123456, tzinfo=UTC)


COLUMNS = (
    "id", "code", "procedure", "procedure_version", "procedure_digest", "channel", "status", "unit", "whole_process",
    "supplements", "received_at",
)  # fmt: skip
ROW = ("PA-1", "ZZ-101", 1, DIGEST, "online", "accepted", "PA-01", True, 0, microseconds(RECEIVED))
PROCEDURE = Procedure(
    code="ZZ-101", version=2, name={"en": "Birth"}, domain="d", levels=["commune"], offers={"online": {}},
    reference="charter", certainty="high",
)  # fmt: skip


@pytest.fixture(autouse=True)
def kept(request: pytest.FixtureRequest) -> None:
    """Cases stand on a procedure that is kept."""
    if "store" in request.fixturenames:
        assert [DIGEST] == request.getfixturevalue("store").keep_procedures([PROCEDURE])


def a_case(code: str = "PA-250724-0001", **changes: object) -> Case:
    return Case(
        **{
            "code": code, "procedure": "ZZ-101", "procedure_version": 2, "procedure_digest": DIGEST,
            "channel": Channel.ONLINE,
            "status": CaseStatus.ACCEPTED, "unit": "PA-01", "received_at_point": None, "helped_at_point": "kiosk-1",
            "whole_process": True, "received_at": RECEIVED, "due_at": RECEIVED + timedelta(days=2),
        }
        | changes
    )  # fmt: skip


def an_event(case: Case, number: int = 1, kind: EventKind = EventKind.RECEIVED) -> CaseEvent:
    return CaseEvent(
        case=case.code, number=number, kind=kind, at=RECEIVED, actor="citizen", changes={"status": case.status}
    )


def test_a_case_comes_back_as_it_was_stored(store: Store) -> None:
    case = a_case()
    store.add(case, an_event(case))
    assert case == store.case(case.code)
    assert (an_event(case),) == store.events(case.code)
    assert Extent(cases=1, events=1, last_event=1) == store.extent()


def test_a_procedure_is_kept_once_and_comes_back_as_it_was(store: Store) -> None:
    assert [DIGEST, DIGEST] == store.keep_procedures([PROCEDURE, PROCEDURE])
    assert PROCEDURE == store.procedure(DIGEST)
    changed = PROCEDURE.model_copy(update={"version": 3})
    assert [DIGEST] != store.keep_procedures([changed])
    with pytest.raises(UnknownError, match="no procedure 'nothing' is kept"):
        store.procedure("nothing")


def test_a_code_is_given_to_one_case_only(store: Store) -> None:
    case = a_case()
    store.add(case, an_event(case))
    with pytest.raises(CaseError, match="there is a case 'PA-250724-0001' already"):
        store.add(case, an_event(case))
    assert Extent(1, 1, 1) == store.extent()


def test_a_case_that_is_not_there_is_asked_for_in_vain(store: Store) -> None:
    with pytest.raises(UnknownError, match="no case 'PA-9'"):
        store.case("PA-9")


def test_of_two_officers_who_change_the_same_state_the_second_is_told(store: Store) -> None:
    case = a_case()
    store.add(case, an_event(case))
    finished = case.model_copy(update={"status": CaseStatus.FINISHED, "finished_at": RECEIVED})
    store.change(finished, an_event(finished, 2, EventKind.FINISHED))
    with pytest.raises(CaseError, match="has moved on"):
        store.change(finished, an_event(finished, 2, EventKind.FINISHED))
    assert finished == store.case(case.code)
    assert 2 == store.extent().events


def test_a_reader_in_the_middle_of_its_reading_holds_nobody_up(store: Store) -> None:
    store.add(a_case("PA-1"), an_event(a_case("PA-1")))
    reading = store.fact_rows(size=1)
    next(reading)
    store.add(a_case("PA-2"), an_event(a_case("PA-2")))
    assert 2 == store.extent().cases
    reading.close()


def test_numbers_of_a_day_count_up_and_never_repeat(store: Store) -> None:
    assert [1, 2, 3] == [store.next_number("PA", "250724") for _ in range(3)]
    assert 1 == store.next_number("PA", "250725")


def test_a_bulk_write_that_fails_leaves_nothing(store: Store) -> None:
    def write_then_fail() -> None:
        with store.bulk() as writer:
            writer.write(CASES, COLUMNS, [(1, *ROW)])
            writer.write(
                EVENTS, ("case_id", "number", "kind", "at", "actor", "changes"), [(1, 1, "received", 0, "x", "{}")]
            )
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        write_then_fail()
    assert Extent(0, 0, 0) == store.extent()


def test_a_case_received_after_a_bulk_write_gets_the_next_row(store: Store) -> None:
    with store.bulk() as writer:
        writer.write(CASES, COLUMNS, [(writer.next_id(), *ROW)])
        writer.finish(RECEIVED, "somebody")
    case = a_case()
    store.add(case, an_event(case))
    assert 2 == store.extent().cases


@given(at=st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)))
def test_an_instant_survives_being_a_number(at: datetime) -> None:
    assert at == instant(microseconds(at))


@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_hostile_text_comes_back_literally(store: Store, text: str) -> None:
    code = f"{text}-{store.next_number('PA', '250724')}"
    case = a_case(code, procedure=text, unit=text)
    store.add(case, an_event(case))
    assert case == store.case(case.code)


def test_sqlite_syncs_every_commit_and_keeps_a_write_ahead_log(tmp_path: Path) -> None:
    store = Store("sqlite:///var/pilot.db", tmp_path)
    with store._engine.connect() as connection:
        assert "wal" == connection.exec_driver_sql("PRAGMA journal_mode").scalar()
        assert 2 == connection.exec_driver_sql("PRAGMA synchronous").scalar()
        assert 1 == connection.exec_driver_sql("PRAGMA foreign_keys").scalar()
    store.close()


def test_a_database_is_opened_again_with_what_it_held(tmp_path: Path) -> None:
    case = a_case()
    for opened in (1, 2):
        store = Store("sqlite:///var/pilot.db", tmp_path)
        store.keep_procedures([PROCEDURE])
        if opened == 1:
            store.add(case, an_event(case))
        assert case == store.case(case.code)
        store.close()


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", "sqlite://"])
def test_another_kind_of_database_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"pilot.toml: storage.url: is not a database"):
        Store(url, tmp_path)


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var/pilot.db").write_text("these are my notes " * 100)
    with pytest.raises(TargetError, match="cannot be opened"):
        Store("sqlite:///var/pilot.db", tmp_path)
    assert "these are my notes " * 100 == (tmp_path / "var/pilot.db").read_text()


def test_a_password_is_not_shown_when_a_server_is_away(tmp_path: Path) -> None:
    with pytest.raises(TargetError) as refused:
        Store("postgresql://pilot:s3cret@127.0.0.1:1/pilot", tmp_path)
    assert "s3cret" not in str(refused.value)


def test_the_migrations_make_the_tables_that_the_code_describes(tmp_path: Path) -> None:
    from sqlmodel import SQLModel

    store = Store("sqlite:///var/pilot.db", tmp_path)
    store.close()
    with sqlite3.connect(tmp_path / "var/pilot.db") as made:
        for table in (name for name in SQLModel.metadata.tables if name.startswith("case")):
            expected = {column.name: column.nullable for column in SQLModel.metadata.tables[table].columns}
            actual = {row[1]: not row[3] and not row[5] for row in made.execute(f"PRAGMA table_info({table})")}
            assert expected == actual
    made.close()


def test_the_tables_of_a_plugin_stand_beside_the_cores(town: Deployment) -> None:
    import sqlalchemy as sa

    metadata = sa.MetaData()
    queue = sa.Table("lobby_tickets", metadata, sa.Column("number", sa.Integer, primary_key=True))

    class Queue:
        @hookimpl
        def register_tables(self) -> tuple[TableSet, ...]:
            return (TableSet("queue", metadata),)

    town.plugins._manager.register(Queue(), name="queue")
    store = Store.of(town)
    with store._engine.begin() as connection:
        connection.execute(queue.insert().values(number=7))
        assert [7] == connection.execute(sa.select(queue.c.number)).scalars().all()
    store.close()


def test_a_store_opens_while_somebody_writes(tmp_path: Path) -> None:
    Store("sqlite:///pilot.db", tmp_path).close()
    with sqlite3.connect(tmp_path / "pilot.db", isolation_level=None) as writer:
        writer.execute("BEGIN IMMEDIATE")
        store = Store("sqlite:///pilot.db", tmp_path)
        assert 0 == store.extent().cases
        store.close()
        writer.execute("ROLLBACK")
