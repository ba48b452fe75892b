"""``pack``, ``inspect``, ``new``: a deployment becomes a package, a package becomes a deployment."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pilotkit.cli.output import AsJson, add_row, console, meter, new_table, print_json, say

if TYPE_CHECKING:
    from pilotkit.scaffold import Question

DeploymentPath = Annotated[Path, typer.Argument(metavar="DEPLOYMENT", help="The folder with pilot.toml.")]


def pack(
    deployment: DeploymentPath,
    into: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Where the package goes.")],
    as_json: AsJson = False,
) -> None:
    """Pack a deployment's model so that others can start from it. The same model gives the same bytes."""
    from pilotkit.catalog.deployment import Deployment
    from pilotkit.packages import pack as pack_deployment

    with meter("Packing"):
        packed = pack_deployment(Deployment(deployment), into)
    if as_json:
        print_json(
            {
                "path": str(packed.path), "name": packed.info.name, "version": packed.info.version,
                "identity": packed.identity, "files": packed.files, "bytes": packed.size,
            }
        )  # fmt: skip
        return
    say(f"{packed.path}: {packed.files} files, {packed.size / 1024:.0f} KiB, identity {packed.identity[:16]}…")


def inspect(
    package: Annotated[Path, typer.Argument(metavar="PACKAGE", help="The package file.")], as_json: AsJson = False
) -> None:
    """Verify a package and say what is in it, without writing anything."""
    from pilotkit.packages import inspect as inspect_package

    contents = inspect_package(package)
    if as_json:
        print_json({"info": contents.info, "identity": contents.identity, "counts": contents.counts})
        return
    table = new_table(title=f"{contents.info.name} {contents.info.version}", show_header=False, title_justify="left")
    table.add_column()
    table.add_column(overflow="fold")
    add_row(table, "Identity", contents.identity)
    add_row(table, "Donor", contents.info.donor.name)
    add_row(table, "Licence", contents.info.licence)
    add_row(table, "Needs", f"pilotkit {contents.info.requires.pilotkit}; {', '.join(contents.info.requires.plugins)}")
    for name, count in contents.counts.items():
        add_row(table, name.replace("_", " ").capitalize().replace("Kpis", "KPI"), str(count))
    console.print(table)


def new(
    package: Annotated[Path, typer.Argument(metavar="PACKAGE", help="The package file.")],
    province: Annotated[str, typer.Option(help="The province's code or name.")],
    target: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="The folder to make.")],
    answers: Annotated[Path | None, typer.Option(help="A TOML file with answers to the template's questions.")] = None,
    no_input: Annotated[bool, typer.Option("--no-input", help="Ask nothing; take defaults.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a province's own deployment from a package: verified, rendered, checked, then put in place at once."""
    from pilotkit.scaffold import new as scaffold

    given = read_answers(answers)
    with meter("Scaffolding") as bar:

        def ask(question: Question) -> str:
            with bar.paused():
                return ask_on_screen(question)

        made = scaffold(package, province, target, given, None if no_input or as_json else ask, bar.step)
    if as_json:
        print_json(
            {
                "path": str(made.folder), "province": made.province.name, "communes": made.communes,
                "package": made.identity, "findings": len(made.findings),
            }
        )  # fmt: skip
        return
    say(f"{made.folder}: {made.province.name} with {made.communes} communes; {len(made.findings)} things to know.")
    say(f"Next: pilotkit check {made.folder}, then pilotkit serve {made.folder}")


def read_answers(path: Path | None) -> dict[str, str]:
    """Answers from a TOML file; none where there is no file.

    Raises:
        DataError: not TOML.
    """
    from pilotkit.errors import DataError, Place
    from pilotkit.reading import read_text

    if path is None:
        return {}
    try:
        data: dict[str, Any] = tomllib.loads(read_text(path, str(path)))
    except tomllib.TOMLDecodeError as problem:
        raise DataError(f"is not valid TOML: {problem}.", where=Place(str(path)), remedy="Mend the line.") from None
    return {name: str(value) for name, value in data.items()}


def ask_on_screen(question: Question) -> str:
    """What somebody types."""
    choices = f" ({', '.join(question.choices)})" if question.choices else ""
    answer: str = typer.prompt(
        f"{question.prompt}{choices}", default=question.default, show_default=bool(question.default)
    )
    return answer
