"""Publishing and revoking: what the publisher and the ministry then sign."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from securesystemslib.signer import Signer
from tuf.api.metadata import Metadata, TargetFile

from pilotkit.errors import DataError, UnknownError
from pilotkit.model.registry import Release, Revocation
from pilotkit.packages.archive import PackageArchive
from pilotkit.registry.atomic_files import write_atomic
from pilotkit.registry.key_ceremony import note_signers, unsigned
from pilotkit.registry.layout import TARGETS, RegistryFolder, next_version, whole_second
from pilotkit.registry.provenance import bill_of, provenance_of, signers_of_provenance
from pilotkit.registry.signed_lists import Lists


def publish(
    registry: RegistryFolder, publisher: str, packages: Sequence[Path], signers: Sequence[Signer], *,
    now: datetime | None = None,
) -> tuple[Release, ...]:  # fmt: skip
    """Put packages before the officers: nothing is public before they have signed and 'refresh' was run.

    Args:
        registry: the folder, or a copy of it on the publisher's machine.
        publisher: whose packages they are.
        packages: files that ``pilotkit pack`` wrote.
        signers: the publisher's keys: they vouch for who packed, and for the packages.
        now: the instant.

    Raises:
        PackageError: a package is refused.
        DataError: no such publisher, no key of it, another publisher has the name, or the version is out already.
    """
    at = whole_second(now)
    targets = _draft(registry, TARGETS, at)
    held = _draft(registry, publisher, at) if publisher in targets.signed.delegations.roles else None
    if held is None:
        raise UnknownError(
            f"there is no publisher '{publisher}'.", remedy="Add it: 'pilotkit registry add-key REGISTRY NAME KEY.pub'."
        )
    own = [each for each in signers if each.public_key.keyid in targets.signed.delegations.roles[publisher].keyids]
    if not own:
        raise DataError(f"no key of '{publisher}' is at hand.", remedy="Name one with --key.")
    lists = Lists.newest(registry)
    added = []
    for path in packages:
        release = _release(path, publisher, lists.listing.releases)
        _enter(registry, held, release, path, own, at)
        added.append(release)
        lists = Lists(
            lists.listing.model_copy(update={"releases": (*lists.listing.releases, release)}), lists.revocations
        )
    lists.issued(at).enter(registry, targets)
    for signer in own:
        held.sign(signer, append=True)
    registry.save_draft(publisher, held)
    registry.save_draft(TARGETS, targets)
    note_signers(registry)
    return tuple(added)


def _draft(registry: RegistryFolder, role: str, now: datetime) -> Metadata[Any]:
    """Return what waits for signatures of a role, without them; or the next version of what is published."""
    if (waiting := registry.draft(role)) is not None:
        return unsigned(waiting)
    if (current := registry.current(role)) is not None:
        return next_version(current, role, now)
    raise DataError(f"{registry.folder} is not a registry.", remedy="Name a folder that 'pilotkit registry init' made.")


def _release(path: Path, publisher: str, known: Sequence[Release]) -> Release:
    archive = PackageArchive.open(path)
    info = archive.info
    for other in known:
        if other.name == info.name and other.publisher != publisher:
            raise DataError(
                f"'{info.name}' is a package of '{other.publisher}'.",
                remedy="A name belongs to who published it first; take another in package.toml.",
            )
        if (other.name, other.version) == (info.name, info.version):
            raise DataError(
                f"{info.name} {info.version} is published already.",
                remedy="A version never changes; raise it in package.toml and pack again.",
            )
    data = path.read_bytes()
    return Release(
        name=info.name, version=info.version, identity=archive.identity, sha256=hashlib.sha256(data).hexdigest(),
        size=len(data), publisher=publisher, title=info.title, requires=info.requires,
    )  # fmt: skip


def _enter(
    registry: RegistryFolder, held: Metadata[Any], release: Release, path: Path, own: Sequence[Signer], at: datetime
) -> None:
    """Write a package and what goes with it beside the drafts, and name all three in the publisher's."""
    archive = PackageArchive.open(path)
    files = {
        release.path: path.read_bytes(),
        release.provenance: provenance_of(release, archive, own, at),
        release.sbom: bill_of(release, archive),
    }
    for name, data in files.items():
        held.signed.targets[name] = TargetFile.from_data(name, data, ["sha256"])
        write_atomic(registry.pending / "files" / name, data)
    fields = ("name", "version", "identity", "publisher", "size")
    held.signed.targets[release.path].unrecognized_fields["custom"] = {name: getattr(release, name) for name in fields}
    held.signed.targets[release.provenance].unrecognized_fields["custom"] = signers_of_provenance(own)


def revoke(
    registry: RegistryFolder, name: str, version: str, reason: str, *, instead: str | None = None,
    now: datetime | None = None,
) -> Revocation:  # fmt: skip
    """Say that a release may not be used any longer, for the officers to sign.

    Raises:
        UnknownError: there is no such release, or none of the version to take instead.
        DataError: it is revoked already, or no reason is given.
    """
    at, lists = whole_second(now), Lists.newest(registry)
    found = {(each.name, each.version): each for each in lists.listing.releases}
    for wanted in (version, instead):
        if wanted is not None and (name, wanted) not in found:
            raise UnknownError(
                f"{name} {wanted} is not published here.", remedy="'pilotkit registry status' lists all."
            )
    if not reason.strip():
        raise DataError("a revocation needs a reason.", remedy="Say with --reason what people should know.")
    if any((each.name, each.version) == (name, version) for each in lists.revocations.revocations):
        raise DataError(f"{name} {version} is revoked already.", remedy="Nothing needs to be done.")
    gone = Revocation(
        name=name, version=version, identity=found[name, version].identity, revoked=at, reason=reason.strip(),
        instead=instead,
    )  # fmt: skip
    targets = _draft(registry, TARGETS, at)
    more = lists.revocations.model_copy(update={"revocations": (*lists.revocations.revocations, gone)})
    Lists(lists.listing, more).issued(at).enter(registry, targets)
    registry.save_draft(TARGETS, targets)
    note_signers(registry)
    return gone
