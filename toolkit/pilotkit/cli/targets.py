"""``targets`` and ``sign-off``: how targets stand, who is to be told, and what heads have signed."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pilotkit.cli.output import AsJson, add_row, console, meter, new_table, print_json, say
from pilotkit.cli.package_commands import DeploymentPath, parsed_day

if TYPE_CHECKING:
    from pilotkit.catalog.deployment import Deployment
    from pilotkit.measures.signoffs import SignedFigure
    from pilotkit.measures.target_status import TargetReport
    from pilotkit.model.accountability import Escalation

AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="What was known at the end of that day.")]
_EMPTY = "—"


def targets(
    deployment: DeploymentPath,
    only_escalations: Annotated[
        bool, typer.Option("--escalations", help="Whom to tell of what, by model/kpis/escalations.yaml.")
    ] = False,
    signed: Annotated[bool, typer.Option("--signed", help="What was signed, beside what it is now.")] = False,
    unit: Annotated[str | None, typer.Option(metavar="CODE", help="Of one unit only.")] = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """How every target stands, with a forecast for its due date and how sure it is.

    A forecast's interval holds the figure on 95 of 100 due dates, if the coming days are like the last ones.
    """
    from contextlib import closing

    from pilotkit.catalog.deployment import Deployment
    from pilotkit.storage.store import Store

    opened = Deployment(deployment)
    with closing(Store.of(opened)) as store, meter("Counting"):
        if signed:
            compared = _compared(opened, store, unit)
        else:
            standings, told, moment = _standings(opened, store, unit, parsed_day(as_of))
    if signed:
        _print_signed(opened, compared, as_json=as_json)
    elif only_escalations:
        _print_escalations(opened, told, as_json=as_json)
    else:
        _print_standings(opened, standings, moment, as_json=as_json)


def sign_off(
    deployment: DeploymentPath,
    kpi: Annotated[str, typer.Argument(metavar="KPI", help="The target's KPI.")],
    unit: Annotated[str, typer.Argument(metavar="UNIT", help="The code of the target's unit.")],
    account: Annotated[str, typer.Option(metavar="LOGIN", help="Who signs: an account of local/accounts.csv.")],
    due: Annotated[str | None, typer.Option(metavar="DATE", help="Which target, where there are several.")] = None,
    as_of: AsOf = None,
    remark: Annotated[str | None, typer.Option(help="What the head has to say to the figure.")] = None,
    as_json: AsJson = False,
) -> None:
    """Sign a figure for the head who answers for it. What is signed stays, whatever is counted later."""
    from contextlib import closing

    from pilotkit.access.accounts_file import AccountsFile
    from pilotkit.catalog.deployment import Deployment
    from pilotkit.measures.signoffs import SignOffs
    from pilotkit.measures.target_status import end_of
    from pilotkit.storage.store import Store

    opened, day = Deployment(deployment), parsed_day(as_of)
    moment = end_of(opened.catalog, day) if day else None
    with closing(Store.of(opened)) as store, meter("Counting"):
        made = SignOffs(opened, store).sign(
            AccountsFile(opened).authority(account), kpi, unit, due=parsed_day(due), as_of=moment, remark=remark
        )
    if as_json:
        print_json(made)
        return
    say(f"{made.office} has signed {made.numerator:,} of {made.denominator:,} ({made.value.percent:.2f}%).")
    say(f"It is sign-off {made.number}, as of {made.as_of:%Y-%m-%d %H:%M} UTC, definition {made.definition_hash}.")


def _standings(
    opened: Deployment, store: Any, unit: str | None, day: date | None
) -> tuple[list[TargetReport], list[Escalation], datetime]:
    from pilotkit.measures.escalation import escalations
    from pilotkit.measures.measures import Measures
    from pilotkit.storage.signoff_store import sign_offs

    measures = Measures(opened, store)
    moment = measures.end_of(day) if day else measures.present()
    if unit is not None:
        opened.catalog.unit(unit)
    found = [each for each in measures.standings(moment) if unit in {None, each.unit.code}]
    return found, list(escalations(opened.catalog, found, sign_offs(store), moment)), moment


def _compared(opened: Deployment, store: Any, unit: str | None) -> tuple[SignedFigure, ...]:
    from pilotkit.measures.signoffs import SignOffs

    ledger = SignOffs(opened, store)
    return ledger.compared(ledger.history(unit=unit))


def _print_standings(opened: Deployment, standings: list[TargetReport], moment: datetime, *, as_json: bool) -> None:
    if as_json:
        print_json([_plain(each) for each in standings])
        return
    language = opened.settings.deployment.languages[0]
    table = new_table("Unit", "KPI", "Goal", "Now", "Forecast", "Status", "Due", "Head")
    for each in standings:
        outlook, sign = each.outlook, "≥" if each.kpi.direction == "up" else "≤"
        between = "" if outlook.lower is None else f" ({outlook.lower:.1f}–{outlook.upper:.1f})"
        add_row(
            table, each.unit.name, each.kpi.name.in_language(language), f"{sign} {each.target.goal}%",
            _percent(each.value.percent), _percent(outlook.forecast) + between, each.status.value.replace("_", " "),
            str(each.target.due or _EMPTY), each.head.office if each.head else _EMPTY,
        )  # fmt: skip
    console.print(table)
    say(f"As of {moment.astimezone(opened.catalog.working_time.zone):%Y-%m-%d %H:%M}; intervals of 95%.")


def _print_escalations(opened: Deployment, told: list[Escalation], *, as_json: bool) -> None:
    if as_json:
        print_json(told)
        return
    language = opened.settings.deployment.languages[0]
    table = new_table("Since", "Tell", "Of", "Because")
    for each in told:
        rule = opened.catalog.escalations[each.rule]
        unit = opened.catalog.unit_of(each.target).name
        kpi = opened.catalog.kpi(each.target.kpi).name.in_language(language)
        office = each.office or f"nobody: there is no office {each.level} above"
        add_row(table, str(each.since), office, f"{kpi}, {unit}", rule.name.in_language(language))
    console.print(table)
    say(f"{len(told)} to tell." if told else "Nobody is to be told of anything.")


def _print_signed(opened: Deployment, compared: tuple[SignedFigure, ...], *, as_json: bool) -> None:
    if as_json:
        print_json([_plain_signed(each) for each in compared])
        return
    table = new_table("No.", "Unit", "KPI", "Signed", "Is now", "Points", "By", "On")
    for each in compared:
        signed, now = each.signed, each.current
        unit = opened.catalog.lineage.named(signed.unit, signed.unit_from)
        add_row(
            table, str(signed.number), unit.name if unit else signed.unit, signed.kpi,
            f"{signed.numerator:,} / {signed.denominator:,} = {_percent(signed.value.percent)}",
            f"{now.numerator:,} / {now.denominator:,} = {_percent(now.percent)}" if now else _EMPTY,
            _EMPTY if each.difference is None else f"{each.difference:+.2f}", signed.office,
            f"{signed.signed_at:%Y-%m-%d}",
        )  # fmt: skip
    console.print(table)


def _plain(each: TargetReport) -> dict[str, Any]:
    percents = {name: getattr(each.outlook, name) for name in ("forecast", "lower", "upper", "best", "worst")}
    return {
        "target": each.target, "unit_name": each.unit.name, "head": each.head, "status": each.status.value,
        "value": each.value.model_dump(mode="json") | {"percent": each.value.percent}, "days_left": each.days_left,
        "outlook": percents, "gap": each.gap,
    }  # fmt: skip


def _plain_signed(each: SignedFigure) -> dict[str, Any]:
    return {
        "signed": each.signed, "percent": each.signed.value.percent, "current": each.current,
        "current_percent": each.current.percent if each.current else None, "difference": each.difference,
        "has_changed": each.has_changed, "is_redefined": each.is_redefined,
        "has_other_boundaries": each.has_other_boundaries,
    }  # fmt: skip


def _percent(value: Any) -> str:
    return "not measurable" if value is None else f"{value:.1f}%"
