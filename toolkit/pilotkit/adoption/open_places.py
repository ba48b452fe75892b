"""What upgrades left for a person to decide, as a receipt may tell it: files and keys, never values."""

from __future__ import annotations

from collections.abc import Iterator

from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.tree import OFFERED
from pilotkit.model.adoption import MOST_PLACES, LeftOpen, OpenKind, OpenPlace
from pilotkit.packages.conflicts import set_aside, undecided_settings, waiting_files


def left_open(deployment: Deployment) -> LeftOpen:
    """Everything that waits for a decision in a deployment.

    Raises:
        DataError: what is kept of the package cannot be read.
    """
    found = tuple(_places(deployment))
    return LeftOpen(count=len(found), places=found[:MOST_PLACES])


def _places(deployment: Deployment) -> Iterator[OpenPlace]:
    for name in waiting_files(deployment.folder):
        yield OpenPlace(kind=OpenKind.FILE, file=name.removesuffix(OFFERED))
    for name in set_aside(deployment.folder):
        yield OpenPlace(kind=OpenKind.SET_ASIDE, file=name)
    for each in deployment.catalog.changes:
        if each.change.is_stale:
            yield OpenPlace(kind=OpenKind.OVERRIDE, file=each.file, key=each.change.key)
    for _, notice in undecided_settings(deployment.folder):
        yield OpenPlace(kind=OpenKind.SETTING, file=notice.file, key=notice.key)
