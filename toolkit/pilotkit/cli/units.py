"""``units``: what a change of administrative units does, and making it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pilotkit.cli.output import AsJson, add_row, console, meter, new_table, print_json, say, tell
from pilotkit.cli.package_commands import DeploymentPath

if TYPE_CHECKING:
    from pilotkit.boundaries.impact import ChangeImpact


class Deed(StrEnum):
    """What is asked of a change of units."""

    IMPACT = "impact"
    APPLY = "apply"


def units(
    deed: Annotated[Deed, typer.Argument(help="impact: say what the change does; apply: make it.")],
    deployment: DeploymentPath,
    change: Annotated[Path, typer.Argument(metavar="CHANGE.csv", help="Who takes over from whom, from which day on.")],
    actor: Annotated[str, typer.Option(help="For apply: the office that does it, as each case's history names it.")] = (
        "administration"
    ),
    as_json: AsJson = False,
) -> None:
    """Merge, split and rename units. Open cases go with their unit; history keeps its own codes.

    Interrupted, apply goes on where it stopped when it is run again. Stop the web server before, and start it after.
    """
    if deed is Deed.IMPACT:
        _print_impact(_impact(deployment, change), as_json=as_json)
    else:
        _apply(deployment, change, actor, as_json=as_json)


def _impact(folder: Path, file: Path) -> ChangeImpact:
    from contextlib import closing

    from pilotkit.boundaries.impact import impact_of
    from pilotkit.boundaries.unit_change import read_change
    from pilotkit.catalog.deployment import Deployment
    from pilotkit.storage.store import Store

    opened = Deployment(folder)
    read = read_change(opened.catalog, file)
    with closing(Store.of(opened)) as store, meter("Counting"):
        return impact_of(opened, store, read)


def _print_impact(impact: ChangeImpact, *, as_json: bool) -> None:
    if as_json:
        print_json(impact)
        return
    table = new_table("Unit", "What", "Successor", "Share", "Open cases", "Points", "Accounts", "Targets")
    for unit in impact.units:
        for number, each in enumerate(unit.successors):
            first = number == 0
            add_row(
                table, f"{unit.code} {unit.name}" if first else "", unit.kind.replace("_", " ") if first else "",
                f"{each.code} {each.name}", each.share, f"{each.open_cases:,}", str(each.points), str(each.accounts),
                f"{unit.targets_passed_on} passed on, {unit.targets_over} over" if first else "",
            )  # fmt: skip
    console.print(table)
    for unit in impact.units:
        if unit.code_passes_to:
            tell("▲", "yellow", f"Code {unit.code} named {unit.name}; it names {unit.code_passes_to} from then on.")
        if unit.apportioned:
            tell(
                "▲",
                "yellow",
                f"{unit.name}: {unit.all_cases:,} cases are divided by shares in its successors' figures.",
            )
    for conflict in impact.conflicts:
        goals = f"goals {', '.join(conflict.goals)} become {conflict.kept}"
        tell("▲", "yellow", f"{conflict.successor}, {conflict.kpi}: {goals}.")
    for code in impact.undivided_back:
        tell("▲", "yellow", f"{code}: figures cannot be shown under earlier boundaries; nothing says how to divide it.")
    recorded = " It is recorded here already." if impact.is_recorded else ""
    total = sum(unit.open_cases for unit in impact.units)
    say(f"From {impact.since} on: {len(impact.units)} units end, {total:,} open cases are handed over.{recorded}")


def _apply(folder: Path, file: Path, actor: str, *, as_json: bool) -> None:
    from datetime import UTC, datetime

    from pilotkit.boundaries.apply_change import apply_change
    from pilotkit.storage.store import Store

    with meter("Handing cases over") as bar:
        done = apply_change(
            folder, Store.of, file, actor, datetime.now(UTC), progress=lambda count: bar.step(f"{count:,} handed over")
        )
    if as_json:
        print_json({"since": done.change.since, "files": done.files, "handed_over": done.handed_over})
        return
    for name in done.files:
        tell("■", "green", name)
    say(f"{len(done.change.ended)} units have ended, {done.handed_over:,} open cases were handed over.")
