"""``registry client``: the taking side alone, as outside conformance suites of The Update Framework ask for it.

The form of the options is theirs (tuf-conformance, CLIENT-CLI), and so are the exit codes: 0 or 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from pilotkit.cli.output import print_error, say

client_app = typer.Typer(no_args_is_help=True, help="A client of The Update Framework, for conformance suites.")


@dataclass(frozen=True)
class _Given:
    """The options that stand before the command."""

    metadata: Path
    address: str | None
    name: str | None
    files_address: str | None
    files: Path | None


@client_app.callback()
def _options(
    context: typer.Context,
    metadata: Annotated[Path, typer.Option("--metadata-dir", metavar="DIR", help="Where trusted metadata is kept.")],
    address: Annotated[str | None, typer.Option("--metadata-url", metavar="URL", help="Where metadata is.")] = None,
    name: Annotated[str | None, typer.Option("--target-name", metavar="NAME", help="The file that is wanted.")] = None,
    files_address: Annotated[
        str | None, typer.Option("--target-base-url", metavar="URL", help="Where files are.")
    ] = None,
    files: Annotated[Path | None, typer.Option("--target-dir", metavar="DIR", help="Where files go.")] = None,
) -> None:
    context.obj = _Given(metadata, address, name, files_address, files)


@client_app.command("init")
def init(
    context: typer.Context,
    root: Annotated[Path, typer.Argument(metavar="ROOT", help="The root that is believed without proof.")],
) -> None:
    """Begin to trust a root."""
    from pilotkit.registry.durable import write_durably
    from pilotkit.registry.trusted import ROOT_FILE, read_root

    with _as_one():
        write_durably(context.obj.metadata / ROOT_FILE, read_root(root))
    say(f"{root} is trusted.")


@client_app.command("refresh")
def refresh(context: typer.Context) -> None:
    """Take the newest metadata."""
    from pilotkit.registry.client import RegistryClient
    from pilotkit.registry.trusted import ROOT_FILE, read_root

    given: _Given = context.obj
    if given.address is None:
        raise typer.BadParameter("refresh needs --metadata-url.")
    with _as_one():
        RegistryClient(given.metadata, given.address, read_root(given.metadata / ROOT_FILE)).refresh()
    say("All metadata holds.")


@client_app.command("download")
def download(context: typer.Context) -> None:
    """Take the newest metadata, then one file that it vouches for."""
    from pilotkit.registry.client import RegistryClient
    from pilotkit.registry.trusted import ROOT_FILE, read_root

    given: _Given = context.obj
    if given.address is None or given.name is None or given.files_address is None or given.files is None:
        raise typer.BadParameter("download needs --metadata-url, --target-name, --target-base-url and --target-dir.")
    with _as_one():
        client = RegistryClient(given.metadata, given.address, read_root(given.metadata / ROOT_FILE))
        client.refresh()
        place = client.download(client.find(given.name), given.files_address, given.files)
    say(f"{place} is as it was signed.")


@contextmanager
def _as_one() -> Iterator[None]:
    """Whatever is refused, the exit code is 1."""
    from pilotkit.errors import PilotkitError

    try:
        yield
    except PilotkitError as problem:
        print_error(problem, as_json=False)
        raise typer.Exit(1) from None
