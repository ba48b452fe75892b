"""What is personal is readable nowhere, moves nowhere, and is there with its case or not at all. On both engines."""

import json
import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import SQLModel

from pilotkit import DataError, Deployment
from pilotkit.cases import Application, Case
from pilotkit.casework.audit_verification import new_keys, verify
from pilotkit.casework.case_service import CaseService
from pilotkit.casework.case_state import differing
from pilotkit.casework.personal_files import PersonalFiles
from pilotkit.figures import TargetError
from pilotkit.model.personal import Content, Person
from pilotkit.storage.driver_statements import DriverStatements
from pilotkit.storage.key_rotation import SEALED_TABLES, rotate
from pilotkit.storage.personal_store import ATTACHMENTS, FILES, identity_index, keep_file, seal_file, sealed_file
from pilotkit.storage.store import Store
from pilotkit.storage.vault import Vault
from pilotkit.testing import Clock

OLD, NEW = b"\x01" * 32, b"\x02" * 32
VAULT = Vault({"old": OLD})
PERSON = Person(
    name="Gwendolyn Generated", identity_number="001-099-000123", born=date(1999, 9, 9), phone="0900111222",
    email="gwendolyn@example.org", address="7 Sampling Lane",
)  # fmt: skip
NOTE = Content(document="hospital-note", name="gwendolyn-note.txt", media_type="?", data=b"born at the sampled clinic")
SCAN = Content(document="form", name="form.pdf", media_type="?", data=b"%PDF-1.7 the declaration of Gwendolyn")
READABLE = (
    b"Gwendolyn", b"gwendolyn", b"001-099", b"001099000123", b"1999-09-09", b"0900111222", b"Sampling", b"sampled",
    b"declaration of", b"secret-answer",
)  # fmt: skip


def application(**changes: Any) -> Application:
    return Application(
        **{
            "procedure": "ZZ-101", "channel": "online", "unit": "PA-01", "actor": "citizen", "person": PERSON,
            "answers": {"why": "secret-answer", "children": [1, {"n": None}]}, "contents": (NOTE, SCAN),
        }
        | changes
    )  # fmt: skip


@pytest.fixture
def casework(town: Deployment, store: Store) -> CaseService:
    return CaseService(town, store, Clock(datetime(2025, 7, 24, 2, tzinfo=UTC)), VAULT)


def files(store: Store, vault: Vault = VAULT) -> PersonalFiles:
    return PersonalFiles(store, vault, Clock(datetime(2025, 7, 24, 3, tzinfo=UTC)))


def test_nothing_personal_stands_readable_in_the_database_or_beside_it(town: Deployment, tmp_path: Path) -> None:
    store = Store("sqlite:///var/pilot.db", tmp_path)
    casework = CaseService(town, store, Clock(), VAULT)
    case = casework.receive(application(key="submission-1"))
    looking = files(store)
    looking.file(case.code, "officer", "to decide")
    looking.attach(case.code, [SCAN.model_copy(update={"name": "gwendolyn-result.pdf", "kind": "result"})], "registrar")
    casework.advance(case.code, "officer")
    rotate(store, Vault({"new": NEW, "old": OLD}))
    written = {path.name: path.read_bytes() for path in (tmp_path / "var").iterdir()}
    assert "pilot.db-wal" in written
    assert case.code.encode() in b"".join(written.values())
    assert [] == [(name, word) for name, data in written.items() for word in READABLE if word in data]
    store.close()
    data = (tmp_path / "var/pilot.db").read_bytes()
    assert [] == [word for word in READABLE if word in data]


def test_nothing_personal_stands_in_any_column_of_any_table(casework: CaseService, store: Store) -> None:
    casework.receive(application())
    with store.read_session() as session:
        for table in SQLModel.metadata.sorted_tables:
            for row in session.execute(sa.select(table)):
                said = b" ".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
                assert [] == [word for word in READABLE if word in said]


