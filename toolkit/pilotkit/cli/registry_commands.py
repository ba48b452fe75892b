"""``registry``: what a ministry does with packages, and how a deployment hears of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pilotkit.cli.output import AsJson, add_row, console, meter, new_table, print_json, say, tell, warn
from pilotkit.cli.package_commands import DeploymentPath
from pilotkit.cli.registry_client import client_app

if TYPE_CHECKING:
    from securesystemslib.signer import Key, Signer

    from pilotkit.registry.publishing import Refreshed

registry_app = typer.Typer(no_args_is_help=True, help="Sign, publish and revoke packages; follow who did.")
registry_app.add_typer(client_app, name="client")

RegistryPath = Annotated[Path, typer.Argument(metavar="REGISTRY", help="The ministry's folder.")]
RoleName = Annotated[
    str, typer.Argument(metavar="ROLE", help="root, targets, snapshot, timestamp, or the name of a publisher.")
]
SigningKeys = Annotated[
    list[Path] | None,
    typer.Option("--key", metavar="FILE", help="A private key; its passphrase is asked for, or PILOTKIT_PASSPHRASE."),
]


@registry_app.command("key")
def key(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the private key goes: its holder's own place.")],
) -> None:
    """Make a key pair: FILE, encrypted with a passphrase, and FILE.pub, which everybody may see."""
    from pilotkit.registry.keys import make_key

    made = make_key(file, passphrase_of(file, confirm=True))
    say(f"{file} stays with its holder; {file}.pub goes to the ceremony. Key {made.keyid}")


@registry_app.command("init")
def init(
    registry: RegistryPath,
    root: Annotated[list[Path], typer.Option("--root", metavar="KEY.pub", help="Officers' keys: three or more.")],
    snapshot: Annotated[list[Path], typer.Option("--snapshot", metavar="KEY.pub", help="Kept offline.")],
    timestamp: Annotated[list[Path], typer.Option("--timestamp", metavar="KEY.pub", help="On the server.")],
    targets: Annotated[
        list[Path] | None, typer.Option("--targets", metavar="KEY.pub", help="Keys for the lists; else those of root.")
    ] = None,
    threshold: Annotated[int, typer.Option(min=2, max=9, help="Signatures that root and targets need.")] = 2,
) -> None:
    """Write the first files of a registry, for the officers to sign. Nothing is public yet."""
    from pilotkit.registry.key_ceremony import begin
    from pilotkit.registry.layout import RegistryFolder

    keys = {"root": root, "targets": targets or root, "snapshot": snapshot, "timestamp": timestamp}
    begin(RegistryFolder(registry), {role: _publics(paths) for role, paths in keys.items()}, threshold=threshold)
    _tell_ceremony(registry, ("root", "targets"))


@registry_app.command("add-key")
def add_key(
    registry: RegistryPath,
    role: RoleName,
    public: Annotated[Path, typer.Argument(metavar="KEY.pub", help="The key that may sign as well.")],
) -> None:
    """Let one more key sign for a role. A name that is not there yet becomes a publisher."""
    from pilotkit.registry.key_ceremony import add_key as add
    from pilotkit.registry.layout import RegistryFolder

    _tell_ceremony(registry, add(RegistryFolder(registry), role, _publics([public])[0]))


@registry_app.command("rotate")
def rotate(
    registry: RegistryPath,
    role: RoleName,
    old: Annotated[Path, typer.Option("--old", metavar="KEY.pub", help="The key that shall not count any longer.")],
    new: Annotated[Path, typer.Option("--new", metavar="KEY.pub", help="The key in its place.")],
) -> None:
    """Put one key in the place of another: lost, stolen, or its holder has left."""
    from pilotkit.registry.key_ceremony import rotate as put
    from pilotkit.registry.layout import RegistryFolder

    _tell_ceremony(registry, put(RegistryFolder(registry), role, _publics([old])[0], _publics([new])[0]))


@registry_app.command("publish")
def publish(
    registry: RegistryPath,
    publisher: Annotated[str, typer.Argument(metavar="PUBLISHER", help="Whose package it is.")],
    packages: Annotated[list[Path], typer.Argument(metavar="PACKAGE", help="Files that 'pilotkit pack' wrote.")],
    keys: SigningKeys = None,
) -> None:
    """Put packages before the officers, signed by their publisher, with provenance and a bill of materials."""
    from pilotkit.registry.drafts import publish as put
    from pilotkit.registry.layout import RegistryFolder

    signers = _signers(keys)
    with meter("Preparing"):
        added = put(RegistryFolder(registry), publisher, packages, signers)
    for release in added:
        say(f"{release.name} {release.version}: identity {release.identity}")
    _tell_ceremony(registry, ("targets",))


@registry_app.command("revoke")
def revoke(
    registry: RegistryPath,
    release: Annotated[str, typer.Argument(metavar="NAME==VERSION", help="What may not be used any longer.")],
    reason: Annotated[str, typer.Option(help="What people who have it should know.")],
    instead: Annotated[str | None, typer.Option(metavar="VERSION", help="The version to take instead.")] = None,
) -> None:
    """Withdraw a release: nobody installs it any longer, and 'pilotkit check' says so where it is installed."""
    from pilotkit.registry.drafts import revoke as withdraw
    from pilotkit.registry.layout import RegistryFolder
    from pilotkit.registry.version_selection import parse_spec

    name, version = parse_spec(release)
    if version is None:
        raise typer.BadParameter("name the version as well: name==1.2.0", param_hint="NAME==VERSION")
    withdraw(RegistryFolder(registry), name, version, reason, instead=instead)
    _tell_ceremony(registry, ("targets",))


@registry_app.command("sign")
def sign(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Files that wait in 'pending'.")],
    keys: SigningKeys = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask after showing what would be signed.")] = False,
) -> None:
    """Show what a file says, and put a signature under it. Needs no network and nothing but the folder 'pending'."""
    from pilotkit.registry.key_ceremony import sign as put
    from pilotkit.registry.signing_summary import describe

    shown = {file: describe(file) for file in files}
    for lines in shown.values():
        tell("●", "bold", "\n  ".join(lines))
    if not yes:
        typer.confirm("Sign this?", abort=True, err=True)
    for signer in _signers(keys):
        for file in files:
            done = put(file, signer)
            say(f"{done.role} {done.version} has {done.signatures} signatures now.")


@registry_app.command("refresh")
def refresh(registry: RegistryPath, keys: SigningKeys = None, as_json: AsJson = False) -> None:
    """Publish what enough officers have signed, and renew what would expire. Safe to run every day."""
    from pilotkit.registry.layout import RegistryFolder
    from pilotkit.registry.publishing import refresh as settle

    done = settle(RegistryFolder(registry), _signers(keys))
    if as_json:
        print_json({"published": done.published, "waiting": done.waiting})
        return
    _tell_refreshed(registry, done)


@registry_app.command("status")
def status(registry: RegistryPath, as_json: AsJson = False) -> None:
    """Show what a registry publishes, until when its metadata holds, and what waits for whose signature."""
    from pilotkit.registry.status import status_of

    found = status_of(registry)
    if as_json:
        print_json(found)
        return
    table = new_table("role", "version", "holds until", "signatures", "keys")
    for each in found.roles:
        add_row(table, each.role, str(each.version), each.expires, each.signatures, " ".join(each.keys))
    console.print(table)
    for release in found.releases:
        say(release)
    if found.fingerprint:
        say(f"Fingerprint of the first root: {found.fingerprint}")


@registry_app.command("export")
def export(
    registry: RegistryPath,
    into: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="A new folder, such as one on a stick.")],
) -> None:
    """Write a copy for places without a network, and verify it as they will."""
    from pilotkit.registry.layout import RegistryFolder
    from pilotkit.registry.offline_export import export as copy

    with meter("Copying"):
        done = copy(RegistryFolder(registry), into)
    say(f"{done.folder}: {done.packages} packages. Receivers compare the root's fingerprint: {done.fingerprint}")


@registry_app.command("serve")
def serve(
    registry: RegistryPath,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8100,
    host: Annotated[str, typer.Option(help="Loopback, unless a proxy stands in front.")] = "127.0.0.1",
) -> None:
    """Serve a registry's public files until stopped with Ctrl-C: for development, or behind a proxy."""
    from threading import Event

    from pilotkit.registry.http_server import served
    from pilotkit.registry.layout import RegistryFolder

    with served(RegistryFolder(registry), port, host=host) as address:
        say(f"{address} (Ctrl-C stops)")
        Event().wait()


