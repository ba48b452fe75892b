"""The commands and how they are run: one catch for errors made on purpose, tracebacks for bugs."""

from __future__ import annotations

from collections.abc import Callable

import typer

from pilotkit.cli import (
    accounts,
    adoption,
    audit_commands,
    backup_commands,
    case_commands,
    demo,
    deployment_commands,
    doctor,
    facts,
    formula_commands,
    heartbeat_commands,
    import_commands,
    job_commands,
    keys,
    package_commands,
    payment_commands,
    plugin_commands,
    registry_commands,
    schema,
    targets,
    units,
    upgrade_commands,
)
from pilotkit.cli.output import print_error
from pilotkit.errors import PilotkitError, PluginError
from pilotkit.model.surface import Command

app = typer.Typer(
    name="pilotkit",
    help="Package a model of public service once, run it in every province.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
COMMANDS: dict[str, Callable[..., None]] = {
    "pack": package_commands.pack,
    "evidence": package_commands.evidence,
    "inspect": package_commands.inspect,
    "new": package_commands.new,
    "upgrade": upgrade_commands.upgrade,
    "override": upgrade_commands.override,
    "diff": upgrade_commands.diff,
    "receipt": adoption.receipt,
    "check": deployment_commands.check,
    "test": deployment_commands.run_cases,
    "simulate": deployment_commands.simulate,
    "kpi": deployment_commands.kpi,
    "facts": facts.facts,
    "targets": targets.targets,
    "sign-off": targets.sign_off,
    "units": units.units,
    "index": formula_commands.index,
    "cost": formula_commands.cost,
    "serve": deployment_commands.serve,
    "plugins": deployment_commands.plugins,
    "rebuild": case_commands.rebuild,
    "migrate": case_commands.migrate,
    "import-cases": import_commands.import_cases,
    "deliver": case_commands.deliver,
    "jobs": job_commands.jobs,
    "backup": backup_commands.backup,
    "restore": backup_commands.restore,
    "audit": audit_commands.audit,
    "account": accounts.account,
    "pay": payment_commands.pay,
    "heartbeat": heartbeat_commands.heartbeat,
    "keys": keys.keys,
    "reads": keys.reads,
    "demo": demo.demo,
    "doctor": doctor.doctor,
    "schema": schema.schema,
}
GROUPS: dict[str, typer.Typer] = {"plugin": plugin_commands.commands, "registry": registry_commands.registry_app}
for _name, _command in COMMANDS.items():
    app.command(_name)(_command)
for _name, _group in GROUPS.items():
    app.add_typer(_group, name=_name)


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", help="Print the version and exit."),  # noqa: FBT001  # Typer's form
) -> None:
    if version:
        from pilotkit.version import __version__

        typer.echo(f"pilotkit {__version__}")
        raise typer.Exit


def run(arguments: list[str]) -> int:
    """Run one command line.

    Args:
        arguments: without the program's name.

    Returns:
        The exit code, as documented in :mod:`pilotkit.errors`.
    """
    try:
        if not arguments or arguments[0] not in {*COMMANDS, *GROUPS, "--version"}:
            add_plugin_commands(app)
        app(arguments, prog_name="pilotkit")
    except PilotkitError as problem:
        print_error(problem, as_json="--json" in arguments)
        return problem.exit_code
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def add_plugin_commands(to: typer.Typer) -> None:
    """Commands of every installed plugin, for a word the core does not know. A broken plugin hides no other's."""
    from pilotkit.catalog.plugins import PluginHost, installed_entry_points

    owners = dict.fromkeys([*COMMANDS, *GROUPS], "pilotkit")
    groups: dict[str, typer.Typer] = {}
    for name in installed_entry_points():
        try:
            offered = PluginHost([name]).collect("register_commands")
        except PilotkitError as problem:
            print_error(problem, as_json=False)
            continue
        for added in (offer.value for offer in offered):
            words = _words_of(added)
            if words in owners:
                print_error(_offered_twice(words, owners[words], name), as_json=False)
                continue
            owners[words] = name
            where = groups.setdefault(added.group, typer.Typer(no_args_is_help=True)) if added.group else to
            where.command(added.name, help=added.help)(added.run)
    for name, group in groups.items():
        to.add_typer(group, name=name)


def _words_of(command: Command) -> str:
    return f"{command.group} {command.name}" if command.group else command.name


def _offered_twice(command: str, first: str, second: str) -> PilotkitError:
    return PluginError(
        f"command '{command}' is offered by '{first}' and by '{second}'; the one of '{first}' is used.",
        remedy=f"Remove one of the two plugins, or rename the command of '{second}'.",
    )
