"""``registry client``: the taking side alone, as outside conformance suites of The Update Framework ask for it.

The form of the options is theirs (tuf-conformance, CLIENT-CLI), and so are the exit codes: 0 or 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from pilotkit.cli.output import say

if TYPE_CHECKING:
    from pilotkit.registry.client import RegistryClient


class _ZeroOrOne(TyperGroup):
    """Whatever is refused, be it the way the command was called, the exit code is 1."""

    def make_context(self, *words: Any, **options: Any) -> Any:
        with _as_one():
            return super().make_context(*words, **options)

    def invoke(self, ctx: Any) -> Any:
        with _as_one():
            return super().invoke(ctx)


@contextmanager
def _as_one() -> Iterator[None]:
    try:
        yield
    except Exception as refused:
        if hasattr(refused, "exit_code") and refused.exit_code != 0:
            refused.exit_code = 1
        raise


client_app = typer.Typer(
    cls=_ZeroOrOne,
    no_args_is_help=True,
    help="A client of The Update Framework, for conformance suites. Exit code 0, or 1 whatever is refused.",
)
_ADDRESS, _NAME, _FILES_ADDRESS, _FILES = "--metadata-url", "--target-name", "--target-base-url", "--target-dir"


@client_app.callback()
def _options(
    context: typer.Context,
    metadata: Annotated[Path, typer.Option("--metadata-dir", metavar="DIR", help="Where trusted metadata is kept.")],
    address: Annotated[str | None, typer.Option(_ADDRESS, metavar="URL", help="Where metadata is.")] = None,
    name: Annotated[str | None, typer.Option(_NAME, metavar="NAME", help="The file that is wanted.")] = None,
    files_address: Annotated[str | None, typer.Option(_FILES_ADDRESS, metavar="URL", help="Where files are.")] = None,
    files: Annotated[str | None, typer.Option(_FILES, metavar="DIR", help="Where files go.")] = None,
) -> None:
    context.obj = metadata, {_ADDRESS: address, _NAME: name, _FILES_ADDRESS: files_address, _FILES: files}


@client_app.command("init")
def init(
    context: typer.Context,
    root: Annotated[Path, typer.Argument(metavar="ROOT", help="The root that is believed without proof.")],
) -> None:
    """Begin to trust a root."""
    from pilotkit.registry.atomic_files import write_atomic
    from pilotkit.registry.trust_root import ROOT_FILE, read_root

    metadata, _ = context.obj
    write_atomic(metadata / ROOT_FILE, read_root(root))
    say(f"{root} is trusted.")


@client_app.command("refresh")
def refresh(context: typer.Context) -> None:
    """Take the newest metadata."""
    _refreshed(context, *_needed(context, _ADDRESS))
    say("All metadata holds.")


@client_app.command("download")
def download(context: typer.Context) -> None:
    """Take the newest metadata, then one file that it vouches for."""
    address, name, files_address, files = _needed(context, _ADDRESS, _NAME, _FILES_ADDRESS, _FILES)
    client = _refreshed(context, address)
    place = client.download(client.find(name), files_address, Path(files))
    say(f"{place} is as it was signed.")


def _needed(context: typer.Context, *options: str) -> list[str]:
    """Return what was given for options that stand before the command and that it cannot do without."""
    _, given = context.obj
    if missing := [each for each in options if given[each] is None]:
        raise typer.BadParameter(f"{', '.join(missing)} must stand before '{context.command.name}'.")
    return [given[each] for each in options]


def _refreshed(context: typer.Context, address: str) -> RegistryClient:
    from pilotkit.registry.client import RegistryClient
    from pilotkit.registry.trust_root import ROOT_FILE, read_root

    metadata, _ = context.obj
    client = RegistryClient(metadata, address, read_root(metadata / ROOT_FILE))
    client.refresh()
    return client
