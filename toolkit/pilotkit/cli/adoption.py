"""``receipt``: a deployment tells the ministry what it runs and how it does."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from pilotkit.cli.output import AsJson, console, meter, print_json, say
from pilotkit.cli.package_commands import AsOf, DeploymentPath, Since, end_of, parsed_day
from pilotkit.cli.registry_commands import passphrase_of


def receipt(
    deployment: DeploymentPath,
    key: Annotated[Path, typer.Option("--key", metavar="FILE", help="The province's private key.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where it goes; else to standard output.")
    ] = None,
    send: Annotated[str | None, typer.Option(metavar="URL", help="Hand it in at the ministry's hub.")] = None,
    as_of: AsOf = None,
    since: Since = None,
    by_month: Annotated[bool, typer.Option("--by-month", help="Add figures by unit and month, where not few.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write a signed receipt: package, checks, KPI, counts of changes. It holds nothing of any case or person."""
    from pilotkit.adoption.hub_client import send_receipt
    from pilotkit.adoption.receipt import ReceiptOrder, receipt_of
    from pilotkit.adoption.signed_receipt import sign_receipt
    from pilotkit.catalog.deployment import Deployment
    from pilotkit.registry.atomic_files import write_atomic
    from pilotkit.registry.keys import load_signer

    opened = Deployment(deployment)
    signer = load_signer(key, passphrase_of(key))
    order = ReceiptOrder(end_of(opened, as_of), parsed_day(since), by_month)
    with meter("Checking and measuring"):
        made = receipt_of(opened, datetime.now(UTC), order)
    data = sign_receipt(made, [signer])
    if output is not None:
        write_atomic(output, data)
        say(f"{output}: {made.package.name} {made.package.version}, {len(made.figures)} figures. Read it: it is JSON.")
    if send is not None:
        say(send_receipt(data, send))
    if as_json:
        print_json(made)
    elif output is None and send is None:
        console.file.write(data.decode())
