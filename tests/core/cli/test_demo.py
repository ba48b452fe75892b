"""The main job in one command, on real data, and never over somebody else's files."""

import os
from pathlib import Path
from urllib.request import urlopen

import pytest

from pilotkit import Deployment
from pilotkit.cli.app import run
from pilotkit.storage.vault import KEYS

pytestmark = pytest.mark.server

DONOR = Path(__file__).parents[3] / "examples" / "hanoi"


@pytest.fixture(autouse=True)
def as_in_continuous_integration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "1")


def demo(into: Path, *more: str) -> int:
    return run(["demo", "--donor", str(DONOR), "-o", str(into), "--days", "10", "--port", "0", *more])


def test_a_pilot_becomes_another_provinces_deployment_with_a_month_on_its_board(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 0 == demo(tmp_path / "demo", "--province", "cao bang")
    said = capsys.readouterr().err
    for step in (
        "Packed one-tier-service",
        "Scaffolded Tỉnh Cao Bằng",
        "no errors",
        "Simulated 10 days",
        "pages answered",
    ):
        assert step in said
    assert "04" == Deployment(tmp_path / "demo/deployment").catalog.province.code


def test_a_newcomer_can_apply_online_and_is_told_that_the_keys_are_thrown_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(KEYS, raising=False)
    opened: list[bool] = []

    def ask(address: str, _own: Deployment) -> int:
        with urlopen(f"{address}/en/procedures/2.000815/apply", timeout=60) as answer:
            opened.append("Start now" in answer.read().decode())
        return 1

    monkeypatch.setattr("pilotkit.cli.demo._ask_every_page", ask)
    assert 0 == demo(tmp_path / "demo", "--province", "46")
    said = " ".join(capsys.readouterr().err.split())
    assert [True] == opened
    assert "throw-away keys were made" in said
    assert "nobody can read again what was typed and uploaded" in said
    assert KEYS not in os.environ


def test_a_province_other_than_the_donors_is_taken_when_none_is_named(tmp_path: Path) -> None:
    assert 0 == demo(tmp_path / "demo")
    assert "01" != Deployment(tmp_path / "demo/deployment").catalog.province.code


def test_a_second_demo_takes_the_place_of_the_first(tmp_path: Path) -> None:
    assert [0, 0] == [demo(tmp_path / "demo", "--province", code) for code in ("04", "46")]
    assert "46" == Deployment(tmp_path / "demo/deployment").catalog.province.code


def test_a_folder_with_other_things_in_it_is_not_touched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    assert 5 == demo(tmp_path)
    assert "is not empty. Name another folder with --output." in " ".join(capsys.readouterr().err.split())
    assert ["notes.txt"] == [path.name for path in tmp_path.iterdir()]


def test_a_province_that_is_not_there_is_an_error_and_leaves_no_deployment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 3 == demo(tmp_path / "demo", "--province", "Atlantis")
    assert "Atlantis" in capsys.readouterr().err
    assert not (tmp_path / "demo/deployment").exists()
