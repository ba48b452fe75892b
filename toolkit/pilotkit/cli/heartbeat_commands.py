"""``heartbeat``: a point or kiosk says how it is, from the machine that the deployment runs on."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from pilotkit.cli.output import say
from pilotkit.cli.package_commands import DeploymentPath


def heartbeat(
    deployment: DeploymentPath,
    point: Annotated[str, typer.Argument(help="The id of the point or kiosk, as in local/points.csv.")],
    condition: Annotated[
        Literal["working", "limited", "broken"], typer.Option("--condition", help="How it is.")
    ] = "working",
    fault: Annotated[str | None, typer.Option("--fault", help="What is wrong, as a word such as printer.")] = None,
) -> None:
    """Report how a point or kiosk is. One that is silent for ten minutes is shown as unknown, never as working."""
    from pilotkit.model.heartbeat import PointCondition
    from pilotkit.services import open_services

    with open_services(deployment) as services:
        kept = services.heartbeats.report(point, PointCondition(condition), fault)  # type: ignore[arg-type]  # Typer has seen to it
    say(f"{kept.point}: {kept.condition}{f', {kept.fault}' if kept.fault else ''}, reported at {kept.at:%H:%M}")
