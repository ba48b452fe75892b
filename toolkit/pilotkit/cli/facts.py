"""``facts``: the Parquet files that figures are made from."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from pilotkit.cli.output import meter, say
from pilotkit.cli.package_commands import DeploymentPath


def facts(
    deployment: DeploymentPath,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Make all of them anew.")] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on until stopped with Ctrl-C; pages then only read.")
    ] = False,
    every: Annotated[int, typer.Option(min=1, max=3600, help="Seconds between two looks, with --watch.")] = 20,
) -> None:
    """Bring the facts up to date with everything that has happened; the deployment's figures are made from them."""
    from contextlib import closing, suppress

    from pilotkit.catalog.deployment import Deployment
    from pilotkit.facts.fact_files import Facts, bring_up_to_date, keep_up_to_date
    from pilotkit.measures.measures import Measures
    from pilotkit.storage.store import Store

    def tell(made: Facts) -> None:
        say(f"{made.cases} cases stand in the facts, version {made.version}.")

    opened = Deployment(deployment)
    with closing(Store.of(opened)) as store:
        with meter("Making facts"):
            made = bring_up_to_date(opened, store, rebuild=rebuild)
        tell(made)
        if watch:
            with suppress(KeyboardInterrupt):
                for made in keep_up_to_date(opened, store, lambda: time.sleep(every)):
                    tell(made)
                    Measures(opened, store).make_ready()
