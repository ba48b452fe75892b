"""Publishing and revoking: what is out, what waits for whose signature, and what a version changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pilotkit import UnknownError, View
from pilotkit.trust import PackageArchive, compare_packages, status_of
from pilotkit_hub.hub_settings import read_settings
from pilotkit_hub.release_notes import Wording

if TYPE_CHECKING:
    from pilotkit.pages import PageRequest
    from pilotkit.trust import PublishedRelease


def show_releases(request: PageRequest) -> View:
    """Show the registry as it is published and as it waits. Signing happens elsewhere: no private key is ever here."""
    settings = read_settings(request.deployment.folder)
    folder = settings.registry
    if folder is None or not folder.is_dir():
        return View("hub/no_registry.html", {"is_named": folder is not None})
    status = status_of(folder)
    releases = settings.releases()
    waiting = [
        {
            "role": role,
            "missing": [(key, settings.office_of(key)) for key in role.keys if key not in role.signed],
            "is_enough": len(role.signed) >= int(role.signatures.split()[-1]),
        }
        for role in status.roles
        if not role.is_published
    ]
    return View(
        "hub/releases.html",
        {
            "status": status,
            "published": [role for role in status.roles if role.is_published],
            "waiting": waiting,
            "releases": [(each, _before(releases, each)) for each in reversed(releases)],
            "folder": folder.name,
        },
    )


def show_notes(request: PageRequest) -> View:
    """Show what is different between two releases, in words.

    Raises:
        UnknownError: the registry has no such release.
    """
    releases = read_settings(request.deployment.folder).releases()
    old, new = (_release(releases, request.query.get(side, "")) for side in ("old", "new"))
    notes = compare_packages(PackageArchive.open(old.path), PackageArchive.open(new.path))
    wording = Wording(request.language, request.deployment.settings.deployment.currency)
    context: dict[str, Any] = {"notes": notes, "sections": tuple(wording.sections(notes)), "old": old, "new": new}
    return View("hub/notes.html", context)


def _release(releases: tuple[PublishedRelease, ...], identity: str) -> PublishedRelease:
    for each in releases:
        if each.release.identity == identity:
            return each
    raise UnknownError("the registry has no such release.", remedy="Look at the list of releases.")


def _before(releases: tuple[PublishedRelease, ...], release: PublishedRelease) -> PublishedRelease | None:
    """Return the release of the same name that was published before."""
    same = [each for each in releases if each.release.name == release.release.name]
    at = same.index(release)
    return same[at - 1] if at else None


def packages_at(old: Path, new: Path) -> tuple[PackageArchive, PackageArchive]:
    """Two package files, verified."""
    return PackageArchive.open(old), PackageArchive.open(new)
