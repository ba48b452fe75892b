"""What the deployment changed on top of its package: is it allowed, and does it still fit?"""

from __future__ import annotations

from collections.abc import Iterator

from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.locks import lock_on
from pilotkit.catalog.tree import MODEL, OVERRIDES, OverlayChange
from pilotkit.errors import Place
from pilotkit.model.plain_data import PlainData
from pilotkit.model.surface import Check, Finding, Severity
from pilotkit.overlay import ABSENT
from pilotkit.packages.conflicts import compare_by


def run(deployment: Deployment) -> Iterator[Finding]:
    """Errors for locked keys and files that change nothing, warnings for values the package has changed since."""
    catalog = deployment.catalog
    locked = catalog.package.locked if catalog.package else ()
    for change in catalog.changes:
        if rule := lock_on(change, locked):
            yield _locked(change, rule)
        if change.change.is_stale:
            yield _stale(change)
    yield from _without_effect(deployment)


def _locked(change: OverlayChange, rule: str) -> Finding:
    return Finding(
        Severity.ERROR,
        CHECK.id,
        Place(change.file, change.change.key),
        f"The package locks this key ({rule}), so it may not be changed here.",
        "Remove the change, or ask the package's owner to unlock the key.",
    )


def _stale(change: OverlayChange) -> Finding:
    was, found, ours = (_shown(each) for each in (change.change.was, change.change.found, change.change.value))
    return Finding(
        Severity.WARNING,
        CHECK.id,
        Place(change.file, change.change.key),
        f"The change replaced {was}, but the package now says {found}; yours, {ours}, holds.",
        compare_by(change.file.removeprefix(f"{OVERRIDES}/"), change.change.key),
    )


def _shown(value: PlainData) -> str:
    return "nothing" if value is ABSENT else f"{value!r:.80}"


def _without_effect(deployment: Deployment) -> Iterator[Finding]:
    folder = deployment.folder / OVERRIDES
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")):
        name = path.relative_to(folder).as_posix()
        target = f"{MODEL}/{name}"
        if not deployment.data_files.is_overridable(target) or not (deployment.folder / target).is_file():
            yield Finding(
                Severity.ERROR,
                CHECK.id,
                Place(f"{OVERRIDES}/{name}"),
                f"The file changes {target}, which is not a file of the package that can be changed.",
                "Rename it after the file it is meant to change, or remove it.",
            )


CHECK = Check("overrides", "Is what was changed allowed, and does it still fit the package?", run)
