"""``jobs``: the background work of a deployment's plugins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pilotkit.cli.output import AsJson, add_row, console, new_table, print_json, say
from pilotkit.cli.package_commands import DeploymentPath

if TYPE_CHECKING:
    from pilotkit.model.job import JobState


def jobs(
    deployment: DeploymentPath,
    run: Annotated[str | None, typer.Option("--run", metavar="JOB", help="Run this job now, and no other.")] = None,
    as_json: AsJson = False,
) -> None:
    """List background jobs with their last and next runs. Exit code 1: one failed the last time."""
    from pilotkit import open_services
    from pilotkit.jobs.job_runner import JobRunner

    with open_services(deployment) as services:
        runner = JobRunner(services.deployment, services.store, services.clock)
        states = {run: runner.run_once(run)} if run else runner.states()
        titles = {id_: job.title for id_, job in runner.jobs.items()}
    if as_json:
        print_json([each.model_dump(mode="json") for each in states.values()])
    elif states:
        _show(states, titles)
    else:
        say("No plugin of this deployment offers a job.")
    if any(each.failures for each in states.values()):
        raise typer.Exit(1)


def _show(states: dict[str, JobState], titles: dict[str, str]) -> None:
    table = new_table("Job", "What it does", "Last success", "Next run", "Failures", "Error")
    for id_, state in states.items():
        last = f"{state.succeeded_at:%Y-%m-%d %H:%M}" if state.succeeded_at else "never"
        add_row(table, id_, titles[id_], last, f"{state.due_at:%Y-%m-%d %H:%M}", str(state.failures), state.error)
    console.print(table)