def test_a_file_comes_back_as_it_was_handed_in(casework: CaseService, store: Store) -> None:
    case = casework.receive(application())
    file = files(store).file(case.code, "officer", "to decide")
    assert PERSON == file.person
    assert application().answers == file.answers
    assert ["gwendolyn-note.txt", "form.pdf"] == [each.name for each in file.attachments]
    for attachment, content in zip(file.attachments, (NOTE, SCAN), strict=True):
        assert (attachment, content.data) == files(store).content(case.code, attachment.id, "officer", "to decide")


NAUGHTY = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).filter(str.strip)
PLAIN_DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(name=NAUGHTY, number=NAUGHTY, answers=st.dictionaries(st.text(), PLAIN_DATA, max_size=4), data=st.binary())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)
def test_hostile_words_and_bytes_come_back_literally(
    casework: CaseService, store: Store, name: str, number: str, answers: dict[str, Any], data: bytes
) -> None:
    case = casework.receive(application(person=None, answers={}, contents=()))
    person = Person(name=name, identity_number=number)
    answers = application(answers=answers).answers  # nouns leave out the spaces around an answer's name
    content = Content(document="form", name="x.pdf", media_type="application/pdf", data=data)
    sealed = seal_file(VAULT, case.code, person, answers, [content], case.received_at)
    with store.write_session() as session:
        keep_file(DriverStatements.of(session.connection()), sealed)
    file = files(store).file(case.code, "officer", "to decide")
    assert (person, answers) == (file.person, file.answers)
    assert data == files(store).content(case.code, file.attachments[0].id, "officer", "to decide")[1]
    if identity_index(VAULT, number):
        assert case.code in files(store).cases_of(number)


def test_a_row_that_is_swapped_between_two_cases_opens_for_neither(casework: CaseService, store: Store) -> None:
    one, other = (casework.receive(application(person=Person(name=name))).code for name in ("One", "Other"))
    with store.write_session() as session:
        kept = {row.case_code: row.sealed for row in session.execute(sa.select(FILES))}
        for code, sealed in ((one, kept[other]), (other, kept[one])):
            session.execute(sa.update(FILES).where(FILES.c.case_code == code).values(sealed=sealed))
    for code in (one, other):
        with pytest.raises(DataError, match=rf"personal_files/{code} does not open .* moved here from elsewhere"):
            files(store).file(code, "officer", "to decide")


def test_a_file_that_is_given_to_another_case_does_not_open(casework: CaseService, store: Store) -> None:
    one, other = (casework.receive(application()).code for _ in range(2))
    stolen = files(store).file(one, "officer", "to decide").attachments[0].id
    with store.write_session() as session:
        moved = sa.update(ATTACHMENTS).where(ATTACHMENTS.c.id == stolen)
        session.execute(moved.values(case_code=other, number=9))
    with pytest.raises(DataError, match="moved here from elsewhere"):
        files(store).content(other, stolen, "officer", "to decide")


def test_contents_of_two_files_that_are_swapped_do_not_open(casework: CaseService, store: Store) -> None:
    code = casework.receive(application()).code
    with store.write_session() as session:
        first, second = session.execute(sa.select(ATTACHMENTS).order_by(ATTACHMENTS.c.number)).all()
        for one, other in ((first, second), (second, first)):
            session.execute(sa.update(ATTACHMENTS).where(ATTACHMENTS.c.id == one.id).values(content=other.content))
    with pytest.raises(DataError, match="moved here from elsewhere"):
        files(store).content(code, first.id, "officer", "to decide")


def kept(store: Store) -> tuple[int, ...]:
    with store.read_session() as session:
        tables = [table for table in SQLModel.metadata.sorted_tables if table.name != "case_numbers"]
        return tuple(session.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables)


