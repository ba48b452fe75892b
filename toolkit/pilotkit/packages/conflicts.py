"""Unresolved conflicts of an upgrade: settings where the local value takes precedence, and files beside ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from pydantic_core import to_jsonable_python

from pilotkit.catalog.tree import OFFERED, SET_ASIDE
from pilotkit.merging.files import Clash, merge_files
from pilotkit.merging.values import is_same
from pilotkit.model.plain_data import PlainData
from pilotkit.model.upgrade import Notice, Unresolved
from pilotkit.overlay import ABSENT, found_at
from pilotkit.packages.file_listing import list_files
from pilotkit.packages.merge_base import MergeBase, UndecidedSetting, content, read_merge_base
from pilotkit.reading.files import read_text
from pilotkit.reading.toml_data import parse_toml
from pilotkit.settings import FILE

WHY = "the package changed the value that ours replaced; ours holds"
_COMPARE = (
    "Compare both; then 'pilotkit override DEPLOYMENT {file}#{key} VALUE' with the value that should hold, or --reset "
    "in its place for the package's."
)
LOOK = "Look where the package says it now, and override that; or leave it. Then delete the file in local/set-aside/."
"""The remedy for something that was set aside."""
Told = tuple[UndecidedSetting, Notice]


def compare_by(file: str, key: str) -> str:
    """Return the remedy after comparing two values."""
    return _COMPARE.format(file=file, key=key)


def is_ours_by_rule(file: str, clash: Clash) -> bool:
    """Return whether the local value wins by rule: a setting with two values of one type, neither removed."""
    sides = [clash.ours, clash.theirs, *([] if clash.base is ABSENT else [clash.base])]
    tables = {isinstance(each, Mapping) for each in sides}
    return file == FILE and bool(clash.path) and ABSENT not in sides and tables == {False}


def undecided(ours: PlainData, package: PlainData, asked: Iterable[UndecidedSetting]) -> Iterator[Told]:
    """Yield those of ``asked`` that still differ, each with its notice.

    Args:
        ours: the data of ``pilot.toml``.
        package: the data of the package's version of it.
        asked: the settings that both sides changed; the first that names a key counts.
    """
    for each in {one.path: one for one in reversed(tuple(asked))}.values():
        mine, new = found_at(ours, each.path), found_at(package, each.path)
        is_settled = is_same(mine, new) or is_same(to_jsonable_python(new, fallback=str), each.was)
        if ABSENT not in (mine, new) and not is_settled:
            key = ".".join(each.path)
            values = {"base": each.was, "ours": mine, "package": new}
            yield each, Notice(file=FILE, key=key, why=WHY, remedy=compare_by(FILE, key), **values)


def undecided_settings(folder: Path, pristine: MergeBase | None = None) -> tuple[Told, ...]:
    """Return the settings of a deployment that are in conflict, each with its notice.

    Args:
        folder: the deployment.
        pristine: its merge base, if read already.

    Raises:
        DataError: ``pilot.toml`` or the merge base cannot be read.
    """
    index = pristine or read_merge_base(folder)
    if index is None or not index.settings or FILE not in index.seeded:
        return ()
    return tuple(undecided(parse_toml(read_text(folder / FILE, FILE), FILE), offered(folder, index), index.settings))


def offered(folder: Path, index: MergeBase) -> PlainData:
    """Return the data of the package's version of ``pilot.toml``.

    Raises:
        DataError: it is missing, altered or not TOML.
    """
    file = index.seeded[FILE]
    return parse_toml(content(folder, file.offered or file.sha256).decode("utf-8-sig"), FILE)


def waiting_files(folder: Path) -> tuple[str, ...]:
    """Return the files whose package version lies beside the local one.

    Raises:
        DataError: what is kept of the package cannot be read.
    """
    index = read_merge_base(folder)
    known = {f"{path}{OFFERED}" for path, file in index.seeded.items() if file.offered} if index is not None else set()
    found = {name for name in list_files(folder, dotted=True) if name.endswith(OFFERED)}
    return tuple(sorted(found | {name for name in known if (folder / name).is_file()}))


def set_aside(folder: Path) -> tuple[str, ...]:
    """Return the files in ``local/set-aside/``, which have no effect and are to be reviewed."""
    return tuple(f"{SET_ASIDE}/{name}" for name in list_files(folder / SET_ASIDE))


def unresolved(path: str, clash: Clash) -> Unresolved:
    """Return the conflict of a clash in a file, for a person to resolve."""
    values = {"base": clash.base, "ours": clash.ours, "package": clash.theirs}
    shown = {name: None if value is ABSENT else value for name, value in values.items()}
    return Unresolved(file=path, key=clash.key, why=f"{clash.why}; ours holds", remedy=take_from(path), **shown)


def take_from(path: str) -> str:
    """Return the remedy for a file whose package version lies beside the local one."""
    return f"Take from {path}{OFFERED} what you want, then delete that file."


def unresolved_files(folder: Path) -> Iterator[Unresolved]:
    """Yield the remaining differences between local files and the package's versions beside them, key by key.

    A file that is missing or has no merge base is skipped.

    Raises:
        DataError: what is kept of the package cannot be read.
    """
    index = read_merge_base(folder)
    for path, file in (index.seeded if index is not None else {}).items():
        if file.offered is None or not (folder / f"{path}{OFFERED}").is_file() or not (folder / path).is_file():
            continue
        base = content(folder, file.sha256) or None  # nothing: both began the file
        ours, theirs = (folder / path).read_bytes(), content(folder, file.offered)
        clashes = merge_files(PurePosixPath(path).name, base, ours, theirs).clashes
        yield from (unresolved(path, each) for each in clashes if not is_ours_by_rule(path, each))
