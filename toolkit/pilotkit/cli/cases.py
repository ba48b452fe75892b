"""``rebuild``: is every case what its events made it?"""

from __future__ import annotations

from typing import Annotated

import typer

from pilotkit.cli.output import AsJson, meter, print_json, say, tell
from pilotkit.cli.packages import DeploymentPath


def rebuild(
    deployment: DeploymentPath,
    write: Annotated[bool, typer.Option("--write", help="Replace each state that differs.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compare every case with what its events make of it. Exit code 1 when one differs and is not written anew."""
    from contextlib import closing

    from pilotkit.casework.projection import differing
    from pilotkit.catalog.deployment import Deployment
    from pilotkit.storage.store import Store

    with closing(Store.of(Deployment(deployment))) as store, meter("Reading histories"):
        found = list(differing(store))
        for _, made in found if write else ():
            store.project(made)
        total = store.extent().cases
    if as_json:
        print_json([{"stored": stored, "made": made, "written": write} for stored, made in found])
    for stored, made in found if not as_json else ():
        tell("■", "red", f"{stored.code}: stored as {stored.status}, its events make it {made.status}")
    mended = f" {len(found)} written anew." if write else ""
    say(f"{total - len(found)} of {total} cases are what their events made them.{mended}")
    if found and not write:
        raise typer.Exit(1)