def test_a_failure_at_any_statement_leaves_no_half_of_a_case_or_its_file(
    casework: CaseService, store: Store, watched: Any
) -> None:
    casework.receive(application())
    for wanted in range(1, 40):
        before = kept(store)
        with watched(store, wanted):
            try:
                case = casework.receive(application())
            except TargetError as problem:
                assert "input/output error. Nothing was changed" in str(problem)
            else:
                break
        assert before == kept(store)
    assert wanted > 5
    assert 2 == len(files(store).file(case.code, "officer", "to decide").attachments)
    assert [] == list(differing(store))
    assert None is verify(store, new_keys().public).fault


def test_a_case_with_its_file_is_one_commit_and_three_statements_more_than_one_without(
    casework: CaseService, store: Store, watched: Any
) -> None:
    casework.receive(application())
    counts = []
    for each in (application(person=None, answers={}, contents=()), application()):
        with watched(store) as ran:
            casework.receive(each)
        writing = [statement for statement in ran if statement.lstrip().upper().startswith(("INSERT", "UPDATE"))]
        counts.append((len(writing), ran.count("COMMIT")))
    assert [(counts[0][0], 1), (counts[0][0] + 3, 1)] == counts, "a file, and each of its two attachments"
    case = casework.receive(application(person=None, answers={}, contents=()))
    other = case.model_copy(update={"code": "PA-OTHER"})
    event = store.events(case.code)[0].model_copy(update={"case": other.code})
    with watched(store) as ran:
        sealed = seal_file(VAULT, other.code, PERSON, {}, (NOTE,), case.received_at)
        store.add(other, event, "another-key", sealed)
    assert 1 == ran.count("COMMIT")


def test_a_submission_that_comes_twice_keeps_one_file(casework: CaseService, store: Store) -> None:
    first = casework.receive(application(key="submission-1"))
    again = casework.receive(application(key="submission-1", person=Person(name="Somebody Else")))
    assert first == again
    assert PERSON == files(store).file(first.code, "officer", "to decide").person


def test_the_audit_chain_says_nothing_of_a_person_and_stays_whole(casework: CaseService, store: Store) -> None:
    case = casework.receive(application())
    before = list(store.records())
    looking = files(store)
    looking.attach(case.code, [SCAN], "counter-1")
    looking.file(case.code, "officer", "to decide")
    rotate(store, Vault({"new": NEW, "old": OLD}))
    assert before == list(store.records())
    assert 1 == len(before)
    assert None is verify(store, new_keys().public).fault
    said = json.dumps([event.model_dump(mode="json") for event in store.events(case.code)]).encode()
    assert [] == [word for word in READABLE if word in said]


def received(casework: CaseService, number: int) -> list[Case]:
    return [casework.receive(application(answers={"n": each})) for each in range(number)]


def all_opened(store: Store, vault: Vault, cases: list[Case]) -> bool:
    looking = files(store, vault)
    for number, case in enumerate(cases):
        file = looking.file(case.code, "officer", "to decide")
        assert (PERSON, {"n": number}) == (file.person, file.answers)
        contents = [looking.content(case.code, each.id, "officer", "to decide")[1] for each in file.attachments]
        assert [NOTE.data, SCAN.data] == contents
    return tuple(case.code for case in reversed(cases)) == looking.cases_of(PERSON.identity_number or "")


def test_a_rotation_leaves_nothing_of_the_old_key(casework: CaseService, store: Store) -> None:
    cases = received(casework, 12)
    shares: list[float] = []
    done = rotate(store, Vault({"new": NEW, "old": OLD}), shares.append)
    assert (12, 24, 0) == (done.rows["personal_files"], done.rows["attachments"], done.left)
    assert shares == sorted(shares)
    assert 1.0 == shares[-1]
    assert all_opened(store, Vault({"new": NEW}), cases)
    with pytest.raises(DataError, match="encrypted with the key 'new', which PILOTKIT_KEYS does not have"):
        files(store).file(cases[0].code, "officer", "to decide")
    assert {0} == set(rotate(store, Vault({"new": NEW})).rows.values())


