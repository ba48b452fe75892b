"""``keys`` and ``reads``: what personal data is encrypted with, and who has looked at it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pilotkit.cli.output import AsJson, add_row, console, meter, new_table, print_json, say, tell
from pilotkit.cli.package_commands import DeploymentPath

if TYPE_CHECKING:
    from pilotkit.storage.key_rotation import Rotated


class Act(StrEnum):
    """What is asked of the keys."""

    NEW = "new"
    ROTATE = "rotate"


def keys(
    act: Annotated[
        Act, typer.Argument(help="new: print a key; rotate: encrypt everything of older keys with the first one.")
    ],
    deployment: Annotated[Path | None, typer.Argument(metavar="DEPLOYMENT", help="The folder with pilot.toml.")] = None,
    add: Annotated[
        bool, typer.Option("--add", help="For new: put it before the keys that PILOTKIT_KEYS has now.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make and change the keys that personal data is encrypted with. Exit code 1 when a rotation is not complete."""
    if act is Act.NEW:
        _print_new(add=add, as_json=as_json)
    elif deployment is None:
        raise typer.BadParameter("rotate needs a DEPLOYMENT.")
    else:
        _rotate(deployment, as_json=as_json)


def _print_new(*, add: bool, as_json: bool) -> None:
    import os

    from pilotkit.storage.vault import KEYS, Vault, new_entry, new_id

    present = os.environ.get(KEYS, "").strip() if add else ""
    if add:
        Vault.from_environment()  # refuses what is no list of keys, before anybody copies it
    value = ",".join(each for each in (new_entry(new_id()), present) if each)
    if as_json:
        print_json({"variable": KEYS, "value": value})
        return
    console.print(f"{KEYS}={value}", soft_wrap=True)
    say("Put this into the server's environment only, and keep a copy elsewhere: without it personal data is lost.")
    if add:
        say("Then restart the server, and run 'pilotkit keys rotate DEPLOYMENT'.")


def _rotate(deployment: Path, *, as_json: bool) -> None:
    from contextlib import closing

    from pilotkit.catalog.deployment import Deployment
    from pilotkit.storage.key_rotation import rotate
    from pilotkit.storage.store import Store
    from pilotkit.storage.vault import Vault

    vault = Vault.from_environment()
    with closing(Store.of(Deployment(deployment))) as store, meter("Encrypting anew") as progress:
        done = rotate(store, vault, progress.share)
    if as_json:
        print_json({"key": vault.key_id, **vars(done)})
    else:
        _tell_rotated(done)
    if done.left:
        tell("■", "red", f"{done.left} were written with an older key meanwhile: restart the server, and rotate again.")
        raise typer.Exit(1)
    say(f"Everything is encrypted with the key '{vault.key_id}'.")
    say("Keep the older keys as long as receipts printed under them are in use: they open the cases of their holders.")


def _tell_rotated(done: Rotated) -> None:
    for name, rows in done.rows.items():
        tell("·", "dim", f"{rows} of {name} encrypted anew")


def reads(
    deployment: DeploymentPath,
    case: Annotated[str, typer.Argument(metavar="CASE", help="The code of the case.")],
    as_json: AsJson = False,
) -> None:
    """Who has looked at a case's personal file, when and why. Times are the deployment's own."""
    from contextlib import closing

    from pilotkit.catalog.deployment import Deployment
    from pilotkit.storage.personal_store import reads_of
    from pilotkit.storage.store import Store

    opened = Deployment(deployment)
    with closing(Store.of(opened)) as store, store.read_session() as session:
        found = reads_of(session, case)
    if as_json:
        print_json(list(found))
        return
    table, zone = new_table("when", "who", "what", "why"), opened.catalog.working_time.zone
    for each in found:
        add_row(table, f"{each.at.astimezone(zone):%Y-%m-%d %H:%M:%S}", each.reader, each.part, each.reason)
    console.print(table)
    say(f"{len(found)} looks at the file of case {case}.")
