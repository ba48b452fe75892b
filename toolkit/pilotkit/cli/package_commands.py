"""``pack``, ``inspect``, ``new``: a deployment becomes a package, a package becomes a deployment."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pilotkit.cli.output import AsJson, add_row, console, meter, new_table, print_json, say, warn
from pilotkit.model.plain_data import PlainData

if TYPE_CHECKING:
    from datetime import date, datetime

    from pilotkit.catalog.deployment import Deployment
    from pilotkit.model.package import Derivation
    from pilotkit.registry.trust_root import TrustedRegistry
    from pilotkit.registry.verified_download import VerifiedPackage
    from pilotkit.scaffold.questions import TemplateQuestion

RegistryPlace = Annotated[
    str | None,
    typer.Option("--registry", metavar="PLACE", envvar="PILOTKIT_REGISTRY", help="Address or folder of a registry."),
]
RegistryRoot = Annotated[
    Path | None,
    typer.Option("--root", metavar="FILE", envvar="PILOTKIT_REGISTRY_ROOT", help="The root it is held against."),
]
AllowUnsigned = Annotated[
    bool, typer.Option("--allow-unsigned", help="Take a package file that nobody vouches for: your own.")
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="Measure what was known at the end of that day.")
]
Since = Annotated[str | None, typer.Option("--since", metavar="DATE", help="Measure cases received from that day on.")]
_SHOWN = 120
"""Characters of a value in a table."""
DeploymentPath = Annotated[Path, typer.Argument(metavar="DEPLOYMENT", help="The folder with pilot.toml.")]


def pack(
    deployment: DeploymentPath,
    into: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Where the package goes.")],
    name: Annotated[str | None, typer.Option(help="What it is called, if not as model/package.toml says.")] = None,
    version: Annotated[str | None, typer.Option(help="Its version, if not as model/package.toml says.")] = None,
    as_of: AsOf = None,
    since: Since = None,
    keep: Annotated[
        list[str] | None, typer.Option(metavar="FILE", help="A file below local/overrides/ that stays here.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Pack a deployment's model so that others can start from it. The same model gives the same bytes.

    A deployment that was made from a package packs what it became, with lineage. --as-of puts in what was measured.
    """
    from pilotkit.catalog.deployment import Deployment
    from pilotkit.packages.packing import PackOrder
    from pilotkit.packages.packing import pack as pack_deployment

    opened = Deployment(deployment)
    order = PackOrder(name, version, end_of(opened, as_of), parsed_day(since), tuple(keep or ()))
    with meter("Packing"):
        packed = pack_deployment(opened, into, order)
    if as_json:
        print_json(
            {
                "path": str(packed.path), "name": packed.info.name, "version": packed.info.version,
                "identity": packed.identity, "files": packed.files, "bytes": packed.size,
            }
        )  # fmt: skip
        return
    say(f"{packed.path}: {packed.files} files, {packed.size / 1024:.0f} KiB, identity {packed.identity[:16]}…")


def evidence(deployment: DeploymentPath, as_of: AsOf = None, since: Since = None, as_json: AsJson = False) -> None:
    """Measure every KPI here and claim it in local/evidence.json: it travels when the deployment is packed."""
    from datetime import UTC, datetime

    from pilotkit.catalog.deployment import Deployment
    from pilotkit.measures.measures import Measures
    from pilotkit.packages.measured_evidence import CLAIM, as_bytes, measure
    from pilotkit.registry.atomic_files import write_atomic

    opened = Deployment(deployment)
    moment = end_of(opened, as_of) or Measures(opened).present(datetime.now(UTC))
    with meter("Measuring"):
        found = measure(opened, moment, parsed_day(since))
    write_atomic(deployment / CLAIM, as_bytes(found))
    if as_json:
        print_json(found)
        return
    say(f"{deployment / CLAIM}: {len(found.figures)} figures as of {found.as_of.isoformat()}.")


def parsed_day(text: str | None) -> date | None:
    """Return the date that somebody typed.

    Raises:
        typer.BadParameter: it is none.
    """
    from datetime import date

    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a date like 2025-07-30.") from None


def end_of(deployment: Deployment, text: str | None) -> datetime | None:
    """Return the last instant of the local day that somebody typed."""
    from pilotkit.measures.measures import Measures

    day = parsed_day(text)
    return Measures(deployment).end_of(day) if day else None


def inspect(
    package: Annotated[Path, typer.Argument(metavar="PACKAGE", help="The package file.")], as_json: AsJson = False
) -> None:
    """Verify a package and say what is in it, without writing anything."""
    from pilotkit.packages.archive import inspect as inspect_package

    contents = inspect_package(package)
    if as_json:
        shown = {"info": contents.info, "identity": contents.identity, "counts": contents.counts}
        print_json({**shown, "lineage": contents.lineage})
        return
    table = new_table(title=f"{contents.info.name} {contents.info.version}", show_header=False, title_justify="left")
    table.add_column()
    table.add_column(overflow="fold")
    add_row(table, "Identity", contents.identity)
    add_row(table, "Donor", contents.info.donor.name)
    add_row(table, "Licence", contents.info.licence)
    add_row(table, "Needs", f"pilotkit {contents.info.requires.pilotkit}; {', '.join(contents.info.requires.plugins)}")
    for name, count in contents.counts.items():
        add_row(table, name.replace("_", " ").capitalize().replace("Kpis", "KPI"), str(count))
    for step in contents.lineage.derivations if contents.lineage else ():
        for heading, text in _derived(step):
            add_row(table, heading, text)
    console.print(table)


