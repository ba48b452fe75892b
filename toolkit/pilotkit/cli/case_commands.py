"""``rebuild``: is every case what its events made it?"""

from __future__ import annotations

from typing import Annotated

import typer

from pilotkit.cli.output import AsJson, meter, print_json, say, tell
from pilotkit.cli.package_commands import DeploymentPath


def rebuild(
    deployment: DeploymentPath,
    write: Annotated[bool, typer.Option("--write", help="Replace each state that differs.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compare every case with what its events make of it. Exit code 1 when one differs and is not written anew."""
    from contextlib import closing

    from pilotkit.casework.case_state import differing
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


def migrate(
    deployment: DeploymentPath,
    plan: Annotated[bool, typer.Option("--plan", help="Only say which cases would go which way.")] = False,
    as_json: AsJson = False,
) -> None:
    """After an upgrade: let open cases go the way their procedure declares. Exit code 1 when one could not."""
    from collections import Counter

    from pilotkit.services import open_services

    with open_services(deployment) as services, meter("Looking at open cases"):
        found = list(services.procedure_migration.run(only_tell=plan))
    if as_json:
        print_json(found)
    else:
        for each in (each for each in found if each.problem):
            tell("■", "red", f"{each.case}: {each.problem}")
        ways = Counter(each.way for each in found if not each.problem)
        say(
            f"{ways['pinned']} cases keep the version they were received under, {ways['migratable']} "
            f"{'would go' if plan else 'went'} over, {ways['close_and_reopen']} "
            f"{'would be' if plan else 'were'} closed and opened again."
        )
    if any(each.problem for each in found):
        raise typer.Exit(1)


def deliver(
    deployment: DeploymentPath,
    limit: Annotated[int, typer.Option(min=1, help="How many events at most.")] = 100_000,
) -> None:
    """Tell plugins what happened to cases, where the web server does not run. Exit code 1 when some did not hear it."""
    from contextlib import closing

    from pilotkit.casework.event_delivery import deliver as tell_plugins
    from pilotkit.catalog.deployment import Deployment
    from pilotkit.storage import outbox
    from pilotkit.storage.store import Store

    opened, told = Deployment(deployment), 0
    with closing(Store.of(opened)) as store, meter("Telling plugins"):
        while told < limit and (heard := tell_plugins(opened, store, min(500, limit - told))):
            told += heard
        with store.read_session() as session:
            left, attempts = outbox.waiting(session)
    say(f"Plugins have heard of {told} events; {left} are still in the outbox.")
    if attempts:
        tell("▲", "yellow", "A plugin failed to hear some. The log names it; it is told again later.")
        raise typer.Exit(1)
