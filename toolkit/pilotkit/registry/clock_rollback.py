"""A clock that was set back would make expired words hold again; so the latest instant ever seen is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from pilotkit.errors import TrustError
from pilotkit.registry.atomic_files import lock_folder, write_atomic

FILE = "latest-instant"
_TOLERANCE = timedelta(minutes=10)
"""Clocks are set right by a little every day."""


def check_clock(folder: Path, now: datetime) -> None:
    """Compare this machine's clock with the latest instant that is known to have passed, and remember it.

    Args:
        folder: where the instant is kept.
        now: what the clock shows.

    Raises:
        TrustError: the clock shows an earlier time.
    """
    latest = latest_instant(folder)
    if is_set_back(now, latest):
        raise TrustError(
            f"the clock shows {now:%Y-%m-%d %H:%M} UTC, but it has been {latest:%Y-%m-%d %H:%M} UTC already.",
            remedy=set_right(folder),
        )
    remember(folder, now)


def set_right(folder: Path) -> str:
    """Return what to do about a clock that lies behind what is known: it, or what is known, is wrong."""
    return f"Set the clock right. If it was wrong then and is right now, delete {folder / FILE}."


def is_set_back(now: datetime, latest: datetime | None) -> bool:
    """Whether a clock that shows ``now`` lies behind the latest instant that is known to have passed."""
    return latest is not None and now < latest - _TOLERANCE


def remember(folder: Path, instant: datetime) -> None:
    """Keep ``instant`` if it is later than what is known; it is something that has certainly passed."""
    with lock_folder(folder):
        latest = latest_instant(folder)
        if latest is None or instant > latest:
            write_atomic(folder / FILE, f"{instant.astimezone(UTC).isoformat()}\n".encode())


def latest_instant(folder: Path) -> datetime | None:
    """Return the latest instant that is known to have passed; None where nothing is.

    Raises:
        TrustError: what was kept of it cannot be read.
    """
    path = folder / FILE
    try:
        return datetime.fromisoformat(path.read_text(encoding="utf-8").strip()).astimezone(UTC)
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        raise TrustError(
            f"{path} cannot be read, so nobody knows whether the clock was set back.",
            remedy="Look at the clock; if it is right, delete the file.",
        ) from None
