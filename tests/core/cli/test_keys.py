"""Keys are made, added and rotated at the command line, and who looked at a file is told."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pilotkit import Deployment
from pilotkit.cases import Application
from pilotkit.cli.app import run
from pilotkit.model.personal import Person
from pilotkit.services import Services
from pilotkit.storage.vault import KEYS, keys_in, new_entry
from pilotkit.testing import Clock


@pytest.fixture
def case(town: Deployment, monkeypatch: pytest.MonkeyPatch) -> str:
    """The code of a case with a person, at whose file somebody has looked."""
    monkeypatch.setenv(KEYS, new_entry("old"))
    services = Services(town, Clock(datetime(2025, 7, 1, 9, tzinfo=UTC)))
    said = {"procedure": "ZZ-101", "channel": "online", "unit": "PA-01", "actor": "citizen"}
    code = services.case_service.receive(Application(**said, person=Person(name="Generated"))).code
    services.personal_files.file(code, "counter-1", "to [bold]decide")
    services.close()
    return code


def answer(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = run([str(argument) for argument in arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_a_new_key_stands_before_the_present_ones(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEYS, new_entry("old"))
    code, out, err = answer(capsys, "keys", "new", "--add")
    variable, _, value = out.strip().partition("=")
    assert (0, KEYS) == (code, variable)
    assert [False, True] == [each == "old" for each in keys_in(value)]
    assert "keys rotate" in err
    assert value not in err
    alone = json.loads(answer(capsys, "keys", "new", "--json")[1])
    assert (KEYS, 1) == (alone["variable"], len(keys_in(alone["value"])))


def test_a_rotation_says_what_it_did_and_the_old_key_is_not_needed_after_it(
    town: Deployment, case: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    value = answer(capsys, "keys", "new", "--add")[1].strip().partition("=")[2]
    monkeypatch.setenv(KEYS, value)
    code, out, err = answer(capsys, "keys", "rotate", town.folder)
    assert 0 == code
    assert "1 of personal_files encrypted anew" in out
    assert "Everything is encrypted" in err
    monkeypatch.setenv(KEYS, value.partition(",")[0])
    services = Services(town)
    assert "Generated" == services.personal_files.file(case, "counter-1", "to decide").person.name
    services.close()
    assert 0 == json.loads(answer(capsys, "keys", "rotate", town.folder, "--json")[1])["rows"]["personal_files"]


def test_a_rotation_without_keys_or_a_deployment_is_refused(
    town: Deployment, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(KEYS, raising=False)
    assert 2 == answer(capsys, "keys", "rotate")[0]
    for arguments in (("rotate", town.folder), ("new", "--add")):
        code, _, err = answer(capsys, "keys", *arguments)
        assert 3 == code
        assert "PILOTKIT_KEYS is missing" in err


def test_who_looked_at_a_file_is_told_without_any_key(
    town: Deployment, case: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(KEYS)
    code, out, _ = answer(capsys, "reads", town.folder, case)
    assert 0 == code
    assert "counter-1" in out
    assert "[bold]" in out
    (read,) = json.loads(answer(capsys, "reads", town.folder, case, "--json")[1])
    assert (case, "counter-1", "file") == (read["case"], read["reader"], read["part"])
    assert 3 == answer(capsys, "reads", Path(town.folder), "nothing")[0]
