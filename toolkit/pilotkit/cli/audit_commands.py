"""``audit``: can an outsider trust the history?"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pilotkit.cli.output import AsJson, console, meter, print_json, say, tell


class Act(StrEnum):
    """What is asked of the audit chain."""

    NEW_KEY = "new-key"
    CHECKPOINT = "checkpoint"
    VERIFY = "verify"


def audit(
    act: Annotated[
        Act, typer.Argument(help="new-key: print a key pair; checkpoint: sign the chain as it is; verify it.")
    ],
    deployment: Annotated[Path | None, typer.Argument(metavar="DEPLOYMENT", help="The folder with pilot.toml.")] = None,
    public_key: Annotated[str | None, typer.Option(help="For verify: the public key, 32 bytes in base64.")] = None,
    checkpoint: Annotated[
        list[Path] | None, typer.Option(help="For verify: a checkpoint kept elsewhere, as JSON; may be given again.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Keep and verify the chain of hashes over every case's history. Exit code 1 when something is wrong with it."""
    if act is Act.NEW_KEY:
        _print_new_key(as_json=as_json)
    elif deployment is None:
        raise typer.BadParameter(f"{act.value} needs a DEPLOYMENT.")
    elif act is Act.CHECKPOINT:
        _sign(deployment)
    elif public_key is None:
        raise typer.BadParameter("verify needs --public-key.")
    else:
        _verify(deployment, public_key, checkpoint or [], as_json=as_json)


def _print_new_key(*, as_json: bool) -> None:
    from pilotkit.casework.audit_verification import KEY, new_keys

    keys = new_keys()
    if as_json:
        print_json(keys._asdict())
        return
    console.print(f"{KEY}={keys.private}\npublic: {keys.public}", soft_wrap=True)
    say("Put the first into the server's environment only, and give the second to whoever audits.")


def _sign(deployment: Path) -> None:
    from contextlib import closing
    from datetime import UTC, datetime

    from pilotkit.casework.audit_verification import sign_checkpoint
    from pilotkit.catalog.deployment import Deployment
    from pilotkit.storage.store import Store

    with closing(Store.of(Deployment(deployment))) as store:
        made = sign_checkpoint(store, datetime.now(UTC))
    print_json(made)
    say(f"Record {made.number} is signed. Keep a copy of this outside the server: it shows if the end is ever cut off.")


def _verify(deployment: Path, public_key: str, elsewhere: list[Path], *, as_json: bool) -> None:
    from contextlib import closing

    from pilotkit.casework.audit_verification import verify
    from pilotkit.catalog.deployment import Deployment
    from pilotkit.model.audit import Checkpoint
    from pilotkit.reading.files import read_text
    from pilotkit.reading.nouns import noun_from
    from pilotkit.reading.yaml_data import parse_yaml
    from pilotkit.storage.store import Store

    kept = [noun_from(Checkpoint, parse_yaml(read_text(path, str(path)), str(path)), str(path)) for path in elsewhere]
    with closing(Store.of(Deployment(deployment))) as store, meter("Reading the chain"):
        verdict = verify(store, public_key, kept)
    if as_json:
        print_json(vars(verdict))
    if verdict.fault:
        tell("■", "red", f"{verdict.fault[0].upper()}{verdict.fault[1:]}.")
        raise typer.Exit(1)
    say(
        f"{verdict.records} records over {verdict.events} events are whole; signed until record {verdict.signed_until}."
    )
