"""The instruction of 21 July 2025, due 30 July 2025: 80% online and 20% whole-process, answered for by each head."""

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from pilotkit import Deployment
from pilotkit.cases import Authority
from pilotkit.figures import Measures, SignOffs, TargetReport, TargetStatus, escalations
from pilotkit.simulation.month import simulate
from pilotkit.storage.store import Store

HANOI = Path(__file__).parents[2] / "examples/hanoi"
ASSIGNED, DUE = date(2025, 7, 21), date(2025, 7, 30)


@pytest.fixture(scope="module")
def hanoi(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    folder = tmp_path_factory.mktemp("pilot") / "hanoi"
    copytree(HANOI, folder, ignore=ignore_patterns("var"))
    deployment = Deployment(folder)
    store = Store.of(deployment)
    simulate(deployment, store, days=20, seed=7, last=date(2025, 8, 4))
    store.close()
    return deployment


@pytest.fixture(scope="module")
def standings(hanoi: Deployment) -> tuple[TargetReport, ...]:
    return Measures(hanoi).standings(datetime(2025, 7, 26, 10, tzinfo=UTC))


def test_126_communes_and_the_city_have_each_target(standings: tuple[TargetReport, ...]) -> None:
    assert Counter({"online_share": 127, "whole_process_share": 127, "on_time_share": 127}) == Counter(
        each.kpi.id for each in standings
    )
    assert {("online_share", Decimal(80)), ("whole_process_share", Decimal(20)), ("on_time_share", Decimal(100))} == {
        (each.kpi.id, each.target.goal) for each in standings
    }
    assert {(ASSIGNED, DUE)} == {(each.target.assigned, each.target.due) for each in standings}
    assert all(each.head is not None for each in standings)


def test_what_was_received_before_the_instruction_does_not_count(
    hanoi: Deployment, standings: tuple[TargetReport, ...]
) -> None:
    city = next(each for each in standings if each.unit.code == "01" and each.kpi.id == "online_share")
    (since,) = Measures(hanoi).values(["online_share"], since=ASSIGNED, as_of=city.value.as_of)
    (always,) = Measures(hanoi).values(["online_share"], as_of=city.value.as_of)
    assert (since.numerator, since.denominator) == (city.value.numerator, city.value.denominator)
    assert always.denominator > since.denominator


def test_four_days_before_each_has_a_forecast_with_its_interval(standings: tuple[TargetReport, ...]) -> None:
    measurable = [each for each in standings if each.status is not TargetStatus.NOT_MEASURABLE]
    assert len(measurable) > 200
    for each in measurable:
        outlook = each.outlook
        assert outlook.worst <= outlook.lower <= outlook.forecast <= outlook.upper <= outlook.best
        assert (each.status is TargetStatus.ON_TRACK) == (outlook.lower >= each.target.goal)


def test_after_the_due_date_each_is_met_or_missed_and_the_city_hears_of_it(hanoi: Deployment) -> None:
    moment = datetime(2025, 8, 2, 10, tzinfo=UTC)
    standings = Measures(hanoi).standings(moment)
    assert {"met", "missed", "not_measurable"} >= {each.status.value for each in standings}
    told = escalations(hanoi.catalog, standings, (), moment)
    missed = {(each.kpi.id, each.unit.code) for each in standings if each.status is TargetStatus.MISSED}
    by_rule = Counter(each.rule for each in told)
    assert len(missed) == by_rule["missed-superior"]
    assert {"head-01", None} == {each.told for each in told if each.rule == "missed-superior"}
    unsigned = [each for each in standings if each.status is not TargetStatus.NOT_MEASURABLE]
    assert len(unsigned) == by_rule["unsigned-superior"]
    assert {date(2025, 8, 2)} == {each.since for each in told if each.rule == "unsigned-superior"}


def test_the_head_of_a_ward_signs_and_is_not_told_of_any_more(hanoi: Deployment) -> None:
    moment = datetime(2025, 8, 2, 10, tzinfo=UTC)
    ward = Authority(
        subject="head-00070", permissions=frozenset({"kpi.sign"}), units=frozenset({"00070"}), unit="00070"
    )
    store = Store.of(hanoi)
    try:
        signed = SignOffs(hanoi, store, lambda: moment).sign(ward, "online_share", "00070")
        told = escalations(hanoi.catalog, Measures(hanoi, store).standings(moment), (signed,), moment)
    finally:
        store.close()
    assert (True, DUE, "head-00070") == (signed.simulated, signed.due, signed.head)
    assert Measures(hanoi).end_of(DUE) == signed.as_of
    of_it = {each.rule for each in told if (each.target.kpi, each.target.unit) == ("online_share", "00070")}
    assert "unsigned-superior" not in of_it
