"""Files that look like data and that nobody reads, most often for a slip in the name."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import PurePosixPath

from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.tree import FORMS, LISTS, PROCEDURES, SINGLES, TABLES
from pilotkit.errors import Place
from pilotkit.model.surface import Check, Finding, Severity

READ = frozenset({*LISTS, *SINGLES, *TABLES, "local/contacts.toml", "model/package.toml", "model/defaults.toml"})
_DATA = {".csv", ".yaml", ".yml", ".toml"}


def run(deployment: Deployment) -> Iterator[Finding]:
    """Yield a notice for each data file in a folder that pilotkit reads, under a name that it does not."""
    for folder in sorted({str(PurePosixPath(file).parent) for file in READ} | {FORMS, PROCEDURES}):
        for path in sorted((deployment.folder / folder).glob("*")):
            name = f"{folder}/{path.name}"
            if path.suffix in _DATA and path.is_file() and not _is_read(name):
                yield Finding(
                    Severity.NOTICE,
                    CHECK.id,
                    Place(name),
                    "pilotkit reads no file of this name.",
                    _remedy(folder, name),
                )


def _is_read(name: str) -> bool:
    return name in READ or (name.startswith(f"{PROCEDURES}/") and name.endswith(".yaml"))


def _remedy(folder: str, name: str) -> str:
    if folder == PROCEDURES:
        return "Name it after the procedure's code, ending in .yaml."
    near = get_close_matches(name, [file for file in READ if file.startswith(f"{folder}/")], n=1)
    return (
        f"If it is meant to be {near[0]}, rename it." if near else "Leave it if a plugin reads it; else move it away."
    )


CHECK = Check("strays", "Is every data file read by somebody?", run)
