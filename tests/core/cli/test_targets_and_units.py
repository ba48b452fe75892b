"""``targets``, ``sign-off`` and ``units``, as a person or a script meets them."""

import json
from pathlib import Path
from shutil import copytree

import pytest

from pilotkit import Deployment
from pilotkit.cli.app import run
from pilotkit.testing import tiny_deployment, tiny_file

HEADER = "code,successor,since,share,name,kind,takes_cases,reference,certainty\n"
HEADS = tiny_file(
    "model/people/roles.yaml", ("permissions: [case.read, case.assign, kpi.read]", "permissions: [kpi.read, kpi.sign]")
)


@pytest.fixture
def folder(tmp_path: Path, filled_town: Deployment) -> Path:
    copied = tiny_deployment(tmp_path / "town", HEADS)
    copytree(filled_town.folder / "var", copied / "var")
    return copied


def answer(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = run([str(argument) for argument in arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_targets_say_how_they_stand_and_where_they_lead(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told, said = answer(capsys, "targets", folder)
    assert (0, True, True) == (code, "Warden" in told, "intervals of 95%" in said)
    code, told, _ = answer(capsys, "targets", folder, "--unit", "PA-01", "--json")
    target = next(each for each in json.loads(told) if each["target"]["kpi"] == "online_share")
    assert {"forecast", "lower", "upper", "best", "worst"} == set(target["outlook"])
    assert {"percent", "definition_hash", "location_version", "as_of", "apportioned"} <= set(target["value"])
    assert {"PA-01"} == {each["target"]["unit"] for each in json.loads(told)}


def test_escalations_say_who_is_to_hear_of_what(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told, said = answer(capsys, "targets", folder, "--escalations", "--json")
    found = json.loads(told)
    assert 0 == code
    assert {"rule", "occasion", "told", "office", "since", "status"} <= set(found[0])
    _, table, said = answer(capsys, "targets", folder, "--escalations")
    assert f"{len(found)} to tell." in said
    assert "Mayor of Port Amber" in table


def test_a_head_signs_and_the_figure_is_shown_beside_what_it_is_now(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("online_share", "PA-01", "--account", "supervisor-pa-01", "--remark", "Seen.", "--json")
    code, told, _ = answer(capsys, "sign-off", folder, *asked)
    signed = json.loads(told)
    assert (0, "Seen.", "supervisor-pa-01", True) == (code, signed["remark"], signed["signed_by"], signed["simulated"])
    _, told, _ = answer(capsys, "targets", folder, "--signed", "--json")
    (compared,) = json.loads(told)
    assert (signed["numerator"], "0.0000", False) == (
        compared["current"]["numerator"], compared["difference"], compared["has_changed"],
    )  # fmt: skip
    assert "Warden" in answer(capsys, "targets", folder, "--signed")[1]


def test_who_does_not_answer_for_a_figure_cannot_sign_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, said = answer(capsys, "sign-off", folder, "online_share", "PA-02", "--account", "supervisor-pa-01")
    assert (3, True) == (code, "is for Warden of South Quay to sign" in said)
    code, _, said = answer(capsys, "sign-off", folder, "online_share", "PA-01", "--account", "nobody-here")
    assert (3, True) == (code, "is for Warden of North Quay to sign" in said)


def test_a_change_of_units_is_previewed_and_made(
    folder: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    change = tmp_path / "change.csv"
    change.write_text(
        HEADER + "PA-01,PA-03,2025-08-01,1,Two Quays,quarter,,charter,high\n"
        "PA-02,PA-03,2025-08-01,1,Two Quays,quarter,,charter,high\n"
        "PA-03,PA-05,2025-08-01,0.5,Lighthouse,quarter,true,charter,high\n"
        "PA-03,PA-06,2025-08-01,0.5,Cliffs,quarter,,charter,high\n"
    )
    code, told, said = answer(capsys, "units", "impact", folder, change)
    assert 0 == code
    assert "Code PA-03 named Lighthouse; it names Two Quays from then on." in told
    assert "divided by shares" in told
    assert "3 units end" in said
    _, told, _ = answer(capsys, "units", "impact", folder, change, "--json")
    waiting = sum(unit["open_cases"] for unit in json.loads(told)["units"])
    code, told, _ = answer(capsys, "units", "apply", folder, change, "--json")
    assert (0, waiting) == (code, json.loads(told)["handed_over"])
    _, told, said = answer(capsys, "units", "apply", folder, change)
    assert "0 open cases were handed over" in said
    _, told, said = answer(capsys, "kpi", folder, "--by", "unit", "--boundaries", "2025-08-02")
    assert all(name in told for name in ("Two Quays", "Lighthouse", "Cliffs", "Hill Farms"))
    assert "North Quay" not in told
    assert "≈" in said
    assert 0 == answer(capsys, "check", folder)[0]


def test_a_wrong_change_is_refused_with_its_line(
    folder: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    change = tmp_path / "change.csv"
    change.write_text(HEADER + "PA-01,PA-09,2025-08-01,0.3,Quay,quarter,,charter,high\n")
    code, _, said = answer(capsys, "units", "apply", folder, change)
    assert 3 == code
    assert "change.csv line 2: share: the successors of 'PA-01' take 3/10 of it together, not 1." in said
