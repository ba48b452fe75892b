"""Files that look like data and that nobody reads, most often for a slip in the name."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import PurePosixPath

from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.tree import MODEL, OTHER_FILES, PROCEDURES
from pilotkit.errors import Place
from pilotkit.model.data_file import Holds
from pilotkit.model.surface import Check, Finding, Severity

_DATA = {".csv", ".yaml", ".yml", ".toml"}


def run(deployment: Deployment) -> Iterator[Finding]:
    """Yield a notice for each data file in a folder that pilotkit reads, under a name that it does not."""
    files = deployment.data_files
    names = [*OTHER_FILES, *(each.path for each in files if each.holds is not Holds.FOLDER)]
    folders = {each.path for each in files if each.holds is Holds.FOLDER}
    for folder in sorted({str(PurePosixPath(name).parent) for name in names} | folders):
        for path in sorted((deployment.folder / folder).glob("*")):
            name = f"{folder}/{path.name}"
            if path.suffix not in _DATA or not path.is_file() or _is_meant_for_a_plugin(deployment, name):
                continue
            if name not in names and files.at(name) is None:
                yield Finding(
                    Severity.NOTICE,
                    CHECK.id,
                    Place(name),
                    "pilotkit reads no file of this name.",
                    _remedy(folder, name, names),
                )


def _is_meant_for_a_plugin(deployment: Deployment, name: str) -> bool:
    """Whether the package says that an optional plugin reads it."""
    info = deployment.catalog.package
    return info is not None and info.requires.uses(name.removeprefix(f"{MODEL}/")) is not None


def _remedy(folder: str, name: str, known: list[str]) -> str:
    if folder == PROCEDURES:
        return "Name it after the procedure's code, ending in .yaml."
    near = get_close_matches(name, [file for file in known if file.startswith(f"{folder}/")], n=1)
    return (
        f"If it is meant to be {near[0]}, rename it." if near else "Leave it if a plugin reads it; else move it away."
    )


CHECK = Check("strays", "Is every data file read by somebody?", run)
