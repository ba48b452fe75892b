"""``plugin new``, ``plugin check``, ``doctor`` and ``schema``, as a person or a script meets them."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
import yaml

from pilotkit import Deployment
from pilotkit.catalog import plugins
from pilotkit.cli import diagnosis as symptoms
from pilotkit.cli.app import run
from pilotkit.cli.schema import schemas
from pilotkit.storage.store import Store
from pilotkit.storage.vault import KEYS, new_entry
from pilotkit.testing import tiny_deployment

ROOT = Path(__file__).parents[3]


def answer(capsys, *arguments):
    code = run([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_new_says_what_to_do_next(capsys, tmp_path):
    code, out, err = answer(capsys, "plugin", "new", "greet", "--kind", "kpis", "-o", tmp_path / "greet")
    assert (0, True) == (code, (tmp_path / "greet/pilotkit_greet/kpis.py").is_file())
    assert not (tmp_path / "greet/pilotkit_greet/pages.py").exists()
    assert "pip install -e" in out
    assert "files in" in err


def test_a_name_that_is_taken_is_refused(capsys, tmp_path):
    code, _, err = answer(capsys, "plugin", "new", "demo", "-o", tmp_path / "demo")
    assert 3 == code
    assert "A plugin 'demo' is installed already." in " ".join(err.split())


def test_check_says_each_rule_and_why_not_more(capsys):
    code, out, err = answer(capsys, "plugin", "check", "demo")
    assert 0 == code
    assert "Not yet: It is there to be copied; no deployment needs it." in out
    assert "demo is silver; it claims silver." in err


def test_a_script_gets_the_verdict_as_json(capsys):
    code, out, _ = answer(capsys, "plugin", "check", "demo", "--json")
    told = json.loads(out)
    assert (0, "silver", []) == (code, told["attained"], told["problems"])


def test_the_list_says_how_good_each_plugin_is(capsys):
    code, out, _ = answer(capsys, "plugins", "--json")
    assert 0 == code
    assert {"demo": "silver", "core": "none"}.items() <= {
        each["name"]: each["quality"] for each in json.loads(out)
    }.items()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(KEYS, new_entry("test"))
    days = "day,kind,name\n" + "".join(f"{datetime.now(UTC).year + each}-01-01,holiday,New Year\n" for each in (0, 1))
    return tiny_deployment(tmp_path / "town", {"local/calendar.csv": days})


def seen(capsys, *arguments):
    code, out, _ = answer(capsys, "doctor", *arguments, "--json")
    return code, {each["question"]: each for each in json.loads(out) if each["question"] not in {"assets", "disk"}}


def test_a_sound_installation_has_no_symptom(capsys, folder):
    Store.of(Deployment(folder)).close()
    (folder / "var").chmod(0o750)
    assert (0, {}) == seen(capsys, folder)


def test_looking_makes_no_database(capsys, folder):
    seen(capsys, folder)
    assert not (folder / "var").exists()


def test_without_keys_the_doctor_says_how_to_get_some(capsys, folder, monkeypatch):
    monkeypatch.delenv(KEYS)
    code, found = seen(capsys, folder)
    assert (0, "warning") == (code, found["keys"]["severity"])
    assert "pilotkit keys new" in found["keys"]["remedy"]


def test_keys_that_are_none_are_an_error(capsys, folder, monkeypatch):
    monkeypatch.setenv(KEYS, "moon")
    code, found = seen(capsys, folder)
    assert (1, "error") == (code, found["keys"]["severity"])


def test_a_damaged_database_is_told(capsys, folder):
    Store.of(Deployment(folder)).close()
    (folder / "var/pilot.db").write_bytes(b"no database at all" * 100)
    code, found = seen(capsys, folder)
    assert 1 == code
    assert "does not answer" in found["database"]["what"]


def test_a_database_of_a_newer_pilotkit_is_told(capsys, folder):
    Store.of(Deployment(folder)).close()
    with closing(sqlite3.connect(folder / "var/pilot.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    code, found = seen(capsys, folder)
    assert (1, "A newer pilotkit has used this database.") == (code, found["database"]["what"])


def test_a_year_without_a_day_off_is_told(capsys, tmp_path, folder):
    (folder / "local/calendar.csv").write_text("day,kind,name\n")
    _, found = seen(capsys, folder)
    assert f"No day off is known in {datetime.now(UTC).year + 1}." == found["calendar"]["what"]


def test_a_full_disk_is_told(folder, monkeypatch):
    monkeypatch.setattr(symptoms.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 1000}))
    (found,) = symptoms.symptoms(symptoms.disk, Deployment(folder))
    assert "error" == found.severity


def test_an_old_python_is_told(monkeypatch):
    monkeypatch.setattr(symptoms, "OLDEST", (9, 9))
    (found,) = symptoms.symptoms(symptoms.python, None)
    assert "Use 9.9 or newer." == found.remedy


def test_a_library_that_is_missing_or_old_is_told(monkeypatch):
    monkeypatch.setattr(symptoms, "requires", lambda _: ["moonlight>=1", "pydantic>=99", "absent>=1; extra == 'x'"])
    said = [each.what for each in symptoms.symptoms(symptoms.libraries, None)]
    assert "moonlight is not installed." == said[0]
    assert said[1].endswith(">=99 is needed.")
    assert 2 == len(said)


def test_a_deployment_that_cannot_be_read_does_not_end_the_examination(capsys, folder):
    (folder / "model/kpis/kpis.yaml").write_text("- id: [unclosed\n")
    code, out, _ = answer(capsys, "doctor", folder)
    assert 1 == code
    assert "Is this Python new enough?" in out
    assert "model/kpis/kpis.yaml" in out


def test_a_plugin_that_is_broken_is_told(monkeypatch):
    broken = plugins.PluginInfo("bad", "pilotkit-bad", "0.1.0", enabled=False, problem="plugin 'bad' cannot be loaded.")
    monkeypatch.setattr(symptoms, "installed_plugins", lambda _: (broken,))
    (found,) = symptoms.symptoms(symptoms.plugins, None)
    assert ("warning", "plugin 'bad' cannot be loaded.") == (found.severity, found.what)


YAML = sorted((ROOT / "examples/hanoi/model").rglob("*.yaml"))
ROOMS = {"procedures": "procedure", "forms": "form"}


@pytest.mark.parametrize("name", sorted(schemas()))
def test_a_schema_is_one(name):
    jsonschema.Draft202012Validator.check_schema(schemas()[name])


def test_every_file_of_the_pilot_is_what_its_schema_says():
    known = {name: jsonschema.Draft202012Validator(each) for name, each in schemas().items()}
    wrong = {}
    for path in YAML:
        name = ROOMS.get(path.parent.name, path.stem.replace("_", "-"))
        data = json.loads(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8")), default=str))
        wrong[path.name] = [error.message for error in known[name].iter_errors(data)]
    assert {} == {name: errors for name, errors in wrong.items() if errors}


def test_a_misspelled_key_is_refused_by_the_schema():
    (error,) = jsonschema.Draft202012Validator(schemas()["quality"]).iter_errors({"claims": "gold", "shown": {}})
    assert "shown" in error.message


def test_schemas_are_printed_listed_and_written(capsys, tmp_path):
    assert "Procedure" == json.loads(answer(capsys, "schema", "procedure")[1])["title"]
    assert "model/kpis/kpis.yaml" in answer(capsys, "schema")[1]
    assert 0 == answer(capsys, "schema", "--write", tmp_path / "schemas")[0]
    assert {f"{name}.schema.json" for name in schemas()} == {path.name for path in (tmp_path / "schemas").iterdir()}


def test_a_schema_nobody_knows_is_refused_with_those_there_are(capsys):
    code, _, err = answer(capsys, "schema", "moon")
    assert 3 == code
    assert "There are articles" in " ".join(err.split())
