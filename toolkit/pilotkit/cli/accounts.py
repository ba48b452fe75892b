"""``account``: give accounts their passwords and second factors, shut them, list them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pilotkit.cli.output import AsJson, add_row, console, new_table, print_json, say

if TYPE_CHECKING:
    from pilotkit.access.access import Access


class Act(StrEnum):
    """What is done with accounts."""

    ENROL = "enrol"
    DISABLE = "disable"
    LIST = "list"


def account(
    act: Annotated[
        Act, typer.Argument(help="enrol: set a password and a new second factor; disable: shut it; list them all.")
    ],
    deployment: Annotated[Path, typer.Argument(metavar="DEPLOYMENT", help="The folder with pilot.toml.")],
    login: Annotated[str | None, typer.Argument(metavar="LOGIN", help="As local/accounts.csv has it.")] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input instead of asking for it.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Let the accounts of local/accounts.csv sign in, or no longer. Needs PILOTKIT_KEYS."""
    if act is Act.LIST:
        _list(deployment, as_json=as_json)
    elif login is None:
        raise typer.BadParameter(f"{act.value} needs a LOGIN.")
    elif act is Act.ENROL:
        _enrol(deployment, login, from_stdin=password_stdin, as_json=as_json)
    else:
        with _access(deployment) as access:
            ended = access.accounts.disable(login)
        say(f"{login} is shut until it is enrolled again. Sessions ended: {ended}.")


def _enrol(deployment: Path, login: str, *, from_stdin: bool, as_json: bool) -> None:
    with _access(deployment) as access:
        access.accounts.check(login)
        if from_stdin:
            password = sys.stdin.readline().rstrip("\r\n")
        else:
            password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        enrolment = access.accounts.enrol(login, password)
    if as_json:
        print_json(vars(enrolment))
    elif enrolment.address:
        import segno

        console.print(enrolment.address, soft_wrap=True)
        segno.make(enrolment.address).terminal(out=sys.stdout, compact=True)
    say(f"{login} can sign in." + (" Read the code with the authenticator now." if enrolment.address else ""))


def _list(deployment: Path, *, as_json: bool) -> None:
    with _access(deployment) as access:
        standings = access.accounts.standings()
    if as_json:
        print_json([{**vars(each), "account": each.account.model_dump(mode="json")} for each in standings])
        return
    table = new_table("login", "roles", "unit", "password since", "second factor", "shut since")
    for each in standings:
        dates = [f"{day:%Y-%m-%d}" if day else "–" for day in (each.enrolled_at, each.disabled_at)]
        factor = "yes" if each.has_second_factor else "no"
        add_row(table, each.account.login, " ".join(each.account.roles), each.account.unit, dates[0], factor, dates[1])
    console.print(table)


@contextmanager
def _access(deployment: Path) -> Iterator[Access]:

    from pilotkit.services import open_services

    with open_services(deployment) as services:
        yield services.access
