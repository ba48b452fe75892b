"""Where a database is, told from its URL alone: nothing that could open it is loaded, and nothing is made."""

from __future__ import annotations

import re
from pathlib import Path

from pilotkit.errors import DataError, Place

_SQLITE = re.compile(r"sqlite(\+\w+)?:///(?P<path>[^?]+)(\?.*)?")
_POSTGRESQL = re.compile(r"postgresql(\+\w+)?://.*")


def file_of(url: str, folder: Path) -> Path | None:
    """The file that an SQLite database is kept in; None for a server's.

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
    """What is said of a URL that names no database."""
    return DataError(
        "is not a database that pilotkit can use.",
        where=Place("pilot.toml", "storage.url"),
        remedy="Write sqlite:///var/pilot.db or postgresql://user@host/name.",
    )


def is_there(url: str, folder: Path) -> bool:
    """Whether opening the database would find one; a server's is always taken to be there.

    Raises:
        DataError: as :func:`file_of`.
    """
    file = file_of(url, folder)
    return file is None or file.exists()
