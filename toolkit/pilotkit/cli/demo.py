"""``demo``: the whole idea on real data, in one command."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pilotkit.cli.deployment_commands import last_closed_day, simulated
from pilotkit.cli.output import messages, meter, say
from pilotkit.errors import DataError, PilotkitError, TargetError

if TYPE_CHECKING:
    from pilotkit.catalog.deployment import Deployment

MARK = ".made-by-pilotkit-demo"


def demo(
    province: Annotated[str | None, typer.Option(help="Code or name; another than the donor's if absent.")] = None,
    donor: Annotated[Path | None, typer.Option(help="The deployment to pack; else the first in examples/.")] = None,
    into: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Where all of it goes.")] = Path(
        "build/demo"
    ),
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days to simulate.")] = 30,
    seed: Annotated[int, typer.Option(min=0)] = 1,
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
) -> None:
    """Pack a pilot, scaffold another province from it, check it, simulate a month, and serve it.

    The package is signed and published in a registry made on the spot, and taken from there as from a ministry's.
    With CI set in the environment it asks every page once and ends instead of serving on.
    """
    from pilotkit.catalog.deployment import Deployment
    from pilotkit.packages.packing import pack
    from pilotkit.registry.temporary_registry import ThrowawayRegistry
    from pilotkit.registry.verified_download import download_verified
    from pilotkit.scaffold.new_deployment import new

    started = time.perf_counter()
    _make_room(into)
    giver = Deployment(donor or _first_example())
    with meter("Packing"):
        packed = pack(giver, into)
    say(f"Packed {packed.info.name} {packed.info.version}: {packed.files} files, identity {packed.identity[:12]}…")
    publisher = giver.settings.deployment.id
    with meter("Signing"):
        registry = ThrowawayRegistry.make(into / "registry", [publisher])
        registry.release(publisher, packed.path)
        obtained = download_verified(packed.info.name, registry=registry.trusted(into / "trust"))
    say(f"Signed by {publisher} and two officers of a throwaway registry in {into / 'registry'}; verified")
    wanted = province or _another_province(giver)
    last = last_closed_day(giver)
    answers = {"assigned_on": str(last - timedelta(days=days - 4)), "due_on": str(last + timedelta(days=2))}
    with meter("Scaffolding") as bar:
        made = new(obtained, wanted, into / "deployment", answers, progress=bar.step)
    say(f"Scaffolded {made.province.name} with {made.communes} communes in {made.folder}")
    say(f"Checked: no errors, {len(made.findings)} things to know (pilotkit check {made.folder})")
    own = Deployment(made.folder)
    cases = simulated(own, days, seed, last)
    say(f"Simulated {days} days: {cases.cases:,} cases, {cases.events:,} events, until {cases.until:%Y-%m-%d %H:%M}")
    with _throwaway_keys():
        _serve(own, port, started)


@contextmanager
def _throwaway_keys() -> Iterator[None]:
    """Keys for as long as the block lasts, where the environment has none: without any nobody could apply online."""
    from pilotkit.storage.vault import KEYS, new_entry

    if os.environ.get(KEYS):
        yield
        return
    os.environ[KEYS] = new_entry("throwaway")
    say(
        "Anybody can apply online: throw-away keys were made, which are in this process alone. When it ends, nobody "
        f"can read again what was typed and uploaded. To keep it, put your own keys into {KEYS} ('pilotkit keys new')."
    )
    try:
        yield
    finally:
        del os.environ[KEYS]


def _first_example() -> Path:
    found = sorted(settings.parent for settings in Path("examples").glob("*/pilot.toml"))
    if not found:
        raise DataError(
            "there is no deployment in examples/ here.", remedy="Run it in the source tree, or name one with --donor."
        )
    return found[0]


def _make_room(into: Path) -> None:
    """Make an empty folder; one that is not the demo's is never touched."""
    if into.exists() and any(into.iterdir()):
        if not (into / MARK).is_file():
            raise TargetError(f"{into} is not empty.", remedy="Name another folder with --output.")
        shutil.rmtree(into)
    try:
        into.mkdir(parents=True, exist_ok=True)
        (into / MARK).touch()
    except OSError as problem:
        raise TargetError(f"{into} cannot be made: {problem.strerror}.", remedy="Name another folder.") from None


def _another_province(giver: Deployment) -> str:
    who = giver.settings.deployment
    directory = giver.catalog.directories.get(who.scheme)
    others = [unit for unit in (directory.provinces() if directory else ()) if unit.code != who.province]
    if not others:
        raise DataError("no plugin knows another province.", remedy="Name one with --province.")
    return others[0].code


def _serve(own: Deployment, port: int, started: float) -> None:
    from pilotkit.web.server import running, serve

    if os.environ.get("CI"):
        with running(own) as address:
            answered = _ask_every_page(address, own)
        say(f"{answered} pages answered at {address}. Done in {time.perf_counter() - started:.1f} s.")
        return

    def tell(address: str) -> None:
        say(f"Ready in {time.perf_counter() - started:.1f} s. Open it in a browser; Ctrl-C stops it:")
        messages.print(f"\n    {address}\n", style="bold")

    serve(own, host="127.0.0.1", port=port, started=tell)


def _ask_every_page(address: str, own: Deployment) -> int:
    """Ask the first page in each language and every page it leads to, two links deep, a few of each kind.

    Raises:
        PilotkitError: one does not answer with 200.
    """
    asked: set[str] = set()
    waiting = [f"/{language}/" for language in own.settings.deployment.languages]
    for _ in range(3):
        found = [link for path in waiting if path not in asked for link in _links(address, path)]
        asked.update(waiting)
        waiting = _few_of_each_kind(link for link in found if link not in asked)
    return len(asked)


def _links(address: str, path: str) -> list[str]:
    from urllib.error import HTTPError
    from urllib.request import urlopen

    try:
        with urlopen(address + path, timeout=60) as answer:  # noqa: S310  # our own address
            text = answer.read().decode()
    except HTTPError as problem:
        raise PilotkitError(f"{path} answers {problem.code}.", remedy="Run 'pilotkit serve' and open it.") from None
    return [unescape(link) for link in re.findall(r'<a[^>]* href="(/[^"#]*)', text)]


def _few_of_each_kind(links: Iterable[str], most: int = 3) -> list[str]:
    """Links of a kind differ in their last part or their question only."""
    kinds: dict[str, list[str]] = {}
    for link in dict.fromkeys(links):
        kinds.setdefault(link.partition("?")[0].rpartition("/")[0], []).append(link)
    return [link for several in kinds.values() for link in several[:most]]
