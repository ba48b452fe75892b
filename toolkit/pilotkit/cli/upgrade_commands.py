"""``upgrade``, ``override``, ``diff``: the next version of a package, and what is ours on top of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pilotkit.cli.output import AsJson, console, meter, print_json, say, tell
from pilotkit.cli.package_commands import (
    AllowUnsigned,
    DeploymentPath,
    RegistryPlace,
    RegistryRoot,
    ask_on_screen,
    named_registry,
    read_answers,
    warn_of_unsigned,
)
from pilotkit.model.plain_data import PlainData

if TYPE_CHECKING:
    from pilotkit.model.upgrade import Notice, Ours, ProcedureChange, Unresolved, UpgradePlan, ValueChange
    from pilotkit.scaffold.questions import TemplateQuestion

_SHOWN = 12
_SIGNS = {"added": "+", "removed": "-", "changed": "~", "renamed": "~"}


def upgrade(
    deployment: DeploymentPath,
    package: Annotated[
        Path | None,
        typer.Argument(metavar="PACKAGE", help="A package file, or a folder of them. Absent: the same one."),
    ] = None,
    to: Annotated[
        str | None, typer.Option(metavar="VERSION", help="Which version of the registry, or of a folder of packages.")
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Only show what would happen.")] = False,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the plan as one page.")] = None,
    language: Annotated[str | None, typer.Option(help="The language of that page; the main one.")] = None,
    answers: Annotated[Path | None, typer.Option(help="A TOML file with answers that are new or changed.")] = None,
    no_input: Annotated[bool, typer.Option("--no-input", help="Ask nothing; take defaults.")] = False,
    registry: RegistryPlace = None,
    root: RegistryRoot = None,
    allow_unsigned: AllowUnsigned = False,
    allow_downgrade: Annotated[bool, typer.Option("--allow-downgrade", help="Also to an older version.")] = False,
    rollback: Annotated[bool, typer.Option("--rollback", help="Take the last upgrade back, byte for byte.")] = False,
    force: Annotated[bool, typer.Option("--force", help="With --rollback: also files edited since.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take a deployment to another version of its package, keeping what is its own. Exit code 1: a person is needed."""
    from pilotkit.upgrades.package_source import PackageSource
    from pilotkit.upgrades.upgrade import plan_upgrade
    from pilotkit.upgrades.upgrade import upgrade as carry_out

    if rollback:
        _take_back(deployment, also_edited=force, as_json=as_json)
        return
    given = read_answers(answers)
    source = PackageSource(package, to, named_registry(registry, root), allow_unsigned)
    with meter("Upgrading") as bar:

        def ask(question: TemplateQuestion) -> str:
            with bar.paused():
                return ask_on_screen(question)

        asking = None if no_input or as_json or plan else ask
        work = plan_upgrade if plan else carry_out
        told = work(deployment, source, given, asking, bar.step, allow_downgrade=allow_downgrade)
    if told.voucher == "nobody":
        warn_of_unsigned(f"{told.package} {told.offered}", told.offered_identity)
    if html is not None:
        _write_page(told, deployment, html, language)
    if as_json:
        print_json(told)
    else:
        _print_plan(told)
        if not plan:
            say(f"{deployment}: {told.package} {told.installed} → {told.offered}.")
            if any(each.open_cases for each in told.procedures):
                say(f"Next: pilotkit migrate {deployment} --plan")
    if told.unresolved or told.blocked:
        raise typer.Exit(1)


