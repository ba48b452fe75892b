"""``import-cases``: the log of another system becomes cases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pilotkit.cli.output import AsJson, add_row, console, meter, new_table, print_json, say
from pilotkit.cli.package_commands import DeploymentPath

if TYPE_CHECKING:
    from pilotkit.importing.importer import Imported


def import_cases(
    deployment: DeploymentPath,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, Excel, Parquet, XES or .xes.gz.")],
    mapping: Annotated[Path, typer.Option(metavar="FILE", help="How its columns and words become ours.")] = Path(
        "map.toml"
    ),
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where rejected rows go; beside the file if absent.")
    ] = None,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Write a mapping to begin with instead; never over another.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Import the event log of another system. Exit code 1 when rows were rejected.

    Interrupted, it goes on where it stopped; run again, it imports nothing twice.
    """
    if suggest:
        from pilotkit.importing.mapping_suggestions import suggest as write_suggestion

        say(f"{write_suggestion(file, mapping)} is written. Correct it, then run the same command without --suggest.")
        return
    done = _imported(deployment, file, mapping, report)
    if as_json:
        print_json(vars(done))
    else:
        _print(done)
    if done.rejected:
        raise typer.Exit(1)


def _imported(deployment: Path, file: Path, mapping: Path, report: Path | None) -> Imported:
    from contextlib import closing
    from datetime import UTC, datetime

    from pilotkit.catalog.deployment import Deployment
    from pilotkit.importing.importer import import_cases as run
    from pilotkit.importing.mapping import read_mapping
    from pilotkit.storage.store import Store

    how = read_mapping(mapping)
    opened = Deployment(deployment)
    with closing(Store.of(opened)) as store, meter("Importing") as bar:
        return run(opened, store, file, how, now=datetime.now(UTC), report=report, progress=bar.step)


def _print(done: Imported) -> None:
    if done.reasons:
        table = new_table("rows", "rejected because")
        for reason, rows in list(done.reasons.items())[:20]:
            add_row(table, f"{rows:,}", reason)
        console.print(table)
    earlier = f" {done.already:,} cases were there from an earlier run." if done.already else ""
    left_out = f" {done.left_out:,} rows left out." if done.left_out else ""
    say(f"{done.rows:,} rows became {done.cases:,} cases with {done.events:,} events.{earlier}{left_out}")
    if done.report:
        say(f"{done.rejected:,} rows were rejected; each with its reason in {done.report}")
