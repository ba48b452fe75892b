"""The commands, as a person or a script meets them: answers on standard output, words on standard error, exit codes."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
import typer

from pilotkit import Command, Deployment, hookimpl
from pilotkit.cli.app import COMMANDS, app, run
from pilotkit.testing import tiny_deployment

_ASK_VERSION = "import sys; sys.argv[1:] = ['--version']; from pilotkit.cli.main import main; main()"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tiny_deployment(tmp_path / "town")


def answer(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = run([str(argument) for argument in arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_the_version_is_told_without_loading_the_commands() -> None:
    told = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", _ASK_VERSION],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.startswith("pilotkit 0.")
    assert not {"pydantic", "typer", "rich"} & {line.rsplit("|", 1)[-1].strip() for line in told.stderr.splitlines()}


def test_every_command_says_what_it_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    for command in COMMANDS:
        code, out, _ = answer(capsys, command, "--help")
        assert 0 == code
        assert "Usage: pilotkit " + command in " ".join(out.split())


def test_a_word_that_is_no_command_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = answer(capsys, "fly")
    assert 2 == code
    assert "No such command 'fly'" in err


def test_a_folder_that_is_no_deployment_is_refused_in_one_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, _, err = answer(capsys, "check", tmp_path)
    assert 3 == code
    assert "it has no pilot.toml. Name a folder that 'pilotkit new' made" in " ".join(err.split())


def test_a_script_gets_errors_as_json_too(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "model/kpis/kpis.yaml").write_text("- id: [unclosed\n")
    code, out, _ = answer(capsys, "kpi", folder, "--json")
    assert 3 == code
    assert "model/kpis/kpis.yaml" == json.loads(out)["error"]["where"]["file"]


def test_check_is_silent_about_a_sound_deployment_and_exits_0(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    code, out, _ = answer(capsys, "check", folder, "--json")
    assert 0 == code
    assert "error" not in {finding["severity"] for finding in json.loads(out)}


def test_check_exits_1_and_names_the_place_of_an_error(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    kpis = "- {id: odd, name: {en: Odd}, question: {en: Q?}, numerator_name: {en: a}, denominator_name: {en: b}, numerator: nowhere = 1, reference: charter, certainty: high}\n"  # noqa: E501
    broken = tiny_deployment(tmp_path / "broken", {"model/kpis/kpis.yaml": kpis})
    code, out, _ = answer(capsys, "check", broken, "--json")
    found = [(each["check"], each["key"]) for each in json.loads(out) if each["severity"] == "error"]
    assert 1 == code
    assert ("kpis", "odd.numerator") in found


def test_check_names_a_target_that_can_never_be_measured(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    kpis = "- {id: wired, name: {en: a}, question: {en: Q?}, numerator_name: {en: a}, denominator_name: {en: b}, of: points, numerator: online, reference: charter, certainty: high}\n"  # noqa: E501
    target = "wired,PA-01,warden-01,60,2025-07-01,2025-07-31,charter,high"
    targets = f"kpi,unit,head,goal,assigned,due,reference,certainty\n{target}\n"
    files = {"model/kpis/kpis.yaml": kpis, "model/kpis/goals.yaml": "[]\n", "local/targets.csv": targets}
    code, out, _ = answer(capsys, "check", tiny_deployment(tmp_path / "town", files), "--json")
    found = [each["message"] for each in json.loads(out) if each["check"] == "kpis"]
    assert 1 == code
    assert ["'wired' counts points, which have no days: a target on it can never be measured."] == found


def test_a_kiosk_reports_from_the_machine_it_runs_on(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    code, _, words = answer(capsys, "heartbeat", folder, "kiosk-1", "--condition", "limited", "--fault", "printer")
    assert (0, True) == (code, "kiosk-1: limited, printer, reported at" in words)
    code, _, words = answer(capsys, "heartbeat", folder, "kiosk-1", "--fault", "printer")
    assert (3, True) == (code, "Report it as limited" in words)
    code, _, words = answer(capsys, "heartbeat", folder, "kiosk-9")
    assert (True, True) == (code != 0, "no service point 'kiosk-9'" in words)


def test_simulate_then_kpi_gives_figures_with_what_they_are_of(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    code, out, _ = answer(capsys, "simulate", folder, "--days", 10, "--seed", 4, "--until", "2025-07-28", "--json")
    made = json.loads(out)
    assert (0, "2025-07-19") == (code, made["first"])
    code, out, _ = answer(capsys, "kpi", folder, "--by", "unit", "--json")
    values = json.loads(out)
    total = next(value for value in values if value["kpi"] == "online_share" and value["unit"] is None)
    assert 0 == code
    assert made["cases"] == total["denominator"]
    assert "100.0000" == total["completeness"]
    _, out, said = answer(capsys, "kpi", folder)
    assert ("%)" in out) != ("Every figure is complete." in said)
    code, out, _ = answer(capsys, "kpi", folder, "--as-of", "2025-07-20", "--json")
    assert json.loads(out)[0]["denominator"] < made["cases"]


@pytest.mark.parametrize("command", [["kpi"], ["kpi", "--json"], ["check"], ["plugins"]])
def test_a_command_ends_without_a_word_from_the_libraries_below(command: list[str], folder: Path) -> None:
    run(["simulate", str(folder), "--days", "3", "--until", "2025-07-28"])
    program = "import sys; from pilotkit.cli.main import main; main()"
    ended = subprocess.run(
        [sys.executable, "-c", program, command[0], str(folder), *command[1:]],
        capture_output=True,
        text=True,
        check=True,
    )
    assert [] == [line for line in ended.stderr.splitlines() if not line.startswith("✓")]


def test_a_second_simulation_is_refused(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    answer(capsys, "simulate", folder, "--days", 3, "--until", "2025-07-28")
    code, _, err = answer(capsys, "simulate", folder, "--days", 3, "--until", "2025-07-28")
    assert 3 == code
    assert "holds cases already" in err


def test_figures_are_printed_for_people_in_a_table(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    answer(capsys, "simulate", folder, "--days", 10, "--until", "2025-07-28")
    code, out, err = answer(capsys, "kpi", folder, "--by", "month")
    assert 0 == code
    assert "2025-07" in out
    assert "As of 2025-07-28 17:00" in err


def test_rebuild_finds_and_mends_a_state_that_its_events_did_not_make(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    answer(capsys, "simulate", folder, "--days", 5, "--until", "2025-07-28")
    assert 0 == answer(capsys, "rebuild", folder)[0]
    with closing(sqlite3.connect(folder / "var/pilot.db")) as database:
        database.execute("UPDATE cases SET status = 'withdrawn' WHERE id = 1")
        database.commit()
    code, out, _ = answer(capsys, "rebuild", folder)
    assert (1, True) == (code, "stored as withdrawn" in out)
    assert 0 == answer(capsys, "rebuild", folder, "--write", "--json")[0]
    assert 0 == answer(capsys, "rebuild", folder)[0]


def test_an_audit_from_key_to_verdict(
    capsys: pytest.CaptureFixture[str], folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = json.loads(answer(capsys, "audit", "new-key", "--json")[1])
    monkeypatch.setenv("PILOTKIT_AUDIT_KEY", keys["private"])
    answer(capsys, "simulate", folder, "--days", 5, "--until", "2025-07-28")
    (tmp_path / "kept.json").write_text(answer(capsys, "audit", "checkpoint", folder)[1])
    verifying = ("audit", "verify", folder, "--public-key", keys["public"], "--checkpoint", tmp_path / "kept.json")
    code, _, err = answer(capsys, *verifying)
    assert (0, True) == (code, "are whole; signed until record 1" in err)
    with closing(sqlite3.connect(folder / "var/pilot.db")) as database:
        database.execute("DELETE FROM case_events WHERE id = 3")
        database.commit()
    code, out, _ = answer(capsys, *verifying)
    assert (1, True) == (code, "were changed" in out)
    assert 2 == answer(capsys, "audit", "verify", folder)[0]
    assert 2 == answer(capsys, "audit", "checkpoint")[0]


def test_a_date_that_is_none_is_a_usage_error(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    code, _, err = answer(capsys, "kpi", folder, "--as-of", "yesterday")
    assert 2 == code
    assert "'yesterday' is not a date like 2025-07-30." in err


def test_examples_of_deadlines_that_hold_exit_0_and_that_do_not_exit_1(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    example = "- {{name: Friday, procedure: ZZ-101, channel: in_person, received: 2025-07-25T09:00:00, due: {due}}}\n"
    for due, expected in (("2025-07-28T17:00:00", 0), ("2025-07-29T17:00:00", 1)):
        town = tiny_deployment(tmp_path / str(expected), {"tests/cases.yaml": example.format(due=due)})
        code, out, _ = answer(capsys, "test", town)
        assert expected == code
        assert (expected == 1) == ("the rules give 2025-07-28 17:00:00" in out)


def test_pack_inspect_and_new_pass_a_model_from_one_deployment_to_another(
    capsys: pytest.CaptureFixture[str], folder: Path, tmp_path: Path
) -> None:
    template = Path(__file__).parents[3] / "templates" / "province"
    settings = (folder / "pilot.toml").read_text()
    (folder / "pilot.toml").write_text(settings.replace('template = "model/template"', f'template = "{template}"'))
    code, out, _ = answer(capsys, "pack", folder, "-o", tmp_path, "--json")
    packed = json.loads(out)
    assert 0 == code
    code, out, _ = answer(capsys, "inspect", packed["path"], "--json")
    assert (0, packed["identity"]) == (code, json.loads(out)["identity"])
    units = tmp_path / "units.csv"
    units.write_text(
        "scheme,code,valid_from,name,kind,level,parent\n"
        "zz,QB,2024-01-01,Quartz Bay,municipality,province,\nzz,QB-01,2024-01-01,Old Pier,ward,commune,QB\n"
    )
    answers = tmp_path / "answers.toml"
    answers.write_text(f'units_file = "{units}"\nassigned_on = "2025-07-01"\ndue_on = "2025-07-30"\n')
    made = tmp_path / "quartz"
    code, out, err = answer(
        capsys,
        "new",
        packed["path"],
        "--province",
        "QB",
        "-o",
        made,
        "--answers",
        answers,
        "--no-input",
        "--json",
        "--allow-unsigned",
    )
    assert 0 == code, err
    own = Deployment(made).catalog
    assert ("Quartz Bay", {"QB", "QB-01"}) == (own.province.name, set(own.units))
    assert date(2025, 7, 30) == own.targets[0].due


def test_new_asks_its_questions_and_takes_what_is_typed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    donor = Path(__file__).parents[3] / "examples" / "hanoi"
    answer(capsys, "pack", donor, "-o", tmp_path)
    package = next(tmp_path.glob("*.zip"))
    asked: list[str] = []

    def typed(text: str, default: str, show_default: bool) -> str:
        asked.append(text)
        return "0999 888 777" if "hotline" in text.lower() or "đường dây nóng" in text.lower() else default

    monkeypatch.setattr("pilotkit.cli.package_commands.typer.prompt", typed)
    code, _, err = answer(capsys, "new", package, "--province", "04", "-o", tmp_path / "made", "--allow-unsigned")
    assert 0 == code, err
    assert len(asked) <= 6
    assert "0999 888 777" == Deployment(tmp_path / "made").catalog.contacts["hotline"].phone


@pytest.mark.parametrize("name", ["[/b]Harbour", "[red]", "{x} %s", "[link=file:///etc]here[/link]"])
def test_names_from_files_are_printed_literally(capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str) -> None:
    town = tiny_deployment(
        tmp_path / "t", {"tests/cases.yaml": json.dumps([_wrong(name)])}, deployment__name={"en": name}
    )
    units = town / "local/units.csv"
    units.write_text(units.read_text(encoding="utf-8").replace("North Quay", name), encoding="utf-8")
    assert name in answer(capsys, "test", town)[1]
    answer(capsys, "simulate", town, "--days", 5, "--until", "2025-07-28")
    monitor = answer(capsys, "kpi", town, "--by", "unit")
    assert (0, True) == (monitor[0], name in monitor[1])
    assert "Traceback" not in answer(capsys, "check", town)[2]


def test_nothing_from_a_file_commands_the_terminal(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    town = tiny_deployment(tmp_path / "t", {"tests/cases.yaml": json.dumps([_wrong("\u001b[2Jgone")])})
    out = answer(capsys, "test", town)[1]
    assert "\x1b" not in out
    assert "\N{REPLACEMENT CHARACTER}[2Jgone" in out


def _wrong(name: str) -> dict[str, str]:
    return {
        "name": name, "procedure": "ZZ-101", "channel": "online",
        "received": "2025-07-25T09:00:00", "due": "2025-07-25T10:00:00",
    }  # fmt: skip


def test_figures_say_that_they_are_simulated(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    answer(capsys, "simulate", folder, "--days", 5, "--until", "2025-07-28")
    assert "These figures are simulated" in answer(capsys, "kpi", folder)[2]
    assert all(value["simulated"] for value in json.loads(answer(capsys, "kpi", folder, "--json")[1]))


def test_a_database_that_cannot_be_used_is_said_before_anything_is_served(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    (folder / "var").mkdir()
    (folder / "var/pilot.db").write_text("no database" * 200)
    code, _, err = answer(capsys, "serve", folder, "--port", 0)
    assert (5, True) == (code, "cannot be opened" in err)


def test_plugins_lists_what_is_installed_and_what_a_deployment_uses(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    code, out, _ = answer(capsys, "plugins", folder, "--json")
    used = {each["name"]: each["enabled"] for each in json.loads(out)}
    assert 0 == code
    assert used["core"]
    assert not used["board"]


def test_a_plugins_command_is_found_by_its_name(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from pilotkit.catalog import plugins

    class Greeter:
        @hookimpl
        def register_commands(self) -> tuple[Command, ...]:
            return (Command("greet", lambda: typer.echo("good morning"), "Say something kind."),)

    host = plugins.PluginHost([], [("greeter", Greeter())])
    monkeypatch.setattr(plugins, "PluginHost", lambda names: host)
    monkeypatch.setattr(app, "registered_commands", list(app.registered_commands))
    code, out, _ = answer(capsys, "greet")
    assert (0, "good morning\n") == (code, out)
