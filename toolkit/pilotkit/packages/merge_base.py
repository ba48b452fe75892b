"""The merge base: the package's version of every file, kept so that an upgrade needs neither the old package nor git.

Contents are stored below ``.pilot/base/`` by SHA-256; ``index.json`` names them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from pilotkit.catalog.tree import PILOT
from pilotkit.errors import DataError, PackageError, Place
from pilotkit.model.package import Sha256
from pilotkit.model.text import Noun
from pilotkit.packages.archive import PackageArchive

FOLDER = f"{PILOT}/base"
INDEX = f"{FOLDER}/index.json"
IGNORED = f"{PILOT}/.gitignore"
_IGNORED = b"# Kept on this machine only; base/ belongs into version control.\njournal/\nprevious/\nlock\n"
_DAMAGED = "Restore .pilot/ from a backup or from version control."


class MergeBaseFile(Noun):
    """One file as the package's template rendered it."""

    sha256: Sha256
    offered: Sha256 | None = None
    """The digest of a later version's file, while its conflict is unresolved."""


class UndecidedSetting(Noun):
    """A value of ``pilot.toml`` that both sides changed, in conflict."""

    path: tuple[str, ...]
    was: Any = None
    """The package's earlier value, as JSON; absent where there was none."""


class MergeBase(Noun):
    """``.pilot/base/index.json``."""

    format: Annotated[int, Field(ge=1, le=1)] = 1
    identity: Sha256
    """The identity of the package that the deployment was made from or last upgraded to."""
    package: Sha256
    """The digest of that package's file."""
    seeded: dict[str, MergeBaseFile] = Field(default_factory=dict)
    """By path in the deployment."""
    written: tuple[str, ...] = ()
    """Files that were rendered once and have been the deployment's own since."""
    waiting: tuple[str, ...] = ()
    """Stale overrides (``path#key``), to be compared with the package's value."""
    settings: tuple[UndecidedSetting, ...] = ()


def merge_base_files(
    archive: PackageArchive,
    rendered: Mapping[str, bytes],
    kept: Mapping[str, MergeBaseFile] | None = None,
    waiting: Iterable[str] = (),
    settings: Iterable[UndecidedSetting] = (),
    held: Mapping[str, bytes] | None = None,
) -> dict[str, bytes]:
    """Return every file below ``.pilot/base/`` for an installed package, by path in the deployment.

    Args:
        archive: the package.
        rendered: every file that its template renders.
        kept: files that keep their earlier base, because a conflict is unresolved.
        waiting: as in :class:`MergeBase`.
        settings: as in :class:`MergeBase`.
        held: the contents that ``kept`` refers to, by digest.
    """
    package = archive.path.read_bytes()
    own = archive.info.is_seeded
    seeded = {path: MergeBaseFile(sha256=digest(data)) for path, data in rendered.items() if own(path)} | dict(
        kept or {}
    )
    index = MergeBase(
        identity=archive.identity,
        package=digest(package),
        seeded=dict(sorted(seeded.items())),
        written=tuple(sorted(path for path in rendered if not own(path))),
        waiting=tuple(sorted(waiting)),
        settings=tuple(settings),
    )
    contents = {digest(data): data for path, data in rendered.items() if own(path)} | dict(held or {})
    needed = {each for file in seeded.values() for each in (file.sha256, file.offered) if each}
    files = {f"{FOLDER}/{each}": contents[each] for each in sorted(needed)}
    return {**files, f"{FOLDER}/{index.package}": package, INDEX: index_text(index), IGNORED: _IGNORED}


def index_text(index: MergeBase) -> bytes:
    """Return the text of ``.pilot/base/index.json``."""
    text = json.dumps(index.model_dump(mode="json", exclude_none=True), ensure_ascii=False, indent=1)
    return f"{text}\n".encode()


def read_merge_base(folder: Path) -> MergeBase | None:
    """Read the index of a deployment; None where it is older than merge bases.

    Raises:
        DataError: it cannot be read.
    """
    path = folder / INDEX
    if not path.is_file():
        return None
    try:
        return MergeBase.model_validate_json(path.read_bytes())
    except ValidationError:
        raise DataError("is not as pilotkit wrote it.", where=Place(INDEX), remedy=_DAMAGED) from None


def content(folder: Path, sha256: str) -> bytes:
    """Return the contents with a digest.

    Raises:
        DataError: it is missing or altered.
    """
    name = f"{FOLDER}/{sha256}"
    try:
        data = (folder / name).read_bytes()
    except OSError:
        data = b""
    if digest(data) != sha256:
        raise DataError("is missing or altered.", where=Place(name), remedy=_DAMAGED)
    return data


def kept_package(folder: Path, pristine: MergeBase) -> PackageArchive:
    """Return the package that the deployment was made from.

    Raises:
        DataError: it is missing or altered.
    """
    content(folder, pristine.package)
    archive = PackageArchive.open(folder / FOLDER / pristine.package)
    if archive.identity != pristine.identity:
        raise PackageError("is not the package that the index names.", where=Place(INDEX), remedy=_DAMAGED)
    return archive


def digest(data: bytes) -> str:
    """Return the SHA-256 of ``data``, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
