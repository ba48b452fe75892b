"""The commands of the hub: keys in, receipts in, release notes out."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pilotkit_hub.ledger import Ledger

HubPath = Annotated[
    Path, typer.Option("--deployment", "-d", metavar="DEPLOYMENT", help="The hub's folder, with pilot.toml.")
]


def trust(
    province: Annotated[str, typer.Argument(metavar="PROVINCE", help="Its code in the register.")],
    key: Annotated[Path, typer.Argument(metavar="KEY.pub", help="The public key, handed over in person.")],
    deployment: HubPath = Path(),
) -> None:
    """Register the public key that a province signs its receipts with."""
    from pilotkit import DataError, Place

    try:
        pem = key.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        raise DataError("cannot be read.", where=Place(str(key)), remedy="Name the file that ends in .pub.") from None
    with _ledger(deployment) as ledger:
        unit = ledger.trust(province, pem, datetime.now(UTC))
    _say(f"{unit.name} ({unit.code}) signs with the key in {key} from now on.")


def take(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="What 'pilotkit receipt' wrote.")],
    deployment: HubPath = Path(),
) -> None:
    """Take receipts that came as files. The first that does not hold stops; those before it are kept."""
    from pilotkit import DataError, Place

    with _ledger(deployment) as ledger:
        for file in files:
            try:
                data = file.read_bytes()
            except OSError as problem:
                raise DataError(
                    f"cannot be read: {problem.strerror}.", where=Place(str(file)), remedy="Name a receipt."
                ) from None
            receipt = ledger.take(data, datetime.now(UTC))
            package = receipt.package
            _say(f"{receipt.deployment}: {package.name} {package.version}, as of {receipt.issued:%Y-%m-%d}.")


def release_notes(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="The package before.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The package after.")],
    language: Annotated[str, typer.Option(help="Such as vi or en.")] = "en",
) -> None:
    """Say in words what is different between two packages: procedures, deadlines, fees, KPI, names."""
    from pilotkit.trust import compare_packages
    from pilotkit_hub.release_notes import Wording
    from pilotkit_hub.releases_page import packages_at

    before, after = packages_at(old, new)
    notes = compare_packages(before, after)
    out = sys.stdout.write
    out(f"{notes.old.name} {notes.old.version} → {notes.new.name} {notes.new.version}\n")
    for heading, lines in Wording(language, _currency(after.text("defaults.toml"))).sections(notes):
        out(f"\n{heading}\n")
        for line in lines:
            out(f"  - {line}\n")


def _currency(defaults: str | None) -> str:
    return str(tomllib.loads(defaults or "").get("deployment", {}).get("currency", "XXX"))


@contextmanager
def _ledger(folder: Path) -> Iterator[Ledger]:
    from pilotkit import open_services
    from pilotkit_hub.ledger import Ledger
    from pilotkit_hub.tables import METADATA

    with open_services(folder) as services:
        yield Ledger.of(services.tables(METADATA), services.catalog)


def _say(text: str) -> None:
    typer.echo(f"✓ {text}", err=True)
