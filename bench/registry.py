"""A registry of 34 provinces and 500 packages: a verified install, and a refresh, against a plain download of the same.

Both sides ask the same server on loopback and fetch the same files in the same order: metadata, the two lists, the
package and what goes with it. The plain side writes them to a folder and looks at nothing. Every run of ours is cold:
a store that knows the root alone. For the refresh both sides have everything, and the registry has a new timestamp.
"""

import shutil
import tempfile
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from urllib.request import Request, urlopen

from timing import Ratio, in_turn, summary

from pilotkit import Deployment
from pilotkit.packages.archive import PackageArchive
from pilotkit.packages.manifest import canonical_bytes, manifest_of
from pilotkit.packages.packing import pack
from pilotkit.registry.fetcher import Fetcher
from pilotkit.registry.http_server import served
from pilotkit.registry.layout import PERIODS
from pilotkit.registry.temporary_registry import ThrowawayRegistry
from pilotkit.registry.trust_root import TrustedRegistry
from pilotkit.registry.verified_download import RegistrySession, download_verified

PUBLISHERS, PACKAGES = 34, 500
SPEC = "model-250"


def measure(donor: Path, runs: int = 7) -> list[Ratio]:
    """Two ratios of wall times: install, and refresh."""
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        registry = _filled(donor, room)
        with served(registry.folder) as address:
            return [_install(registry, room, address, runs), _refresh(registry, room, address, runs)]


def _install(registry: ThrowawayRegistry, room: Path, address: str, runs: int) -> Ratio:
    store, plain = room / "store", room / "plain"
    fetched = _addresses(lambda: download_verified(SPEC, registry=registry.trusted(store, address)))

    def clear() -> None:
        shutil.rmtree(store, ignore_errors=True)
        shutil.rmtree(plain, ignore_errors=True)
        plain.mkdir()

    ratios = in_turn(
        lambda: download_verified(SPEC, registry=registry.trusted(store, address)),
        lambda: _download(fetched, plain),
        runs,
        clear,
    )
    return summary(
        "registry", f"verified install of one of {PACKAGES} packages of {PUBLISHERS} publishers, cold",
        f"plain download of the same {len(fetched)} files", ratios, 20, at_most=True, of="wall time",
    )  # fmt: skip


def _refresh(registry: ThrowawayRegistry, room: Path, address: str, runs: int) -> Ratio:
    trusted, plain, weeks = registry.trusted(room / "kept", address), room / "plain", count(1)
    download_verified(SPEC, registry=trusted)

    def renew() -> None:
        """Sign the timestamp anew, as the server does in the last third of every week."""
        registry.settle(now=datetime.now(UTC) + next(weeks) * 0.67 * PERIODS["timestamp"])

    fetched = _addresses(lambda: _visit(trusted))
    ratios = in_turn(lambda: _visit(trusted), lambda: _download(fetched, plain), runs, renew)
    return summary(
        "refresh", "following the registry: is anything new or revoked?",
        f"plain download of the same {len(fetched)} files", ratios, 10, at_most=True, of="wall time",
    )  # fmt: skip


def _visit(trusted: TrustedRegistry) -> None:
    RegistrySession(trusted, datetime.now(UTC))


def _addresses(page_request: Callable[[], object]) -> list[str]:
    """Every address that a visit asks for and gets an answer from."""
    asked: list[str] = []
    original = Fetcher._fetch  # noqa: SLF001  # to see what is asked for, once, before anything is timed

    def seen(self: Fetcher, url: str) -> object:
        answer = original(self, url)
        asked.append(url)
        return answer

    Fetcher._fetch = seen  # type: ignore[method-assign]  # noqa: SLF001  # the same
    try:
        page_request()
    finally:
        Fetcher._fetch = original  # type: ignore[method-assign]  # noqa: SLF001  # the same
    return [each for each in asked if _answers(each)]


def _answers(address: str) -> bool:
    try:
        with urlopen(Request(address, method="HEAD")):
            return True
    except OSError:
        return False


def _download(addresses: list[str], into: Path) -> None:
    for number, address in enumerate(addresses):
        with urlopen(address) as answer, (into / str(number)).open("wb") as file:
            shutil.copyfileobj(answer, file)


def _filled(donor: Path, room: Path) -> ThrowawayRegistry:
    """Hanoi's package under 500 names, from 34 publishers."""
    original = PackageArchive.open(pack(Deployment(donor), room).path)
    names = [f"publisher-{number:02}" for number in range(PUBLISHERS)]
    registry = ThrowawayRegistry.make(room / "registry", names)
    (room / "packages").mkdir()
    for number, publisher in enumerate(names):
        own = [_renamed(original, f"model-{each}", room) for each in range(number, PACKAGES, PUBLISHERS)]
        registry.release(publisher, *own)
    return registry


def _renamed(archive: PackageArchive, name: str, room: Path) -> Path:
    """Return the same package under another name: whole, with a manifest of its own."""
    said = archive.files["package.toml"].decode()
    renamed = said.replace(f'name = "{archive.info.name}"', f'name = "{name}"', 1).encode()
    files = {**archive.files, "package.toml": renamed}
    del files["manifest.json"]
    files["manifest.json"] = canonical_bytes(manifest_of(files))
    path = room / "packages" / f"{name}.zip"
    with zipfile.ZipFile(path, "w") as zipped:
        for inside, data in files.items():
            zipped.writestr(zipfile.ZipInfo(inside), data, zipfile.ZIP_DEFLATED, 1)
    return path