def test_while_two_keys_are_in_use_everybody_is_found_under_both(casework: CaseService, town: Deployment) -> None:
    store = casework._store
    both = Vault({"new": NEW, "old": OLD})
    old = casework.receive(application())
    new = CaseService(town, store, Clock(), both).receive(application())
    assert (new.code, old.code) == files(store, both).cases_of("001 099 000123")


@pytest.mark.parametrize("batches", [1, 2, 3])
def test_a_rotation_that_is_interrupted_goes_on_where_it_was(casework: CaseService, store: Store, batches: int) -> None:
    cases = received(casework, 12)
    both = Vault({"new": NEW, "old": OLD})
    told: list[float] = []

    def interrupt(share: float) -> None:
        told.append(share)
        if len(told) == batches:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate(store, both, interrupt)
    assert all_opened(store, both, cases)
    assert 0 < told[-1] < 1
    done = rotate(store, both)
    assert 36 - round(told[-1] * 36) == sum(done.rows.values())
    assert all_opened(store, Vault({"new": NEW}), cases)


def test_a_rotation_that_fails_at_any_statement_loses_nothing(
    casework: CaseService, store: Store, watched: Any
) -> None:
    cases = received(casework, 3)
    both = Vault({"new": NEW, "old": OLD})
    for wanted in range(1, 60):
        with watched(store, wanted):
            try:
                rotate(store, both)
            except TargetError:
                pass
            else:
                break
        assert all_opened(store, both, cases)
    assert wanted > 5
    assert all_opened(store, Vault({"new": NEW}), cases)


def test_a_rotation_without_the_old_key_says_which_is_missing_and_changes_nothing(
    casework: CaseService, store: Store
) -> None:
    cases = received(casework, 2)
    with pytest.raises(DataError, match=r"was encrypted with the key 'old', which PILOTKIT_KEYS does not have"):
        rotate(store, Vault({"new": NEW}))
    assert all_opened(store, VAULT, cases)


def test_a_rotation_ends_while_an_old_server_goes_on_and_says_what_it_has_written(
    casework: CaseService, store: Store
) -> None:
    received(casework, 1)
    done = rotate(store, Vault({"new": NEW, "old": OLD}), lambda _: casework.receive(application()) and None)
    assert 1 == done.rows["personal_files"]
    assert done.left > 0


def test_every_table_that_is_sealed_is_rotated() -> None:
    found = {
        (table.name, column.name)
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if column.name.endswith("key_id")
    }
    assert found == {(each.table.name, each.key) for each in SEALED_TABLES}
    for each in SEALED_TABLES:
        sealed = {column.name for column in each.table.columns if isinstance(column.type, sa.LargeBinary)}
        assert sealed == set(each.places)


def test_the_migrations_make_the_tables_of_personal_data_as_the_code_describes_them(tmp_path: Path) -> None:
    Store("sqlite:///var/pilot.db", tmp_path).close()
    with sqlite3.connect(tmp_path / "var/pilot.db") as made:
        for name in ("personal_files", "attachments", "file_reads"):
            table = SQLModel.metadata.tables[name]
            expected = {column.name: column.nullable for column in table.columns}
            columns = made.execute(f"PRAGMA table_info({name})").fetchall()
            assert expected == {row[1]: not row[3] and not row[5] for row in columns}
            indexes = {row[1] for row in made.execute(f"PRAGMA index_list({name})") if row[3] == "c"}
            assert {index.name for index in table.indexes} == indexes
    made.close()


def test_a_persons_cases_are_found_through_the_index_alone(casework: CaseService, store: Store) -> None:
    casework.receive(application())
    with store.read_session() as session:
        query = str(sa.select(FILES.c.case_code).where(FILES.c.identity_index.in_(["x"])).compile(
            dialect=session.get_bind().dialect, compile_kwargs={"literal_binds": True}
        ))  # fmt: skip
        if session.get_bind().dialect.name == "sqlite":
            plan = str(session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {query}").all())
            assert "personal_files_by_identity" in plan
        assert 64 == len(sealed_file(session, next(iter(store.codes()))).identity_index or "")
