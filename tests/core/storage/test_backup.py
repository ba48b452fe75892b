"""A backup is what the database held at one moment; restored anywhere, it is the same again, or it is refused."""

import json
import shutil
import threading
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from pilotkit import DataError, Deployment, hookimpl
from pilotkit.cases import Application
from pilotkit.casework.audit_verification import new_keys, verify
from pilotkit.casework.case_service import CaseService
from pilotkit.casework.case_state import differing
from pilotkit.figures import TargetError
from pilotkit.storage.backup import back_up, plain, tables_of, valued
from pilotkit.storage.engine import HEAD
from pilotkit.storage.restore import restore
from pilotkit.storage.store import Store
from pilotkit.tables import TableSet
from pilotkit.testing import Clock

NOW = datetime(2025, 7, 28, 9, tzinfo=UTC)


def birth(**changes: object) -> Application:
    return Application(**{"procedure": "ZZ-101", "channel": "online", "unit": "PA-01", "actor": "citizen"} | changes)


def contents(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store.snapshot() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(table.select().order_by(*table.primary_key.columns))]
            for table in tables_of(connection)
        }


def work(town: Deployment, store: Store, cases: int = 5) -> None:
    casework = CaseService(town, store, Clock(NOW))
    for number in range(cases):
        case = casework.receive(birth(key=f"backup-{number:04d}-of-{id(store)}"))
        casework.advance(case.code, "officer")


def assert_whole(store: Store) -> None:
    assert [] == list(differing(store))
    assert None is verify(store, new_keys().public).fault


@pytest.fixture
def other(request: pytest.FixtureRequest, tmp_path: Path):
    """A second, empty store."""
    (tmp_path / "other").mkdir()
    with closing(Store("sqlite:///pilot.db", tmp_path / "other")) as opened:
        yield opened


@pytest.fixture
def postgresql_store(request: pytest.FixtureRequest, tmp_path: Path):
    url = request.getfixturevalue("cluster").new_database(f"b{abs(hash(request.node.nodeid)):x}")
    with closing(Store(url, tmp_path)) as opened:
        yield opened


def test_what_was_backed_up_comes_back_whole(town: Deployment, store: Store, other: Store, tmp_path: Path) -> None:
    work(town, store)
    made = back_up(store, tmp_path / "b.zip", "port-amber", NOW)
    assert made == restore(other, tmp_path / "b.zip")
    assert (5, 10) == (other.extent().cases, other.extent().events)
    assert contents(store) == contents(other)
    assert_whole(other)
    CaseService(town, other, Clock(NOW)).receive(birth())
    assert 6 == other.extent().cases
    assert_whole(other)
    assert [] == [each.name for each in tmp_path.glob(".b.zip*")]


@pytest.mark.postgresql
def test_a_province_moves_from_sqlite_to_postgresql_and_back(
    town: Deployment, postgresql_store: Store, other: Store, tmp_path: Path
) -> None:
    work(town, other)
    back_up(other, tmp_path / "there.zip", "port-amber", NOW)
    restore(postgresql_store, tmp_path / "there.zip")
    assert contents(other) == contents(postgresql_store)
    assert_whole(postgresql_store)
    work(town, postgresql_store, 2)
    assert_whole(postgresql_store)
    back_up(postgresql_store, tmp_path / "back.zip", "port-amber", NOW)
    with pytest.raises(TargetError, match="holds cases already. Restore into a new one, or say --replace"):
        restore(other, tmp_path / "back.zip")
    restore(other, tmp_path / "back.zip", replace=True)
    assert 7 == other.extent().cases
    assert contents(other) == contents(postgresql_store)
    assert_whole(other)


def test_a_backup_is_of_one_moment_while_an_office_works(
    town: Deployment, store: Store, other: Store, tmp_path: Path
) -> None:
    work(town, store)
    is_over = threading.Event()

    def office() -> None:
        casework = CaseService(town, store, Clock(NOW))
        while not is_over.is_set():
            casework.advance(casework.receive(birth()).code, "officer")

    thread = threading.Thread(target=office)
    thread.start()
    try:
        for number in range(4):
            back_up(store, tmp_path / f"{number}.zip", "port-amber", NOW)
    finally:
        is_over.set()
        thread.join()
    sizes = []
    for number in range(4):
        restore(other, tmp_path / f"{number}.zip", replace=True)
        assert_whole(other)
        sizes.append(other.extent().events)
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1] <= store.extent().events


