"""The effective model: the package's files with a deployment's overrides applied, as they are packed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import yaml

from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.locks import lock_on
from pilotkit.catalog.tree import MODEL, OVERRIDES, OverlayChange
from pilotkit.errors import PackageError, Place
from pilotkit.merging.documents import edited
from pilotkit.model.package import Ownership
from pilotkit.overlay import Change, apply_overlay
from pilotkit.packages.file_listing import list_files
from pilotkit.reading.files import read_text
from pilotkit.reading.yaml_data import parse_yaml

_WIDTH = 120


@dataclass(frozen=True)
class LayeredFile:
    """A file of the package with the overrides applied."""

    data: bytes
    changes: tuple[Change, ...]


def layered_files(deployment: Deployment, keep: Sequence[str] = ()) -> Iterator[tuple[str, LayeredFile]]:
    """Yield every file that overrides change, by path inside the package.

    Args:
        deployment: the deployment with the overrides.
        keep: patterns of files below ``local/overrides/`` that are not packed, because they are local.

    Raises:
        DataError: an override is broken.
        PackageError: a pattern of ``keep`` matches nothing, or an override changes a missing or locked key.
    """
    names = tuple(list_files(deployment.folder / OVERRIDES)) if (deployment.folder / OVERRIDES).is_dir() else ()
    for pattern in keep:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise PackageError(
                f"no file of {OVERRIDES}/ is called '{pattern}', so none can be kept here.",
                remedy="Name it by its path below that folder.",
            )
    for name in names:
        if not any(fnmatchcase(name, pattern) for pattern in keep) and not _is_local(deployment, name):
            yield name, _layered(deployment, name)


def _is_local(deployment: Deployment, name: str) -> bool:
    """Return whether the package declares this very file as local; ``local/**`` is about tables."""
    ownership = deployment.catalog.package.ownership if deployment.catalog.package else {}
    rules = ((pattern, owner) for pattern, owner in ownership.items() if pattern.startswith(OVERRIDES))
    owners = (owner for pattern, owner in rules if fnmatchcase(f"{OVERRIDES}/{name}", pattern))
    return next(owners, Ownership.LAYERED) is Ownership.LOCAL


def _layered(deployment: Deployment, name: str) -> LayeredFile:
    override, file = f"{OVERRIDES}/{name}", f"{MODEL}/{name}"
    if not (deployment.folder / file).is_file():
        raise PackageError(
            f"changes {file}, which is not there.", where=Place(override), remedy="Run 'pilotkit check' and mend it."
        )
    text = read_text(deployment.folder / file, file)
    overlay = parse_yaml(read_text(deployment.folder / override, override), override)
    data, changes = apply_overlay(parse_yaml(text, file), {} if overlay is None else overlay, override)
    _refuse_locked(deployment, [OverlayChange(override, change) for change in changes])
    return LayeredFile(_written(file, data, text).encode(), changes)


def _refuse_locked(deployment: Deployment, changes: Sequence[OverlayChange]) -> None:
    """Refuse changes to locked keys: packing must not circumvent a lock."""
    locked = deployment.catalog.package.locked if deployment.catalog.package else ()
    for change in changes:
        if rule := lock_on(change, locked):
            raise PackageError(
                f"changes what the package locks ({rule}).",
                where=Place(change.file, change.change.key),
                remedy="Remove the change, or ask the package's owner to unlock the key.",
            )


def _written(file: str, data: object, before: str) -> str:
    """Return the file's text with the changes edited in, so that comments survive; deterministic.

    A text that cannot be edited in place is written anew below its head comment.
    """
    if (changed := edited(file, before, data)) is not None:
        return changed
    lines = before.splitlines(keepends=True)
    head = next((at for at, line in enumerate(lines) if not line.startswith("#")), len(lines))
    body: str = yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=_WIDTH)
    return "".join(lines[:head]) + body