@registry_app.command("follow")
def follow(
    deployment: DeploymentPath,
    place: Annotated[
        str | None, typer.Option("--registry", metavar="PLACE", help="Another address or folder of the same registry.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Hear what the registry says now of a deployment's package. Exit code 1 when it was revoked."""
    from pilotkit.registry.deployment_trust import follow as hear

    found = hear(deployment, place)
    if as_json:
        print_json(found)
    elif found.revocation is None:
        say(f"{found.statement.name} {found.statement.version} stands; the registry's word holds until it is renewed.")
    else:
        tell("■", "red", f"revoked on {found.revocation.revoked:%Y-%m-%d}: {found.revocation.reason}")
    if found.revocation is not None:
        raise typer.Exit(1)


def _publics(paths: list[Path]) -> list[Key]:
    from pilotkit.registry.keys import read_public

    return [read_public(path) for path in paths]


def _signers(paths: list[Path] | None) -> list[Signer]:
    from pilotkit.registry.keys import load_signer

    return [load_signer(path, passphrase_of(path)) for path in paths or []]


def passphrase_of(file: Path, *, confirm: bool = False) -> str:
    """Return the passphrase of a key: from the environment, else typed."""
    from pilotkit.registry.keys import PASSPHRASE

    given: str = os.environ.get(PASSPHRASE) or typer.prompt(
        f"Passphrase of {file}", hide_input=True, confirmation_prompt=confirm, err=True
    )
    return given


def _tell_ceremony(registry: Path, roles: tuple[str, ...]) -> None:
    files = " and ".join(f"{registry}/pending/{role}.json" for role in roles)
    say(f"{files} wait for signatures: each officer runs 'pilotkit registry sign' on them; then 'refresh' publishes.")


def _tell_refreshed(registry: Path, done: Refreshed) -> None:
    for each in done.published:
        say(f"Published: {each}")
    for role in done.waiting:
        warn(f"{registry}/pending/{role}.json waits for signatures; nothing that depends on it is public.")
    if not done.published and not done.waiting:
        say("Everything is as it should be; nothing to do.")