def test_the_tables_of_plugins_are_in_it(town: Deployment, tmp_path: Path) -> None:
    metadata = sa.MetaData()
    columns = (sa.Column("at", sa.DateTime), sa.Column("price", sa.Numeric(10, 2)), sa.Column("seal", sa.LargeBinary))
    extra = sa.Table(
        "extras", metadata, sa.Column("n", sa.Integer, primary_key=True), *columns, sa.Column("ok", sa.Boolean)
    )

    class Extras:
        @hookimpl
        def register_tables(self) -> tuple[TableSet, ...]:
            return (TableSet("extras", metadata),)

    shutil.copytree(town.folder, tmp_path / "second")
    second = Deployment(tmp_path / "second")
    for each in (town, second):
        each.plugins._manager.register(Extras(), name="extras")
    row = (1, datetime(2025, 7, 1, 8, 30), Decimal("12.50"), b"\x00\xff", True)
    with closing(Store.of(town)) as ours, closing(Store.of(second)) as theirs:
        with ours.write_session() as session:
            session.execute(extra.insert().values(row))
        back_up(ours, tmp_path / "b.zip", "port-amber", NOW)
        restore(theirs, tmp_path / "b.zip")
        assert [row] == contents(theirs)["extras"]
    refusal = r"a table 'extras' with .* Enable the plugins that it was made with"
    with closing(Store("sqlite:///bare.db", tmp_path)) as bare, pytest.raises(DataError, match=refusal):
        restore(bare, tmp_path / "b.zip")


def altered(path: Path, name: str, change: object) -> None:
    """Write the archive anew with one member changed: its own sums are right again."""
    with ZipFile(path) as zipped:
        members = {each: zipped.read(each) for each in zipped.namelist()}
    members[name] = change(members[name])  # type: ignore[operator]
    with ZipFile(path, "w", ZIP_DEFLATED) as zipped:
        for each, data in members.items():
            zipped.writestr(each, data)


def test_a_backup_that_is_not_whole_is_refused_in_words_and_touches_nothing(
    town: Deployment, store: Store, other: Store, tmp_path: Path
) -> None:
    work(town, store)
    work(town, other, 2)
    before = contents(other)
    back_up(store, tmp_path / "b.zip", "port-amber", NOW)
    whole = (tmp_path / "b.zip").read_bytes()
    path = tmp_path / "bad.zip"

    def refused(words: str) -> None:
        with pytest.raises(DataError, match=words):
            restore(other, path, replace=True)
        assert before == contents(other)

    for size in (0, 10, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        refused("is not a whole backup .* Use another copy; nothing was changed")
    with ZipFile(tmp_path / "b.zip") as zipped:
        inside = zipped.getinfo("tables/case_events.jsonl").header_offset + 150
    path.write_bytes(whole[:inside] + bytes([whole[inside] ^ 1]) + whole[inside + 1 :])
    refused("is not a whole backup")
    for name, change, words in (
        ("tables/cases.jsonl", lambda text: text.replace(b"online", b"onlime"), "cases was altered"),
        ("tables/case_events.jsonl", lambda text: text[: text.rindex(b"\n", 0, -1) + 1], "has 9 rows, not 10"),
        (
            "manifest.json",
            lambda text: text.replace(f'"{HEAD}"'.encode(), b'"0001"'),
            "made by pilotkit .* tables 0001",
        ),
        ("manifest.json", lambda text: b"{}", "is not a whole backup"),
    ):
        path.write_bytes(whole)
        altered(path, name, change)
        refused(words)
    path.write_bytes(whole)
    manifest = json.loads(ZipFile(path).read("manifest.json"))
    altered(path, "manifest.json", lambda text: text.replace(manifest["audit_hash"].encode(), b"f" * 64))
    refused("its audit chain does not end at record 10 as it says")


def test_no_file_is_overwritten_and_none_is_left_half_written(town: Deployment, store: Store, tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    path.write_text("mine")
    with pytest.raises(TargetError, match="there is a file .* already"):
        back_up(store, path, "port-amber", NOW)
    with pytest.raises(TargetError, match="cannot be written: No such file or directory. Choose a folder"):
        back_up(store, tmp_path / "nowhere" / "b.zip", "port-amber", NOW)
    assert "mine" == path.read_text()


@given(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary() | st.datetimes() | st.dates() | st.times()
    | st.decimals(allow_nan=False)
)  # fmt: skip
def test_every_value_of_a_row_survives(value: object) -> None:
    assert value == valued(json.loads(json.dumps(value, default=plain)))


def test_a_date_is_not_taken_for_a_moment() -> None:
    assert {"date": "2025-07-01"} == plain(date(2025, 7, 1))
