"""A head signs the figure he answers for; what was signed stays."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from pilotkit import CaseError, DataError, Deployment, UnknownError
from pilotkit.cases import Application, Authority, RefusedError
from pilotkit.casework.audit_verification import new_keys, verify
from pilotkit.casework.case_service import CaseService
from pilotkit.figures import SignOffs
from pilotkit.measures.measures import Measures
from pilotkit.storage.backup import back_up
from pilotkit.storage.restore import restore
from pilotkit.storage.signoff_store import SignOffRow
from pilotkit.storage.store import Store
from pilotkit.testing import tiny_deployment

NOON = datetime(2025, 7, 20, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=1)


def a_head(unit="PA-01", *permissions):
    return Authority(
        subject=f"head-{unit.lower()}", permissions=frozenset(permissions or {"kpi.sign"}), units=frozenset({unit}),
        unit=unit,
    )  # fmt: skip


@pytest.fixture
def working(town: Deployment, store: Store) -> SignOffs:
    receive(town, store, online=3, in_person=1)
    return SignOffs(town, store, lambda: LATER)


def receive(town, store, *, online, in_person, unit="PA-01", at=NOON):
    casework = CaseService(town, store, lambda: at)
    for channel in ["online"] * online + ["in_person"] * in_person:
        casework.receive(Application(procedure="ZZ-101", channel=channel, unit=unit, actor="citizen"))


def test_what_is_signed_says_everything_that_is_needed_to_count_it_again(town: Deployment, working: SignOffs) -> None:
    signed = working.sign(a_head(), "online_share", "PA-01", remark="  The kiosk helped.  ")
    assert (1, 3, 4, Decimal(75)) == (signed.number, signed.numerator, signed.denominator, signed.value.percent)
    assert ("warden-01", "Warden of North Quay", "head-pa-01") == (signed.head, signed.office, signed.signed_by)
    assert (town.catalog.kpi("online_share").definition_hash, LATER) == (signed.definition_hash, signed.as_of)
    assert (town.catalog.location_version, Decimal(100)) == (signed.location_version, signed.completeness)
    assert (date(2024, 1, 1), date(2025, 7, 31), "The kiosk helped.") == (signed.unit_from, signed.due, signed.remark)
    assert (signed,) == working.history(unit="PA-01")


def test_a_signed_figure_stays_when_others_are_counted_and_the_difference_is_shown(
    town: Deployment, store: Store, working: SignOffs
) -> None:
    signed = working.sign(a_head(), "online_share", "PA-01")
    receive(town, store, online=0, in_person=1, at=NOON + timedelta(hours=1))  # it came late, but before the instant
    (compared,) = working.compared(working.history())
    assert signed == compared.signed
    assert (3, 5, Decimal(-15)) == (compared.current.numerator, compared.current.denominator, compared.difference)
    assert (True, False, False) == (compared.has_changed, compared.is_redefined, compared.has_other_boundaries)


def test_a_figure_that_nobody_touched_is_the_same(working: SignOffs) -> None:
    working.sign(a_head(), "online_share", "PA-01")
    (compared,) = working.compared(working.history())
    assert (False, Decimal(0)) == (compared.has_changed, compared.difference)


def test_another_definition_and_other_boundaries_are_told(
    town: Deployment, store: Store, working: SignOffs, tmp_path: Path
) -> None:
    working.sign(a_head(), "online_share", "PA-01")
    kpis = (town.folder / "model/kpis/kpis.yaml").read_text().replace("channel = 'online'", "channel <> 'in_person'")
    units = (town.folder / "local/units.csv").read_text().replace("zz,PA-04,2024-01-01", "zz,PA-04,2024-02-01")
    other = Deployment(tiny_deployment(tmp_path / "b", {"model/kpis/kpis.yaml": kpis, "local/units.csv": units}))
    (compared,) = SignOffs(other, store, lambda: LATER).compared(working.history())
    assert (False, True, True) == (compared.has_changed, compared.is_redefined, compared.has_other_boundaries)


def test_a_kpi_that_is_gone_leaves_what_was_signed(store: Store, working: SignOffs, tmp_path: Path) -> None:
    working.sign(a_head(), "online_share", "PA-01")
    gone = Deployment(tiny_deployment(tmp_path / "b", {"model/kpis/kpis.yaml": None}))
    (compared,) = SignOffs(gone, store, lambda: LATER).compared(working.history())
    assert (None, None, True) == (compared.current, compared.difference, compared.has_changed)


def test_signing_twice_is_signing_once_and_signing_again_adds(
    town: Deployment, store: Store, working: SignOffs
) -> None:
    first = working.sign(a_head(), "online_share", "PA-01", as_of=LATER)
    assert first == working.sign(a_head(), "online_share", "PA-01", as_of=LATER)
    receive(town, store, online=1, in_person=0)
    second = working.sign(a_head(), "online_share", "PA-01", as_of=LATER, remark="One more.")
    assert ([1, 2], [3, 4]) == ([first.number, second.number], [each.numerator for each in working.history()])


@pytest.mark.parametrize(
    "authority",
    [
        a_head("PA-02"),
        a_head("PA"),
        a_head("PA-01", "kpi.read"),
        Authority(subject="x", permissions=frozenset({"kpi.sign"}), units=frozenset({"PA-01"})),
        Authority(subject="anonymous"),
    ],
)
def test_only_the_head_who_answers_signs(working: SignOffs, authority: Authority) -> None:
    with pytest.raises(RefusedError, match="is for Warden of North Quay to sign"):
        working.sign(authority, "online_share", "PA-01")
    assert () == working.history()


def test_a_figure_that_moved_since_it_was_shown_is_not_signed(working: SignOffs) -> None:
    with pytest.raises(CaseError, match="the figure is 3 of 4 now, not 2 of 3 as it was shown"):
        working.sign(a_head(), "online_share", "PA-01", seen=(2, 3))
    assert 3 == working.sign(a_head(), "online_share", "PA-01", seen=(3, 4)).numerator


def test_what_is_not_measurable_cannot_be_signed(working: SignOffs) -> None:
    with pytest.raises(DataError, match="not measurable: of 0 cases, where at least 5 are needed"):
        working.sign(a_head(), "on_time", "PA-01")


def test_nothing_is_signed_ahead_of_its_time(working: SignOffs) -> None:
    with pytest.raises(DataError, match="which has not come"):
        working.sign(a_head(), "online_share", "PA-01", as_of=LATER + timedelta(days=1))


def test_a_target_that_is_not_there_is_named(working: SignOffs) -> None:
    with pytest.raises(UnknownError, match="there is no target of 'online_share' for unit 'PA-01' due 2025-08-01"):
        working.sign(a_head(), "online_share", "PA-01", due=date(2025, 8, 1))


def test_of_several_targets_one_must_be_meant(town: Deployment, store: Store, tmp_path: Path) -> None:
    targets = (town.folder / "local/targets.csv").read_text()
    targets += "online_share,PA-01,warden-01,70,2025-07-01,2025-12-31,,,charter,high\n"
    both = Deployment(tiny_deployment(tmp_path / "b", {"local/targets.csv": targets}))
    receive(both, store, online=3, in_person=1)
    ledger = SignOffs(both, store, lambda: LATER)
    with pytest.raises(UnknownError, match="there are 2 targets .* due 2025-07-31, 2025-12-31"):
        ledger.sign(a_head(), "online_share", "PA-01")
    assert Decimal(70) == ledger.sign(a_head(), "online_share", "PA-01", due=date(2025, 12, 31)).goal


def test_after_the_due_date_the_figure_of_the_due_date_is_signed(town: Deployment, store: Store) -> None:
    receive(town, store, online=3, in_person=1)
    receive(town, store, online=0, in_person=5, at=datetime(2025, 8, 4, 9, tzinfo=UTC))
    signed = SignOffs(town, store, lambda: datetime(2025, 8, 5, tzinfo=UTC)).sign(a_head(), "online_share", "PA-01")
    assert (3, 4, "met") == (signed.numerator, signed.denominator, signed.status.value)
    assert Measures(town, store).end_of(date(2025, 7, 31)) == signed.as_of


def test_the_audit_chain_vouches_for_sign_offs_between_events(
    town: Deployment, store: Store, working: SignOffs
) -> None:
    key = new_keys().public
    working.sign(a_head(), "online_share", "PA-01")
    receive(town, store, online=1, in_person=0)
    working.sign(a_head(), "online_share", "PA-01")
    verdict = verify(store, key)
    assert (None, 7, 5) == (verdict.fault, verdict.records, verdict.events)


def test_a_sign_off_may_be_the_first_thing_that_happens(town: Deployment, store: Store, tmp_path: Path) -> None:
    elsewhere = Store("sqlite:///other.db", tmp_path)
    receive(town, elsewhere, online=4, in_person=0)
    figure = SignOffs(town, elsewhere, lambda: LATER).sign(a_head(), "online_share", "PA-01")
    elsewhere.close()
    from pilotkit.storage.signoff_store import add_sign_off, next_number

    with store.write_session() as session:
        assert 1 == next_number(session)
        add_sign_off(session, figure)
    receive(town, store, online=1, in_person=0)
    assert verify(store, new_keys().public).fault is None


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"numerator": 4}, "the sign-off of record 5 was altered"),
        ({"remark": "I never said so."}, "the sign-off of record 5 was altered"),
        (None, "the sign-off of record 5 was removed"),
    ],
)
def test_an_altered_sign_off_is_found(store: Store, working: SignOffs, change: dict | None, fault: str) -> None:
    working.sign(a_head(), "online_share", "PA-01")
    with store.write_session() as session:
        row = session.get(SignOffRow, 1)
        for name, value in (change or {}).items():
            setattr(row, name, value)
        if change is None:
            session.delete(row)
    assert fault == verify(store, new_keys().public).fault


def test_a_sign_off_that_was_put_in_past_the_log_is_found(store: Store, working: SignOffs) -> None:
    signed = working.sign(a_head(), "online_share", "PA-01")
    with store.write_session() as session:
        row = session.get(SignOffRow, 1)
        session.add(SignOffRow(**row.model_dump() | {"number": 2, "record": 3}))
    assert 1 == signed.number
    assert "there are 2 sign-offs, but the log vouches for 1" in verify(store, new_keys().public).fault


def test_a_backup_keeps_what_was_signed(store: Store, working: SignOffs, tmp_path: Path) -> None:
    signed = working.sign(a_head(), "online_share", "PA-01", remark="Kept.")
    back_up(store, tmp_path / "kept.zip", "port-amber", LATER)
    again = Store("sqlite:///again.db", tmp_path)
    restore(again, tmp_path / "kept.zip")
    assert (signed,) == SignOffs(Deployment(tmp_path / "town"), again).history()
    assert verify(again, new_keys().public).fault is None
    again.close()
