"""Who is told of which target, and from when on: a rule in data."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pilotkit import DataError, Deployment
from pilotkit.figures import Measures, TargetReport, TargetStatus, escalations
from pilotkit.model.accountability import SignOff
from pilotkit.testing import tiny_deployment, tiny_file


@pytest.fixture
def standing(filled_town: Deployment) -> TargetReport:
    found = Measures(filled_town).standings()
    return next(each for each in found if (each.unit.code, each.kpi.id) == ("PA-01", "online_share"))


def told(town: Deployment, standing: TargetReport, status: str, day: date, signed: tuple[SignOff, ...] = ()):
    asked = replace(standing, status=TargetStatus(status))
    found = escalations(town.catalog, [asked], signed, datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    return [(each.rule, each.since, each.told) for each in found]


def test_the_head_is_told_first_and_the_superior_when_it_is_missed(
    filled_town: Deployment, standing: TargetReport
) -> None:
    assert [] == told(filled_town, standing, "at_risk", date(2025, 7, 23))
    assert [("at-risk", date(2025, 7, 24), "warden-01")] == told(filled_town, standing, "at_risk", date(2025, 7, 24))
    assert [("missed", date(2025, 7, 24), "mayor")] == told(filled_town, standing, "missed", date(2025, 7, 28))


def test_a_target_that_is_on_track_tells_nobody(filled_town: Deployment, standing: TargetReport) -> None:
    assert [] == told(filled_town, standing, "on_track", date(2025, 7, 30))


def test_a_figure_that_is_not_signed_is_told_after_its_days(filled_town: Deployment, standing: TargetReport) -> None:
    assert [] == told(filled_town, standing, "met", date(2025, 8, 6))
    assert [("unsigned", date(2025, 8, 7), "mayor")] == told(filled_town, standing, "met", date(2025, 8, 7))
    signed = SignOff(
        number=1, kpi="online_share", scheme="zz", unit="PA-01", unit_from=date(2024, 1, 1), goal=60,
        assigned=date(2025, 7, 1), due=date(2025, 7, 31), head="warden-01", office="x", status="met", numerator=1,
        denominator=1, minimum=1, definition_hash="h", location_version="v", as_of=datetime(2025, 7, 31, tzinfo=UTC),
        completeness=None, apportioned=False, simulated=False, signed_by="x",
        signed_at=datetime(2025, 8, 1, tzinfo=UTC),
    )  # fmt: skip
    assert [] == told(filled_town, standing, "met", date(2025, 8, 7), (signed,))


def test_where_nobody_stands_above_it_is_said(filled_town: Deployment) -> None:
    province = next(each for each in Measures(filled_town).standings() if each.unit.code == "PA")
    assert [("missed", date(2025, 7, 24), None)] == told(filled_town, province, "missed", date(2025, 7, 28))


def test_superiors_in_a_circle_end_where_they_began(tmp_path: Path, standing: TargetReport) -> None:
    circle = tiny_file("local/heads.csv", ("Mayor of Port Amber,", "Mayor of Port Amber,warden-01"))
    rules = tiny_file("model/kpis/escalations.yaml", ("levels: 1", "levels: 2"))
    town = Deployment(tiny_deployment(tmp_path / "a", circle | rules))
    assert [("missed", date(2025, 7, 24), None)] == told(town, standing, "missed", date(2025, 7, 28))


def test_a_target_without_a_due_date_is_nobodys_to_hear_of(filled_town: Deployment, standing: TargetReport) -> None:
    endless = replace(standing, target=standing.target.model_copy(update={"due": None}))
    assert [] == told(filled_town, endless, "missed", date(2025, 7, 28))


def test_a_rule_that_cannot_be_is_refused_with_its_place(tmp_path: Path) -> None:
    files = tiny_file("model/kpis/escalations.yaml", ("days: 7", "days: -7"))
    with pytest.raises(DataError, match=r"model/kpis/escalations\.yaml.*unsigned.*cannot be negative"):
        Deployment(tiny_deployment(tmp_path / "a", files)).catalog  # noqa: B018  # reading it is the test
