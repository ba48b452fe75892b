"""What can be wrong with an installation, question by question. Each looks, and changes nothing."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

from pilotkit.catalog.plugins import SLOW_SECONDS, installed_plugins
from pilotkit.errors import PilotkitError
from pilotkit.model.surface import Severity

if TYPE_CHECKING:
    from pilotkit.catalog.deployment import Deployment

OLDEST = (3, 11)
"""The oldest Python that pilotkit runs on."""
_SCARCE, _TOO_SCARCE = 2_000_000_000, 200_000_000
"""Bytes of free disk below which it is said, and below which it is wrong."""
_ROOM = Path(__file__).parents[1]
_NEVER_BEFORE = datetime(2025, 7, 1, tzinfo=UTC)
"""pilotkit did not exist before: a clock that says so is wrong."""


@dataclass(frozen=True)
class Symptom:
    """Something that is wrong, and how to mend it."""

    severity: Severity
    what: str
    remedy: str


Question = Callable[["Deployment | None"], Iterator[Symptom]]


def python(_: Deployment | None) -> Iterator[Symptom]:
    """Is this Python new enough?"""
    if sys.version_info < OLDEST:
        yield _wrong(f"This is Python {sys.version.split()[0]}.", f"Use {'.'.join(map(str, OLDEST))} or newer.")


def libraries(_: Deployment | None) -> Iterator[Symptom]:
    """Is every library that pilotkit needs installed, and new enough?"""
    for text in requires("pilotkit") or ():
        needed = Requirement(text)
        if needed.marker and not needed.marker.evaluate({"extra": ""}):
            continue
        try:
            found = version(needed.name)
        except PackageNotFoundError:
            yield _wrong(f"{needed.name} is not installed.", f"Run 'pip install \"{needed}\"'.")
            continue
        if not needed.specifier.contains(found, prereleases=True):
            yield _wrong(f"{needed.name} is {found}; {needed.specifier} is needed.", f"Run 'pip install \"{needed}\"'.")


def plugins(deployment: Deployment | None) -> Iterator[Symptom]:
    """Check that every installed plugin loads, and quickly."""
    used = deployment.settings.plugins.enabled if deployment else ()
    for each in installed_plugins(used):
        if each.problem:
            severity = Severity.ERROR if each.enabled else Severity.WARNING
            yield Symptom(severity, each.problem, f"It belongs to {each.distribution} {each.version}.")
    for name, seconds in deployment.plugins.load_seconds.items() if deployment else ():
        if seconds > SLOW_SECONDS:
            yield _said(f"Plugin '{name}' takes {seconds:.1f} s to load.", "Every command waits for that.")


def assets(_: Deployment | None) -> Iterator[Symptom]:
    """Are the files there that pages and printed papers need?"""
    if not (_ROOM / "web" / "static" / "vendor" / "ready").exists():
        yield _said("The typefaces and forms of pages were not built.", "In the source tree, run 'make assets'.")
    if not any((_ROOM / "casework" / "fonts").glob("*.?tf")):
        yield _said("There is no typeface to print papers with.", "In the source tree, run 'make assets'.")


def database(deployment: Deployment | None) -> Iterator[Symptom]:
    """Check that the database answers, and is whole and current."""
    from pilotkit.storage.health import examine

    if deployment is None:
        return
    health = examine(deployment.settings.storage.url, deployment.folder)
    if not health.is_whole:
        yield _wrong("The database file is damaged.", "Stop serving, and 'pilotkit restore' the newest backup.")
    if health.is_ahead:
        yield _wrong("A newer pilotkit has used this database.", "Install that version again.")
    elif health.is_there and not health.is_current:
        yield _told("The tables are of an older pilotkit.", "They are renewed when it next opens; back up first.")


def keys(deployment: Deployment | None) -> Iterator[Symptom]:
    """Are the keys there that personal data is encrypted with?"""
    from pilotkit.storage.vault import KEYS, Vault

    if deployment is None:
        return
    if not os.environ.get(KEYS, "").strip():
        remedy = "Run 'pilotkit keys new', and put what it prints into the server's environment."
        yield _said(f"{KEYS} is not set: nothing about persons can be kept or read.", remedy)
    else:
        Vault.from_environment()  # raises when they are no keys


def calendar(deployment: Deployment | None) -> Iterator[Symptom]:
    """Check that the calendar knows the days off of this year and the next."""
    if deployment is None:
        return
    source = deployment.settings.calendar.source
    known = deployment.catalog.calendars.get(source) if source else None
    this = datetime.now(deployment.catalog.working_time.zone).year
    for year in (this, this + 1):
        own = [each for each in deployment.catalog.exceptions if each.day.year == year]
        days = [*own, *(known.exceptions(year) if known else ())]
        if not days:
            yield _said(f"No day off is known in {year}.", "Add them to local/calendar.csv, or name a calendar.source.")
        elif year == this and not all(each.announced for each in days):
            yield _told(f"Some days off of {year} are computed, not announced.", "Correct local/calendar.csv.")


def clock(deployment: Deployment | None) -> Iterator[Symptom]:
    """Check that this machine's clock runs after everything that has happened already."""
    from pilotkit.storage.health import examine

    now = datetime.now(UTC)
    if now < _NEVER_BEFORE:
        yield _wrong(f"This machine says it is {now:%Y-%m-%d}.", "Set its clock, and keep it by NTP.")
    newest = examine(deployment.settings.storage.url, deployment.folder).newest_event if deployment else None
    newest = newest.replace(tzinfo=UTC) if newest and newest.tzinfo is None else newest
    if newest and newest > now + timedelta(minutes=1):
        what = f"The newest event is of {newest:%Y-%m-%d %H:%M} UTC, which has not come yet."
        yield _said(what, "Set this machine's clock, and keep it by NTP. Simulated days may lie ahead.")


