"""A staged copy of a deployment, built beside it and checked before anything is changed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.tree import PILOT
from pilotkit.checks.run import run_checks
from pilotkit.errors import DataError, PilotkitError, Place, PluginError, TargetError
from pilotkit.model.surface import Finding, Severity
from pilotkit.model.upgrade import Obstacle, ObstacleKind
from pilotkit.upgrades.file_state import FileState

_NOT_NEEDED = shutil.ignore_patterns(".git", ".venv", "node_modules", "__pycache__")
_OURS = ".pilotkit-staged-"


@contextmanager
def staged(folder: Path, wanted: Mapping[str, FileState | None], beside: Path) -> Iterator[Path]:
    """Yield a changed copy of the deployment without its database; it is removed at the end.

    Args:
        folder: the deployment.
        wanted: the state by path; None deletes the file.
        beside: the folder to build it in.

    Raises:
        TargetError: the disk refused.
    """
    clear(folder, beside)
    try:
        copy = Path(tempfile.mkdtemp(prefix=f".{folder.name}{_OURS}", dir=beside))
    except OSError as problem:
        raise TargetError(f"{beside} cannot be written: {problem.strerror}.", remedy="Mend its permissions.") from None
    try:
        shutil.copytree(folder, copy, symlinks=True, ignore=_without(folder), copy_function=_shared, dirs_exist_ok=True)
        copy.chmod(0o700)  # as it was made: what is closed in the deployment is written anew in here
        for name, state in sorted(wanted.items(), key=lambda each: each[1] is not None):
            _set(copy, name, state)
        yield copy
    except shutil.Error as problem:
        raise TargetError(f"{folder} cannot be copied: {problem}.", remedy="Make room, or mend its files.") from None
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def clear(folder: Path, beside: Path) -> None:
    """Remove staged copies that a killed command left behind."""
    for left in beside.glob(f".{folder.name}{_OURS}*"):
        shutil.rmtree(left, ignore_errors=True)


def errors_of(deployment: Deployment) -> tuple[Finding, ...]:
    """Return the errors that the checks of a deployment find."""
    return tuple(each for each in run_checks(deployment) if each.severity is Severity.ERROR)


@dataclass(frozen=True)
class Tried:
    """The outcome of testing a changed deployment."""

    wrong: tuple[Obstacle, ...]
    """Obstacles that were not there before; empty where it is sound."""
    deployment: Deployment | None = None
    """The deployment; None where it cannot be read."""


def try_out(folder: Path, before: tuple[Finding, ...]) -> Tried:
    """Read and check the deployment in ``folder``.

    Raises:
        PluginError: an enabled plugin is missing or broken.
    """
    try:
        deployment = Deployment(folder)
        after = errors_of(deployment)
    except PluginError:
        raise
    except PilotkitError as problem:
        return Tried((_unreadable(problem),))
    known = {(each.check, each.where.file, each.where.key, each.message) for each in before}
    wrong = (
        _failing(each) for each in after if (each.check, each.where.file, each.where.key, each.message) not in known
    )
    return Tried(tuple(wrong), deployment)


def _unreadable(problem: PilotkitError) -> Obstacle:
    where = problem.where or Place("")
    return Obstacle(kind=ObstacleKind.UNREADABLE, file=where.file, key=where.key, said=str(problem))


def _failing(found: Finding) -> Obstacle:
    where, said = found.where, f"{found.where}: {found.message} {found.remedy}"
    return Obstacle(kind=ObstacleKind.CHECK, file=where.file, key=where.key, check=found.check, said=said)


def refuse_unsound(deployment: Deployment, wanted: Mapping[str, FileState | None]) -> None:
    """Refuse a change after which a check fails that passed before.

    Raises:
        DataError: a check would fail.
        TargetError: the disk refused.
    """
    before = errors_of(deployment)
    with staged(deployment.folder, wanted, deployment.folder.parent) as copied:
        wrong = try_out(copied, before).wrong
    if wrong:
        raise DataError(wrong[0].said, remedy="Nothing was changed.")


def _without(folder: Path) -> Callable[[str, list[str]], set[str]]:
    def ignored(where: str, names: list[str]) -> set[str]:
        top = {"var", PILOT} if Path(where) == folder else set()
        return {*_NOT_NEEDED(where, names), *(name for name in names if name in top)}

    return ignored


def _shared(source: str, target: str) -> None:
    """Hard-link a file, which is only read; a changed one is written anew."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target)


def _set(folder: Path, name: str, state: FileState | None) -> None:
    path = folder / name
    try:
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
        path.unlink(missing_ok=True)
        if state is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(state.data)
    except (IsADirectoryError, NotADirectoryError, FileExistsError):
        raise DataError(
            "cannot be written: a folder of the deployment stands there, or a file where its folder should be.",
            where=Place(name),
            remedy="Give what stands there another name, then try again.",
        ) from None
