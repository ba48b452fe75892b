"""The record of a blocked upgrade in a deployment; a rollback does not remove it."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from pilotkit.catalog.tree import PILOT
from pilotkit.errors import DataError, Place
from pilotkit.model.adoption import RefusedUpgrade
from pilotkit.model.package import precedence

FILE = f"{PILOT}/refused.json"


def read_refused(folder: Path) -> RefusedUpgrade | None:
    """Read the record of the last refused upgrade; None where there is none.

    Raises:
        DataError: it cannot be read.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        return RefusedUpgrade.model_validate_json(path.read_bytes())
    except ValidationError:
        remedy = "Delete it: the next upgrade that is refused writes it anew."
        raise DataError("is not as pilotkit wrote it.", where=Place(FILE), remedy=remedy) from None


def refused_upgrade(folder: Path, installed: str) -> RefusedUpgrade | None:
    """Return the refused upgrade if its version is newer than the installed one.

    Raises:
        DataError: the record cannot be read.
    """
    found = read_refused(folder)
    return found if found is not None and precedence(found.version) > precedence(installed) else None
