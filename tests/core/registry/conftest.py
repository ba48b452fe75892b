"""A registry with two publishers, a package in it, and a province that was given its root."""

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata, TargetFile

from pilotkit import Deployment
from pilotkit.model.registry import Release
from pilotkit.model.text import LocalText
from pilotkit.packages.packing import pack
from pilotkit.registry.atomic_files import write_atomic
from pilotkit.registry.layout import TARGETS, RegistryFolder, next_version, whole_second
from pilotkit.registry.publishing import refresh
from pilotkit.registry.signed_lists import Lists
from pilotkit.registry.temporary_registry import ThrowawayRegistry
from pilotkit.registry.trust_root import TrustedRegistry
from pilotkit.testing import tiny_deployment, tiny_file

TEMPLATE = str(Path(__file__).parents[3] / "templates" / "province")
UNITS = """scheme,code,valid_from,name,kind,level,parent,latitude,longitude
zz,SP,2024-01-01,Silver Point,municipality,province,,1.5,-30.5
zz,SP-01,2024-01-01,Quarter East Gate,quarter,commune,SP,1.52,-30.51
"""


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The little town's package in three versions."""
    folder = tmp_path_factory.mktemp("packages")
    found = {}
    for version in ("0.1.0", "0.2.0", "1.0.0"):
        changed = tiny_file("model/package.toml", ('version = "0.1.0"', f'version = "{version}"'))
        donor = Deployment(tiny_deployment(folder / version, changed, package__template=TEMPLATE))
        found[version] = pack(donor, folder / "out").path
    return found


@pytest.fixture(scope="session")
def _published(tmp_path_factory: pytest.TempPathFactory, packages: dict[str, Path]) -> ThrowawayRegistry:
    made = ThrowawayRegistry.make(tmp_path_factory.mktemp("registry") / "original", ["amber", "basalt"])
    made.release("amber", packages["0.1.0"])
    return made


@pytest.fixture
def registry(_published: ThrowawayRegistry, tmp_path: Path) -> ThrowawayRegistry:
    """A copy that a test may do anything to; version 0.1.0 of ``amber`` is published."""
    shutil.copytree(_published.folder.folder, tmp_path / "registry")
    return replace(_published, folder=RegistryFolder(tmp_path / "registry"))


@pytest.fixture
def trusted(registry: ThrowawayRegistry, tmp_path: Path) -> TrustedRegistry:
    return registry.trusted(tmp_path / "store")


@pytest.fixture
def units(tmp_path: Path) -> dict[str, str]:
    """Answers for a province of a country that no plugin knows."""
    (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8")
    return {"units_file": str(tmp_path / "units.csv"), "assigned_on": "2025-07-21", "due_on": "2025-07-30"}


@pytest.fixture
def sneak(registry: ThrowawayRegistry) -> Callable[..., Release]:
    """Publish any bytes as a package, with every signature, past all that 'publish' looks at.

    As if publisher and officers were careless together. ``custom`` says what the publisher signs of it otherwise,
    ``key`` who signs for the publisher, ``listed`` what the ministry lists otherwise.
    """

    def publish(data: bytes, *, custom: dict[str, object] | None = None, key: CryptoSigner | None = None,
                name: str = "town-model", version: str = "9.9.9", publisher: str = "amber", path: str | None = None,
                **listed: object) -> Release:  # fmt: skip
        folder, at = registry.folder, whole_second(None)
        known = Lists.newest(folder)
        release = Release(
            **{
                "name": name, "version": version, "identity": "0" * 64, "size": len(data), "publisher": publisher,
                "sha256": hashlib.sha256(data).hexdigest(), "title": LocalText({"en": "Sneaked in"}),
                "requires": known.listing.releases[0].requires,
            } | listed
        )  # fmt: skip
        held: Metadata = next_version(folder.current(publisher), publisher, at)
        target = TargetFile.from_data(path or release.path, data, ["sha256"])
        said = {each: getattr(release, each) for each in ("name", "version", "identity", "publisher", "size")}
        target.unrecognized_fields["custom"] = said | (custom or {})
        held.signed.targets[target.path] = target
        held.sign(key or registry.publishers[publisher])
        targets = next_version(folder.current(TARGETS), TARGETS, at)
        listing = known.listing.model_copy(update={"releases": (*known.listing.releases, release)})
        Lists(listing, known.revocations).issued(at).enter(folder, targets)
        write_atomic(folder.pending / "files" / target.path, data)
        folder.save_draft(publisher, held)
        folder.save_draft(TARGETS, targets)
        refresh(folder, (*registry.officers[:2], registry.snapshot, registry.timestamp))
        return release

    return publish
