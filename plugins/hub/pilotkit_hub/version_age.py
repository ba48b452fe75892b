"""How old a running version is, and how far behind the newest of its package, by what the registry publishes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pilotkit.trust import precedence

if TYPE_CHECKING:
    from pilotkit.trust import InstalledPackage, PublishedRelease


@dataclass(frozen=True)
class VersionAge:
    """Of one deployment's package. What the registry does not know is absent."""

    days: int | None = None
    """Since it was released; absent: the registry has no such release."""
    newest: str | None = None
    """The newest version that one may take; absent: the registry has none of this package."""
    behind: int = 0
    """How many releases, which one may take, are newer."""
    is_ahead: bool = False
    """Whether it is newer than all that one may take."""


def age_of(package: InstalledPackage, releases: Sequence[PublishedRelease], now: datetime) -> VersionAge:
    """How old a version is.

    Args:
        package: what runs.
        releases: what the registry publishes. A revoked one and a preliminary one are not for taking.
        now: the instant.
    """
    own = next((each for each in releases if each.release.identity == package.identity), None)
    good = {
        each.release.version
        for each in releases
        if each.release.name == package.name and not each.revocation and "-" not in each.release.version
    }
    here, newest = precedence(package.version), max(good, key=precedence, default=None)
    return VersionAge(
        days=max(0, (now - own.released).days) if own and own.released else None,
        newest=newest,
        behind=sum(precedence(each) > here for each in good),
        is_ahead=newest is not None and precedence(newest) < here,
    )
