"""Applying a change of units: ``local/`` first, all of it or nothing; then the open cases, a batch a transaction.

What is to be written is prepared in ``var/unit-change/``, which appears in one step, and then put in place file by
file; each step can be done twice. Whoever runs the same change again after a crash goes on where it stopped.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pilotkit.boundaries.impact import left_to_hand_over
from pilotkit.boundaries.local_tables import rewritten
from pilotkit.boundaries.unit_change import UnitChange, read_change
from pilotkit.casework.bulk_transfer import BATCH, Handover, hand_over
from pilotkit.catalog.deployment import Deployment
from pilotkit.errors import DataError, Place, TargetError
from pilotkit.storage.store import Store

JOURNAL = Path("var/unit-change")
_CHANGE = "change.csv"


@dataclass(frozen=True)
class Applied:
    """What was done."""

    change: UnitChange
    files: tuple[str, ...]
    """The files of ``local/`` that were written; none where the change was recorded before."""
    handed_over: int
    """Open cases that were handed over this time."""


def apply_change(
    folder: Path,
    open_store: Callable[[Deployment], Store],
    path: Path,
    actor: str,
    now: datetime,
    *,
    size: int = BATCH,
    progress: Callable[[int], object] = int,
) -> Applied:
    """Make a change of units here, or finish it.

    Args:
        folder: the deployment.
        open_store: opens its store.
        path: the file of the change.
        actor: the office that does it; never a person's name.
        now: aware.
        size: cases a transaction.
        progress: told how many cases are done after each.

    Raises:
        DataError: the file is no change that can be made here, its day has not come, or another is half done.
        TargetError: a file or the database cannot be written; run the same change again to go on.
    """
    files = _finish_earlier(folder, path)
    deployment = Deployment(folder)
    change = read_change(deployment.catalog, path)
    _check_day(deployment, change, now)
    if not change.is_recorded:
        files = _record(deployment, change, path)
        deployment = Deployment(folder)
        change = read_change(deployment.catalog, path)
    store, done = open_store(deployment), 0
    try:
        for done in hand_over(store, _handovers(deployment, store, change), actor, now, size):
            progress(done)
    finally:
        store.close()
    return Applied(change, files, done)


def _handovers(deployment: Deployment, store: Store, change: UnitChange) -> Iterator[Handover]:
    for case, taker in left_to_hand_over(deployment, store, change):
        reason = f"{change.ended[case.unit].name} → {taker.name} ({change.since})"
        yield Handover(case.code, taker, reason)


def _check_day(deployment: Deployment, change: UnitChange, now: datetime) -> None:
    today = now.astimezone(deployment.catalog.working_time.zone).date()
    if change.since > today:
        raise DataError(
            f"the change takes effect on {change.since}, and today is {today}.",
            remedy="Look at it with: pilotkit units impact. Apply it on that day or later.",
        )


def _record(deployment: Deployment, change: UnitChange, path: Path) -> tuple[str, ...]:
    """Write what the change makes of ``local/``, all of it or nothing."""
    files = rewritten(deployment.catalog, deployment.folder, change)
    home = deployment.folder / JOURNAL
    making = home.with_name(f"{home.name}.new")
    try:
        shutil.rmtree(making, ignore_errors=True)
        for name, text in {**files, _CHANGE: path.read_text(encoding="utf-8-sig")}.items():
            _write(making / name, text)
        making.rename(home)
        return _install(deployment.folder)
    except OSError as problem:
        raise _refusal(problem) from None


def _finish_earlier(folder: Path, path: Path) -> tuple[str, ...]:
    """Put in place what an earlier run had prepared."""
    home = folder / JOURNAL
    if not home.is_dir():
        return ()
    if not path.is_file() or (home / _CHANGE).read_text(encoding="utf-8") != path.read_text(encoding="utf-8-sig"):
        raise DataError(
            "another change of units was begun and not finished.",
            where=Place(str(JOURNAL / _CHANGE)),
            remedy=f"Run it first: pilotkit units apply {folder} {home / _CHANGE}",
        )
    try:
        return _install(folder)
    except OSError as problem:
        raise _refusal(problem) from None


def _install(folder: Path) -> tuple[str, ...]:
    home = folder / JOURNAL
    names = tuple(sorted(each.relative_to(home).as_posix() for each in home.rglob("local/*.csv")))
    for name in names:
        beside = folder / f"{name}.new"
        _write(beside, (home / name).read_text(encoding="utf-8"))
        beside.replace(folder / name)
    shutil.rmtree(home)
    return names


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _refusal(problem: OSError) -> TargetError:
    return TargetError(
        f"{problem.filename} cannot be written: {problem.strerror}.",
        remedy="See to the disk, and run the same change again.",
    )
