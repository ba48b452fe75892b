"""``check``, ``test``, ``simulate``, ``kpi``, ``serve``, ``plugins``: what is done with a deployment."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pilotkit.cli.output import AsJson, add_row, console, meter, new_table, print_json, say, tell
from pilotkit.cli.package_commands import DeploymentPath, parsed_day

if TYPE_CHECKING:
    from pilotkit.catalog.deployment import Deployment
    from pilotkit.model.kpi import Kpi, KpiValue

SIGNS = {"error": ("■ error", "red"), "warning": ("▲ warning", "yellow"), "notice": ("● notice", "dim")}
"""What a severity looks like."""


_ALL = Decimal(100)


class Grouping(StrEnum):
    """What figures are told apart by."""

    UNIT = "unit"
    PROCEDURE = "procedure"
    MONTH = "month"
    CHANNEL = "channel"


def check(deployment: DeploymentPath, as_json: AsJson = False) -> None:
    """Is this deployment sound? Exit code 1 when a check finds errors."""
    from pilotkit.catalog.deployment import Deployment
    from pilotkit.checks.run import run_checks

    with meter("Checking"):
        findings = run_checks(Deployment(deployment))
    errors = [finding for finding in findings if finding.severity == "error"]
    if as_json:
        print_json(
            [
                {
                    "severity": each.severity, "check": each.check, "file": each.where.file, "key": each.where.key,
                    "line": each.where.line, "message": each.message, "remedy": each.remedy,
                }
                for each in findings
            ]
        )  # fmt: skip
    else:
        for each in findings:
            tell(*SIGNS[each.severity], f"{each.where}\n  {each.message} {each.remedy}")
        say(f"{len(errors)} errors, {len(findings) - len(errors)} other findings in {deployment}.")
    if errors:
        raise typer.Exit(1)


def run_cases(deployment: DeploymentPath, as_json: AsJson = False) -> None:
    """Run the deployment's own examples of deadlines, tests/cases.yaml. Exit code 1 when one does not hold."""
    from pilotkit.casework.deadline_examples import run_examples
    from pilotkit.catalog.deployment import Deployment

    outcomes = run_examples(Deployment(deployment))
    failed = [each for each in outcomes if not each.holds]
    if as_json:
        print_json(
            [{"name": each.example.name, "expected": each.example.due, "actual": each.actual} for each in failed]
        )
    for each in failed if not as_json else ():
        tell("■", "red", f"{each.example.name}\n  expected {each.example.due}, the rules give {each.actual}")
    holding = f"{len(outcomes) - len(failed)} of {len(outcomes)} examples hold."
    say(holding if outcomes else "There are no examples in tests/cases.yaml yet.")
    if failed:
        raise typer.Exit(1)