def _derived(step: Derivation) -> Iterator[tuple[str, str]]:
    """One step of a package's history, in rows."""
    origin = step.origin
    packed_by = f" of {origin.donor.name}" if origin.donor else ""
    yield "Made from", f"{origin.name} {origin.version}{packed_by} ({origin.identity[:16]}…)"
    yield "Became", f"{step.name} {step.version}, by {step.donor.name}"
    for change in step.keys:
        was, now = (
            _value(change.was, is_absent=change.kind == "added"),
            _value(change.now, is_absent=change.kind == "removed"),
        )
        yield f"Key {change.kind}", f"{change.file}: {change.key}: {was} → {now}"
    for file in step.files:
        yield f"File {file.kind}", file.path
    yield "Measured there", step.evidence or "nothing"


def _value(value: PlainData, *, is_absent: bool) -> str:
    import json

    shown = json.dumps(value, ensure_ascii=False)
    return "nothing" if is_absent else shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"


def new(
    package: Annotated[
        str, typer.Argument(metavar="PACKAGE", help="name or name==1.2.0 of a registry's package, or a package file.")
    ],
    province: Annotated[str, typer.Option(help="The province's code or name.")],
    target: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="The folder to make.")],
    registry: RegistryPlace = None,
    root: RegistryRoot = None,
    allow_unsigned: AllowUnsigned = False,
    answers: Annotated[Path | None, typer.Option(help="A TOML file with answers to the template's questions.")] = None,
    no_input: Annotated[bool, typer.Option("--no-input", help="Ask nothing; take defaults.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a province's own deployment from a package: verified, rendered, checked, then put in place at once."""
    from pilotkit.scaffold.new_deployment import new as scaffold

    given = read_answers(answers)
    with meter("Scaffolding") as bar:

        def ask(question: TemplateQuestion) -> str:
            with bar.paused():
                return ask_on_screen(question)

        bar.step("Asking who vouches for the package")
        obtained = obtained_from(package, registry, root, allow_unsigned=allow_unsigned)
        made = scaffold(obtained, province, target, given, None if no_input or as_json else ask, bar.step)
    if as_json:
        print_json(
            {
                "path": str(made.folder), "province": made.province.name, "communes": made.communes,
                "package": made.identity, "trust": made.trust, "findings": len(made.findings),
            }
        )  # fmt: skip
        return
    say(f"{made.folder}: {made.province.name} with {made.communes} communes; {len(made.findings)} things to know.")
    say(f"Next: pilotkit check {made.folder}, then pilotkit serve {made.folder}")


def named_registry(place: str | None, root: Path | None) -> TrustedRegistry | None:
    """Return the registry that somebody named together with its root.

    Raises:
        DataError: only one of the two was named.
    """
    from pilotkit.errors import DataError
    from pilotkit.registry.trust_root import TrustedRegistry

    if (place is None) is not (root is None):
        missing = "--root" if root is None else "--registry"
        raise DataError(
            f"{missing} is missing.", remedy="A registry is named together with the root that it is held against."
        )
    return TrustedRegistry.given(place, root) if place and root else None


def warn_of_unsigned(name: str, identity: str) -> None:
    """Say loudly that nobody vouches for a package."""
    warn(
        f"NOBODY VOUCHES FOR {name}: it was taken unsigned, because --allow-unsigned was said. "
        f"Compare its identity with what its publisher says: {identity}"
    )


def obtained_from(package: str, place: str | None, root: Path | None, *, allow_unsigned: bool) -> VerifiedPackage:
    """Return a package with a reason to trust it, and the reason told: loudly where there is none."""
    from pilotkit.registry.verified_download import download_verified

    registry = named_registry(place, root)
    obtained = download_verified(package, registry=registry, allow_unsigned=allow_unsigned)
    if registry is None or obtained.registry is None:
        warn_of_unsigned(obtained.path.name, obtained.statement.identity)
    else:
        say(f"Root of trust: SHA-256 {registry.fingerprint}. Compare it with what the ministry has made known.")
        say(
            f"{obtained.statement.name} {obtained.statement.version}: signed by {obtained.statement.publisher}, listed."
        )
    return obtained


def read_answers(path: Path | None) -> dict[str, str]:
    """Answers from a TOML file; none where there is no file.

    Raises:
        DataError: not TOML.
    """
    from pilotkit.errors import DataError, Place
    from pilotkit.reading.files import read_text

    if path is None:
        return {}
    try:
        data: dict[str, Any] = tomllib.loads(read_text(path, str(path)))
    except tomllib.TOMLDecodeError as problem:
        raise DataError(f"is not valid TOML: {problem}.", where=Place(str(path)), remedy="Mend the line.") from None
    return {name: str(value) for name, value in data.items()}


def ask_on_screen(question: TemplateQuestion) -> str:
    """Return what somebody types."""
    choices = f" ({', '.join(question.choices)})" if question.choices else ""
    answer: str = typer.prompt(
        f"{question.prompt}{choices}", default=question.default, show_default=bool(question.default)
    )
    return answer