def override(
    deployment: DeploymentPath,
    key: Annotated[str, typer.Argument(metavar="KEY", help="procedures/CODE.yaml#offers.online.deadline")],
    value: Annotated[str | None, typer.Argument(metavar="VALUE", help="As it would stand in the file.")] = None,
    delete: Annotated[bool, typer.Option("--delete", help="Take the key, or the thing of this id, away.")] = False,
    reset: Annotated[bool, typer.Option("--reset", help="Let the package's value hold again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Change one value on top of the package, so that nobody edits model/. What it replaced is written beside it."""
    from pilotkit.overlay import ABSENT
    from pilotkit.upgrades.override import override as change
    from pilotkit.upgrades.override import reset as take_out
    from pilotkit.upgrades.override import value_of

    if [value is not None, delete, reset].count(True) != 1:
        raise typer.BadParameter("give one of VALUE, --delete and --reset.")
    if reset:
        changed = take_out(deployment, key)
    else:
        changed = change(deployment, key, ABSENT if delete else value_of(key, value or ""))
    if as_json:
        print_json(changed)
        return
    _print_value(changed)
    say(f"Written to {changed.file}.")


def diff(
    deployment: DeploymentPath,
    adopt: Annotated[
        bool, typer.Option("--adopt", help="Turn edits below model/ into overrides; put the package's files back.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what is ours on top of the package. Exit code 1: model/ was edited by hand, or something waits."""
    from pilotkit.upgrades.diff import adopt as take_up
    from pilotkit.upgrades.diff import local_changes

    if adopt:
        for each in take_up(deployment):
            where = f" → {each.to}" + (f": {', '.join(each.keys)}" if each.keys else "") if each.to else ""
            tell("✓", "green", f"{each.path}{where}")
    ours = local_changes(deployment)
    if as_json:
        print_json(ours)
    else:
        _print_ours(ours)
    if ours.drift or ours.waiting or ours.set_aside:
        raise typer.Exit(1)


def _print_ours(ours: Ours) -> None:
    from pilotkit.packages.conflicts import LOOK

    _print_overrides(ours)
    for setting in ours.settings:
        _print_both("▲", "yellow", setting)
    for seeded in ours.seeded:
        tell("·", "dim", f"{seeded.path}: {seeded.kind} since the package wrote it")
        for value in seeded.values:
            says = f"{value.key}: package {_value(value.before)}, ours {_value(value.after)}"
            console.print(f"    {says}", soft_wrap=True)
    for drift in ours.drift:
        tell("■", "red", f"{drift.path}: {drift.kind} by hand. Turn it into an override with --adopt.")
        for edit in drift.values:
            edited = f"{edit.key}: package {_value(edit.before)}, here {_value(edit.after)}"
            console.print(f"    {edited}", soft_wrap=True)
    for left in (each for each in ours.unresolved if each.key):
        tell("▲", "yellow", f"{left.file}: {left.key}\n    {_both(left)}")
    for name in ours.waiting:
        tell("▲", "yellow", f"{name} waits: take from it what you want, then delete it.")
    for name in ours.set_aside:
        tell("▲", "yellow", f"{name} has no effect. {LOOK}")
    on = f"{ours.package} {ours.version}" if ours.package else "an authored model"
    say(f"{len(ours.overrides)} overrides on {on}.")


def _print_overrides(ours: Ours) -> None:
    for change in ours.overrides:
        is_stale = change.state == "stale"
        now = "(taken away)" if change.is_removal else _value(change.ours)
        tell("▲" if is_stale else "·", "yellow" if is_stale else "dim", f"{change.file}: {change.key}")
        console.print(f"    {_value(change.was)} → {now}", soft_wrap=True)
        if is_stale:
            console.print(f"    the package now says {_whole(change.package)}", soft_wrap=True)


def _take_back(folder: Path, *, also_edited: bool, as_json: bool) -> None:
    from pilotkit.upgrades.upgrade import roll_back

    journal = roll_back(folder, also_edited=also_edited)
    if as_json:
        print_json({"taken_back": journal.title, "files": [each.path for each in journal.entries]})
        return
    say(f"Taken back: {journal.title}, {len(journal.entries)} files.")


def _write_page(plan: UpgradePlan, folder: Path, path: Path, language: str | None) -> None:
    from pilotkit.catalog.deployment import Deployment
    from pilotkit.errors import TargetError
    from pilotkit.web.upgrade_plan_page import plan_page

    try:
        path.write_text(plan_page(plan, Deployment(folder).settings, language), encoding="utf-8")
    except OSError as problem:
        raise TargetError(f"{path} cannot be written: {problem.strerror}.", remedy="Name another file.") from None
    say(f"The plan is in {path}.")


def _print_plan(plan: UpgradePlan) -> None:
    if plan.installed == plan.offered and plan.changes_nothing:
        tell("·", "dim", f"{plan.package} {plan.installed} is what runs here; nothing changes.")
    else:
        console.print(f"{plan.package} {plan.installed} → {plan.offered}")
    for procedure in plan.procedures:
        _print_procedure(procedure)
    for kpi in plan.kpis:
        counted = ": counted differently, not comparable with before" if kpi.is_counted_differently else ""
        tell(_SIGNS[kpi.kind], "bold", f"KPI {kpi.id} {kpi.kind}{counted}")
    for value in plan.effective[:_SHOWN]:
        _print_value(value)
    if len(plan.effective) > _SHOWN:
        tell("·", "dim", f"… and {len(plan.effective) - _SHOWN} more values (--json has all of them)")
    _print_files(plan)
    _print_open(plan)


def _print_files(plan: UpgradePlan) -> None:
    for override_ in plan.overrides:
        if override_.state not in {"kept", "stale"}:
            tell("▲", "yellow", f"{override_.file}: {override_.key} ({override_.state.replace('_', ' ')})")
    for file in plan.files:
        tell("·", "dim", f"{file.path}: {file.action}" + (f" ({file.note})" if file.note else ""))
    if plan.model_files:
        tell("·", "dim", f"model/: {plan.model_files} files")
    for answer in plan.answers:
        tell("·", "dim", f"answer {answer.question}: {answer.after}" + (" (new)" if answer.before is None else ""))
    for note in plan.notes:
        tell("●", "dim", note)


def _print_open(plan: UpgradePlan) -> None:
    for each in plan.notices:
        _print_both("●", "blue", each)
    for left in plan.unresolved:
        _print_both("▲", "yellow", left)
    for reason in plan.blocked:
        tell("■", "red", reason.said)


def _print_both(sign: str, colour: str, each: Notice | Unresolved) -> None:
    """All of both values, however long: what is cut off cannot be compared."""
    place = f"{each.file}: {each.key}" if each.key else each.file
    values = f"{_both(each)}\n    " if each.key else ""
    tell(sign, colour, f"{place}\n    {values}{each.why}. {each.remedy}")


def _both(each: Notice | Unresolved) -> str:
    return f"{_whole(each.base)} → ours {_whole(each.ours)}, package {_whole(each.package)}"


def _print_procedure(change: ProcedureChange) -> None:
    cases = "" if change.open_cases is None else f"; {change.open_cases} open cases: {change.on_change}"
    tell(_SIGNS[change.kind], "bold", f"{change.code} {change.kind}{cases if change.kind != 'added' else ''}")
    for what, values in (("deadline", change.deadlines), ("fee", change.fees)):
        for value in values:
            console.print(f"    {what} {value.key}: {_value(value.before)} → {_value(value.after)}", soft_wrap=True)


def _print_value(change: ValueChange) -> None:
    tell("~", "bold", f"{change.file}: {change.key}: {_value(change.before)} → {_value(change.after)}")


def _value(value: PlainData) -> str:
    text = _whole(value)
    return text if len(text) <= 100 else f"{text[:99]}…"  # noqa: PLR2004  # what fits on a line


def _whole(value: PlainData) -> str:
    import json

    return "nothing" if value is None else json.dumps(value, ensure_ascii=False, default=str)
