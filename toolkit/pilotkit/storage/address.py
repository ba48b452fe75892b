"""The address of a database, parsed from its URL alone: no driver is loaded and no file is created."""

from __future__ import annotations

import re
from pathlib import Path

from pilotkit.errors import DataError, Place

_SQLITE = re.compile(r"sqlite(\+\w+)?:///(?P<path>[^?]+)(\?.*)?")
_POSTGRESQL = re.compile(r"postgresql(\+\w+)?://.*")


def file_of(url: str, folder: Path) -> Path | None:
    """Return the file of an SQLite database; None for a server's.

    Args:
        url: ``sqlite:///`` with a path relative to ``folder``, or ``postgresql://…``.
        folder: the deployment.

    Raises:
        DataError: the URL is not one of the two.
    """
    if found := _SQLITE.fullmatch(url):
        return folder / found["path"]
    if _POSTGRESQL.fullmatch(url):
        return None
    raise unusable()


def unusable() -> DataError:
    """Return the error for a URL that names no supported database."""
    return DataError(
        "is not a database that pilotkit can use.",
        where=Place("pilot.toml", "storage.url"),
        remedy="Write sqlite:///var/pilot.db or postgresql://user@host/name.",
    )


def is_there(url: str, folder: Path) -> bool:
    """Return whether the database exists; a server's is assumed to.

    Raises:
        DataError: as :func:`file_of`.
    """
    file = file_of(url, folder)
    return file is None or file.exists()
