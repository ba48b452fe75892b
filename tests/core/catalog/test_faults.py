"""A broken plugin is named with what to do, and the others run on where nothing that remains is wrong without it."""

import logging

import pytest

from pilotkit import Deployment, PluginError
from pilotkit.catalog import plugins
from pilotkit.catalog.plugins import PluginHost, installed_plugins
from pilotkit.checks.run import run_checks
from pilotkit.cli.app import run
from pilotkit.data import DuplicateError
from pilotkit.testing import tiny_deployment

HEAD = "from pilotkit import Command, LocalText, hookimpl\n"
GOOD = HEAD + "@hookimpl\ndef register_commands():\n    return (Command('greet', lambda: print('hello'), 'Greet.'),)\n"
PAGES = "@hookimpl\ndef register_pages():\n    return ()\n"
CALENDAR = "@hookimpl\ndef register_calendars():\n    return ()\n"
BROKEN = {
    "an exception at load": (HEAD + PAGES + "raise KeyError('goal')\n", "KeyError: 'goal'"),
    "a misspelled hook": (HEAD + PAGES.replace("pages", "pagess"), "did you mean 'register_pages'?"),
    "a wrong argument": (HEAD + PAGES.replace("()", "(moon)", 1), "takes other arguments"),
    "a wrong return type": (HEAD + PAGES.replace("return ()", "return []"), "not a tuple"),
    "an exception when asked": (HEAD + PAGES.replace("return ()", "raise ValueError('no')"), "ValueError: no"),
}


def serving(folder, *names):
    return Deployment(tiny_deployment(folder, plugins__enabled=list(names)))


@pytest.mark.parametrize(("source", "said"), BROKEN.values(), ids=BROKEN)
def test_pages_that_are_broken_are_named_and_everything_else_runs_on(install, tmp_path, caplog, web, source, said):
    install("bad", source)
    deployment = serving(tmp_path / "town", "bad", "portal")
    assert 200 == web(deployment).get("/en/procedures").status_code
    assert ["bad"] == list(deployment.plugins.set_aside)
    assert said in str(deployment.plugins.set_aside["bad"])
    assert "plugin 'bad'" in caplog.text
    assert "goes on without it" in caplog.text


@pytest.mark.parametrize(("source", "said"), BROKEN.values(), ids=BROKEN)
def test_a_check_finds_a_plugin_that_was_set_aside(install, tmp_path, source, said):
    install("bad", source)
    findings = [each for each in run_checks(serving(tmp_path / "town", "bad")) if each.check == "plugins"]
    assert [("error", "pilot.toml")] == [(each.severity, each.where.file) for each in findings]
    assert said in f"{findings[0].message} {findings[0].remedy}"


@pytest.mark.parametrize(
    "source",
    [
        HEAD + PAGES + CALENDAR + "raise KeyError('goal')\n",
        HEAD + "def register_calendar(: pass\n",
        HEAD + CALENDAR.replace("calendars", "calendarss"),
        HEAD + "raise KeyError('goal')\n",
    ],
    ids=["has a calendar", "cannot be read", "may have meant a calendar", "says nothing of itself"],
)
def test_a_plugin_that_deadlines_may_hang_on_is_not_gone_on_without(install, tmp_path, source):
    install("bad", source)
    with pytest.raises(PluginError, match="plugin 'bad'"):
        serving(tmp_path / "town", "bad")


def test_two_plugins_with_one_code_are_both_named(install, tmp_path):
    kpi = (
        "from pilotkit import Kpi\nW = LocalText({'en': 'x'})\n@hookimpl\ndef register_kpis():\n"
        "    return (Kpi(id='same', name=W, question=W, numerator_name=W, denominator_name=W, numerator='TRUE',"
        " reference='charter', certainty='high'),)\n"
    )
    install("one", HEAD + kpi)
    install("two", HEAD + kpi)
    with pytest.raises(DuplicateError, match="KPI 'same' is offered by 'one' and by 'two'"):
        _ = serving(tmp_path / "town", "one", "two").catalog


def test_a_slow_plugin_is_named_with_what_to_do(install, monkeypatch, caplog):
    monkeypatch.setattr(plugins, "SLOW_SECONDS", 0.0)
    install("lazy", GOOD)
    with caplog.at_level(logging.WARNING):
        PluginHost(["lazy"])
    assert "plugin 'lazy' took" in caplog.text
    assert "Import what is slow inside the hook that needs it." in caplog.text


def test_listing_names_a_broken_plugin_and_lists_the_others(install, capsys):
    install("bad", HEAD + "raise KeyError('goal')\n")
    install("good", GOOD)
    found = {each.name: each for each in installed_plugins()}
    assert ("register_commands",) == found["good"].hooks
    assert "KeyError: 'goal'" in found["bad"].problem
    assert 6 == run(["plugins"])
    assert "plugin 'bad' cannot be loaded" in " ".join(capsys.readouterr().out.split())


def test_a_command_works_beside_a_plugin_that_is_broken(install, capsys):
    install("bad", HEAD + "raise KeyError('goal')\n")
    install("good", GOOD)
    try:
        assert 0 == run(["greet"])
    finally:
        forget("greet")
    said = capsys.readouterr()
    assert "hello\n" == said.out
    assert "plugin 'bad' cannot be loaded" in " ".join(said.err.split())


def test_of_two_commands_with_one_name_the_first_is_used_and_both_are_named(install, capsys):
    install("one", GOOD)
    install("two", GOOD)
    try:
        assert 0 == run(["greet"])
    finally:
        forget("greet")
    assert "command 'greet' is offered by 'one' and by 'two'" in " ".join(capsys.readouterr().err.split())


def forget(command):
    from pilotkit.cli.app import app

    app.registered_commands = [each for each in app.registered_commands if each.name != command]
