"""Expiry of a registry's metadata (The Update Framework 1.0, section 4.3)."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from pilotkit.errors import DataError, Place

_ROLES = ("root", "timestamp", "snapshot", "targets")


def earliest_expiry(metadata: Path, publisher: str | None) -> datetime | None:
    """Return the earliest expiry of the verified metadata in a folder; None where there is none.

    Args:
        metadata: holds ``ROLE.json`` of each role (TUF 1.0, 4.3).
        publisher: a delegated role that counts too.

    Raises:
        DataError: a file is broken.
    """
    found = [_expiry(metadata / f"{role}.json") for role in (*_ROLES, *([publisher] if publisher else []))]
    return min((each for each in found if each), default=None)


def _expiry(path: Path) -> datetime | None:
    try:
        return datetime.fromisoformat(json.loads(path.read_bytes())["signed"]["expires"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        raise DataError("is broken.", where=Place(str(path)), remedy="Run 'pilotkit registry follow'.") from None