def disk(deployment: Deployment | None) -> Iterator[Symptom]:
    """Is there room on the disk?"""
    folder = deployment.folder if deployment else Path()
    free = shutil.disk_usage(folder).free
    if free < _SCARCE:
        severity = Severity.ERROR if free < _TOO_SCARCE else Severity.WARNING
        yield Symptom(severity, f"{free / 1e6:,.0f} MB are free below {folder}.", "Make room: cases need the disk.")


def folders(deployment: Deployment | None) -> Iterator[Symptom]:
    """May pilotkit write where it has to, and nobody else read what is kept there?"""
    if deployment is None:
        return
    var = deployment.folder / "var"
    nearest = var if var.is_dir() else deployment.folder
    if not os.access(nearest, os.W_OK | os.X_OK):
        yield _wrong(f"{nearest} cannot be written.", "Give it to the user that pilotkit runs as.")
    if var.is_dir() and var.stat().st_mode & 0o007:
        yield _told(f"{var} may be read by everybody on this machine.", f"Run 'chmod o-rwx {var}'.")


QUESTIONS: dict[str, Question] = {
    each.__name__: each for each in (python, libraries, plugins, assets, database, keys, calendar, clock, disk, folders)
}


def symptoms(question: Question, deployment: Deployment | None) -> tuple[Symptom, ...]:
    """Return what one question finds. An error that says what to do is a symptom like any other."""
    try:
        return tuple(question(deployment))
    except PilotkitError as problem:
        where = f"{problem.where}: " if problem.where else ""
        return (_wrong(f"{where}{problem.what}", problem.remedy),)


def asked(question: Question) -> str:
    """Return the question in words."""
    return re.split(r"(?<=\?)", question.__doc__ or "")[0]


def _wrong(what: str, remedy: str) -> Symptom:
    return Symptom(Severity.ERROR, what, remedy)


def _said(what: str, remedy: str) -> Symptom:
    return Symptom(Severity.WARNING, what, remedy)


def _told(what: str, remedy: str) -> Symptom:
    return Symptom(Severity.NOTICE, what, remedy)
