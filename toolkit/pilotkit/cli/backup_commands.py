"""``backup`` and ``restore``: everything that a deployment's database holds, in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pilotkit.cli.output import meter, say
from pilotkit.cli.package_commands import DeploymentPath

BackupPath = Annotated[Path, typer.Argument(metavar="FILE", help="The backup, such as cases-2025-07-28.zip.")]


def backup(deployment: DeploymentPath, file: BackupPath) -> None:
    """Write all cases, personal files and plugins' tables into FILE, while the offices go on working.

    What is encrypted stays so; PILOTKIT_KEYS is not in it and must be kept elsewhere.
    """
    from contextlib import closing
    from datetime import UTC, datetime

    from pilotkit.catalog.deployment import Deployment
    from pilotkit.storage.backup import back_up
    from pilotkit.storage.store import Store

    opened = Deployment(deployment)
    with closing(Store.of(opened)) as store, meter("Backing up"):
        made = back_up(store, file, opened.settings.deployment.id, datetime.now(UTC))
    say(f"{made.rows} rows of {len(made.tables)} tables are in {file}, up to record {made.audit_number} of the audit.")


def restore(
    file: BackupPath,
    deployment: DeploymentPath,
    replace: Annotated[bool, typer.Option("--replace", help="Lose the cases that the database holds now.")] = False,
) -> None:
    """Make the database hold what FILE holds: on SQLite or PostgreSQL, whichever it came from. Stop the server before.

    FILE is verified before anything is touched, and is written whole or not at all.
    """
    from contextlib import closing

    from pilotkit.catalog.deployment import Deployment
    from pilotkit.storage.restore import restore as write_back
    from pilotkit.storage.store import Store

    with closing(Store.of(Deployment(deployment))) as store, meter("Restoring"):
        made = write_back(store, file, replace=replace)
    say(
        f"{made.rows} rows are back, as they were at {made.made_at:%Y-%m-%d %H:%M} UTC. Now run: pilotkit audit verify."
    )