def simulate(
    deployment: DeploymentPath,
    days: Annotated[int, typer.Option(min=1, max=3660, help="How many days.")] = 30,
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same cases.")] = 1,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="The last day; the last closed one if absent.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fill an empty deployment with a plausible stretch of days. Everything made is marked as simulated."""
    made = simulated(_opened(deployment), days, seed, parsed_day(until))
    if as_json:
        print_json({"cases": made.cases, "events": made.events, "first": made.first, "last": made.last})
        return
    say(f"{made.cases:,} cases with {made.events:,} events from {made.first} to {made.last}, seed {made.seed}.")


def simulated(deployment: Deployment, days: int, seed: int, until: date | None) -> Any:
    """Simulate with a bar; see :func:`pilotkit.simulation.month.simulate`."""
    from contextlib import closing

    from pilotkit.simulation.month import simulate as simulate_days
    from pilotkit.storage.store import Store

    with closing(Store.of(deployment)) as store, meter("Simulating") as bar:
        return simulate_days(
            deployment, store, days=days, seed=seed, last=until or last_closed_day(deployment), progress=bar.share
        )


def kpi(
    deployment: DeploymentPath,
    by: Annotated[Grouping | None, typer.Option(help="One row a unit, procedure, month or channel.")] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="What was known at the end of that day.")
    ] = None,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Cases received from that day on.")] = None,
    boundaries: Annotated[
        str | None, typer.Option(metavar="DATE", help="By unit: the units of that day, whenever the cases were.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print the deployment's KPI: every figure with what it is of, as of when, and how complete.

    All cases together, the formulas of plugins stand below, with the points that they give.
    """
    from pilotkit.cli.formula_commands import plain_points, print_points
    from pilotkit.measures.formulas import index_values
    from pilotkit.measures.measures import Measures

    opened = _opened(deployment)
    measures, day = Measures(opened), parsed_day(as_of)
    moment, of_all = measures.end_of(day) if day else None, by is None and since is None
    with meter("Counting"):
        values = measures.values(
            by=by.value if by else None, since=parsed_day(since), as_of=moment, boundaries=parsed_day(boundaries)
        )
        indices = index_values(opened, measures, as_of=moment) if of_all else ()
    if as_json:
        simulated_too = {"simulated": measures.simulated_until is not None}
        counted = [
            value.model_dump(mode="json") | {"percent": value.percent, "amount": value.amount} for value in values
        ]
        print_json([each | simulated_too for each in (*counted, *plain_points(indices))])
        return
    _print_values(opened, values, by)
    print_points(indices, opened.settings.deployment.languages[0])
    for name, missing in measures.missing_attributes().items():
        tell("▲", "yellow", f"{name} cannot be measured: no case has the attribute {', '.join(missing)}.")
    if measures.simulated_until:
        say("These figures are simulated: they say nothing about any office.")


def serve(
    deployment: DeploymentPath,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8000,
    host: Annotated[str, typer.Option(help="Loopback, unless a proxy stands in front.")] = "127.0.0.1",
) -> None:
    """Serve the deployment's pages until stopped with Ctrl-C."""
    from pilotkit.storage.store import Store
    from pilotkit.web.server import serve as serve_pages

    opened = _opened(deployment)
    Store.of(opened).close()  # a database that cannot be used is said now, not on the first page
    serve_pages(opened, host=host, port=port, started=lambda address: say(f"{address} (Ctrl-C stops)"))


def plugins(
    deployment: Annotated[Path | None, typer.Argument(metavar="DEPLOYMENT", help="Mark those it uses.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the installed plugins: what each adds, its quality, and whether a deployment uses it.

    A broken one is named with what to do, and does not hide the others. Exit code 6 when there is one.
    """
    from pilotkit.catalog.deployment import CORE
    from pilotkit.catalog.plugins import installed_plugins
    from pilotkit.errors import PluginError
    from pilotkit.settings import read_settings
    from pilotkit.testing.claims import claim_of

    enabled = [CORE, *read_settings(deployment).plugins.enabled] if deployment else [CORE]
    found = installed_plugins(enabled)
    claims = {each.name: str(claim.claims) if (claim := claim_of(each.name)) else "none" for each in found}
    if as_json:
        print_json([{**vars(each), "quality": claims[each.name]} for each in found])
    else:
        table = new_table("Plugin", "Version", "Used", "Quality", "Hooks")
        for each in found:
            hooks = "broken" if each.problem else ", ".join(each.hooks)
            add_row(table, each.name, each.version, "yes" if each.enabled else "no", claims[each.name], hooks)
        console.print(table)
        for each in found:
            if each.problem:
                tell("■", "red", each.problem)
    if any(each.problem for each in found):
        raise typer.Exit(PluginError.exit_code)


def last_closed_day(deployment: Deployment) -> date:
    """Return the last local day whose offices have closed."""
    calendar = deployment.catalog.working_time
    now = datetime.now(calendar.zone)
    closes = deployment.settings.calendar.closes
    return now.date() if now.time() >= closes else now.date() - timedelta(days=1)


def _opened(folder: Path) -> Deployment:
    from pilotkit.catalog.deployment import Deployment

    return Deployment(folder)


def _said(kpi: Kpi, value: KpiValue) -> str:
    if not value.is_measurable:
        return "not measurable"
    if value.percent is not None:
        return f"{value.percent:.1f}%{'≈' if value.apportioned else ''}"
    return f"{value.amount:,} {'' if kpi.unit == 'number' else kpi.unit}".rstrip()


def _how_complete(value: KpiValue) -> str:
    """Return a line of its own where it is not of all that it should be of; never rounded up."""
    if value.completeness is None or value.completeness == _ALL:
        return ""
    return f"\n({value.completeness.quantize(Decimal('0.1'), ROUND_DOWN)}%)"


def _print_values(deployment: Deployment, values: tuple[KpiValue, ...], by: Grouping | None) -> None:
    catalog, language = deployment.catalog, deployment.settings.deployment.languages[0]
    names: dict[Any, str] = {
        **{(code, valid_from): unit.name for (_, code, valid_from), unit in catalog.lineage.units.items()},
        **{code: procedure.name.in_language(language) for code, procedure in catalog.procedures.items()},
    }
    table = new_table(by.value.capitalize() if by else "Of", "KPI", "Of", "Value")
    table.columns[2].justify = table.columns[3].justify = "right"
    for value in values:
        key = value.unit or value.procedure or value.month or value.channel
        measured = catalog.kpi(value.kpi)
        name = names.get((key, value.unit_from) if value.unit_from else key, key) if key else "all"
        add_row(
            table,
            name,
            measured.name.in_language(language),
            f"{value.numerator:,} / {value.denominator:,}" if value.statistic == "share" else f"{value.denominator:,}",
            _said(measured, value) + _how_complete(value),
        )
    console.print(table)
    if values:
        as_of = values[0].as_of.astimezone(catalog.working_time.zone)
        say(f"As of {as_of:%Y-%m-%d %H:%M}, boundaries {values[0].location_version}.")
    complete = all(value.completeness in {None, _ALL} for value in values)
    say("Every figure is complete." if complete else "(%): how complete a figure is.")
    if any(value.apportioned for value in values):
        say("≈: a share of a divided unit's cases is among them, so they are not counted case by case.")
