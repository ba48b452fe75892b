"""``plugin new`` and ``plugin check``: for those who write plugins."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pilotkit.cli.output import AsJson, console, print_json, say, tell
from pilotkit.model.plugin_kind import PluginKind

if TYPE_CHECKING:
    from pilotkit.testing.quality import Report

commands = typer.Typer(help="Make a plugin, and find out how good one is.", no_args_is_help=True)


@commands.command("new")
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="One word: what folder and package are called after.")],
    kind: Annotated[
        list[PluginKind] | None, typer.Option(help="What it begins with; may be given several times. All if absent.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="The folder to make; NAME if absent.")
    ] = None,
) -> None:
    """Make a plugin that installs, passes its own tests and shows in 'pilotkit plugins'."""
    from pilotkit.catalog.plugins import installed_entry_points
    from pilotkit.errors import DataError
    from pilotkit.scaffold.new_plugin import new_plugin

    if name in installed_entry_points():
        raise DataError(f"A plugin '{name}' is installed already.", remedy="Take another name.")
    target = output or Path(name)
    written = new_plugin(name, target, kind or ())
    say(f"{len(written)} files in {target}. Next:")
    for step in (f"pip install -e {target}", f"python -m pytest {target}", f"pilotkit plugin check {name}"):
        console.print(f"  {step}", soft_wrap=True)


@commands.command("check")
def check(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An installed plugin.")], as_json: AsJson = False
) -> None:
    """Hold an installed plugin against the quality scale. Exit code 1 when it is not what it claims to be."""
    from tempfile import TemporaryDirectory

    from pilotkit.testing.quality import report_on

    with TemporaryDirectory() as folder:
        report = report_on(name, Path(folder))
    if as_json:
        print_json(_as_data(report))
    else:
        _tell(report)
    if report.problems:
        raise typer.Exit(1)


def _tell(report: Report) -> None:
    for each in report.verdicts:
        words = f"{each.rule.level:<7} {each.rule.id}: {each.rule.says}"
        if not each.applies:
            tell("–", "dim", words)
        elif each.holds:
            tell("✓", "green", words)
        else:
            why = report.claim.not_yet.get(each.rule.id)
            said = [*each.problems, *([f"Not yet: {why}"] if why else [])]
            tell("■", "dim" if why else "red", "\n  ".join([words, *said]))
    for problem in report.problems:
        tell("■", "red", problem)
    say(f"{report.plugin} is {report.attained}; it claims {report.claim.claims}.")


def _as_data(report: Report) -> dict[str, object]:
    rules = [
        {
            "rule": each.rule.id, "level": each.rule.level, "applies": each.applies, "holds": each.holds,
            "problems": each.problems,
        }
        for each in report.verdicts
    ]  # fmt: skip
    told = {"attained": report.attained, "claimed": report.claim.claims, "problems": report.problems}
    return {"plugin": report.plugin, **told, "rules": rules}
