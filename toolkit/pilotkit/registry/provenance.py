"""What goes with a release: who packed it (in-toto provenance, signed) and what is in it (a CycloneDX bill)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from securesystemslib.signer import Key, Signer

from pilotkit.errors import TrustError
from pilotkit.model.registry import Release
from pilotkit.packages.archive import PackageArchive
from pilotkit.registry.envelopes import open_statement, sign_statement
from pilotkit.version import __version__

PREDICATE = "https://slsa.dev/provenance/v1"
_BUILD = "urn:pilotkit:pack:v1"
_BUILDER = "urn:pilotkit:publisher"
_IDENTITY = "pilotkit:identity"


def provenance_of(release: Release, archive: PackageArchive, signers: Sequence[Signer], at: datetime) -> bytes:
    """Return a SLSA provenance v1 statement: the deployment, the version of pilotkit, and who vouches."""
    predicate = {
        "buildDefinition": {
            "buildType": _BUILD,
            "externalParameters": {"donor": archive.info.donor.id, "name": release.name, "version": release.version},
            "internalParameters": {"pilotkit": __version__},
            "resolvedDependencies": [{"name": "manifest.json", "digest": {"sha256": archive.identity}}],
        },
        "runDetails": {
            "builder": {"id": f"{_BUILDER}:{release.publisher}", "version": {"pilotkit": __version__}},
            "metadata": {"finishedOn": f"{at:%Y-%m-%dT%H:%M:%SZ}"},
        },
    }
    return sign_statement({release.path.rpartition("/")[2]: release.sha256}, PREDICATE, predicate, signers)


def signers_of_provenance(signers: Sequence[Signer]) -> dict[str, Any]:
    """Return what the publisher's metadata says of a statement: the keys that signed it, which may be replaced later.

    Whoever signs that metadata now vouches for the keys of then.
    """
    return {"keys": {each.public_key.keyid: each.public_key.to_dict() for each in signers}}


def check_provenance(data: bytes, release: Release, custom: Any) -> None:
    """Hold a statement against the release it comes with.

    Args:
        data: the envelope.
        release: what it should speak of.
        custom: what the publisher's verified metadata says of it, as :func:`signers_of_provenance` wrote it.

    Raises:
        TrustError: its signature does not count, or it is about another file, name or publisher.
    """
    predicate = open_statement(data, _keys(custom), PREDICATE, digest=release.sha256).get("predicate")
    try:
        said = predicate["buildDefinition"]["externalParameters"]  # type: ignore[index]  # whatever it is, see below
        builder = predicate["runDetails"]["builder"]["id"]  # type: ignore[index]
        agrees = (said["name"], said["version"], builder) == (
            release.name, release.version, f"{_BUILDER}:{release.publisher}",
        )  # fmt: skip
    except (TypeError, KeyError):
        agrees = False
    if not agrees:
        raise TrustError(
            f"the provenance of {release.name} {release.version} speaks of something else.",
            remedy="Tell the registry's operator; do not use the package.",
        )


def _keys(custom: Any) -> list[Key]:
    try:
        return [Key.from_dict(keyid, dict(each)) for keyid, each in custom["keys"].items()]
    except (TypeError, KeyError, AttributeError, ValueError):
        return []


def bill_of(release: Release, archive: PackageArchive) -> bytes:
    """Return a CycloneDX 1.6 bill of materials: the package, every file with its hash, and required plugins."""
    from cyclonedx.model import HashAlgorithm, HashType, Property  # noqa: PLC0415  # half a second, for publishing alone
    from cyclonedx.model.bom import Bom  # noqa: PLC0415
    from cyclonedx.model.component import Component, ComponentType  # noqa: PLC0415
    from cyclonedx.output.json import JsonV1Dot6  # noqa: PLC0415

    def hashed(digest: str) -> list[HashType]:
        return [HashType(alg=HashAlgorithm.SHA_256, content=digest)]

    bill = Bom(serial_number=_serial(release.sha256))
    bill.metadata.component = Component(
        name=release.name,
        version=release.version,
        type=ComponentType.APPLICATION,
        bom_ref="package",
        hashes=hashed(release.sha256),
        properties=[Property(name=_IDENTITY, value=release.identity)],
    )
    for entry in archive.manifest.files:
        bill.components.add(
            Component(
                name=entry.path, type=ComponentType.FILE, bom_ref=f"file:{entry.path}", hashes=hashed(entry.sha256)
            )
        )
    for plugin in archive.info.requires.plugins:
        bill.components.add(
            Component(name=f"pilotkit-{plugin}", type=ComponentType.LIBRARY, bom_ref=f"plugin:{plugin}")
        )
    bill.register_dependency(bill.metadata.component, tuple(bill.components))
    return f"{JsonV1Dot6(bill).output_as_string(indent=1)}\n".encode()


def check_bill(data: bytes, release: Release, archive: PackageArchive) -> None:
    """Hold a bill of materials against the package it comes with.

    Raises:
        TrustError: it is none, or names another package or other files.
    """
    try:
        bill = json.loads(data)
        package = bill["metadata"]["component"]
        files = {each["name"]: _sha256(each) for each in bill["components"] if each["type"] == "file"}
        agrees = (
            (bill["bomFormat"], package["name"], package["version"], _sha256(package))
            == ("CycloneDX", release.name, release.version, release.sha256)
        ) and files == {entry.path: entry.sha256 for entry in archive.manifest.files}
    except (ValueError, KeyError, TypeError, RecursionError):
        agrees = False
    if not agrees:
        raise TrustError(
            f"the bill of materials of {release.name} {release.version} is not one of this package.",
            remedy="Tell the registry's operator; do not use the package.",
        )


def _sha256(component: dict[str, Any]) -> str:
    return next(str(each["content"]) for each in component["hashes"] if each["alg"] == "SHA-256")


def _serial(digest: str) -> Any:
    """Return the same package has the same bill: its serial number comes from its hash."""
    from uuid import NAMESPACE_URL, uuid5  # noqa: PLC0415  # with the rest of what only publishing needs

    return uuid5(NAMESPACE_URL, f"urn:sha256:{digest}")
