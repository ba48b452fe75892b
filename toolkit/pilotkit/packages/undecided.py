"""Settings that both sides changed: ours hold by declaration, and both are told until somebody has compared them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic_core import to_jsonable_python

from pilotkit.merging import Clash, is_same
from pilotkit.model.upgrade import Notice
from pilotkit.overlay import ABSENT, found_at
from pilotkit.packages.pristine import Pristine, UndecidedSetting, content, read_pristine
from pilotkit.reading import parse_toml, read_text
from pilotkit.settings import FILE

WHY = "the package changed the value that ours replaced; ours holds"
_COMPARE = (
    "Compare both; then 'pilotkit override' with '{file}#{key}' and the value that should hold, or --reset for "
    "the package's."
)
Told = tuple[UndecidedSetting, Notice]


def compare_by(file: str, key: str) -> str:
    """What a person does who has compared the two values."""
    return _COMPARE.format(file=file, key=key)


def is_ours_by_rule(file: str, clash: Clash) -> bool:
    """Whether ours holds without a person: one setting with two values of the same kind; not one that is gone."""
    sides = [clash.ours, clash.theirs, *([] if clash.base is ABSENT else [clash.base])]
    tables = {isinstance(each, Mapping) for each in sides}
    return file == FILE and bool(clash.path) and ABSENT not in sides and tables == {False}


def undecided(ours: Any, package: Any, asked: Iterable[UndecidedSetting]) -> Iterator[Told]:
    """Those of ``asked`` that still differ, each with its notice.

    Args:
        ours: the data of ``pilot.toml``.
        package: the data of what the package makes of it.
        asked: what both changed; the first that names a key counts.
    """
    for each in {one.path: one for one in reversed(tuple(asked))}.values():
        mine, new = found_at(ours, each.path), found_at(package, each.path)
        is_settled = is_same(mine, new) or is_same(to_jsonable_python(new, fallback=str), each.was)
        if ABSENT not in (mine, new) and not is_settled:
            key = ".".join(each.path)
            values = {"base": each.was, "ours": mine, "package": new}
            yield each, Notice(file=FILE, key=key, why=WHY, remedy=compare_by(FILE, key), **values)


def undecided_settings(folder: Path, pristine: Pristine | None = None) -> tuple[Told, ...]:
    """What nobody has decided yet in a deployment.

    Args:
        folder: the deployment.
        pristine: its index, where it is at hand.

    Raises:
        DataError: ``pilot.toml`` or what is kept of the package cannot be read.
    """
    index = pristine or read_pristine(folder)
    if index is None or not index.settings or FILE not in index.seeded:
        return ()
    return tuple(undecided(parse_toml(read_text(folder / FILE, FILE), FILE), offered(folder, index), index.settings))


def offered(folder: Path, index: Pristine) -> Any:
    """The data of ``pilot.toml`` as the package makes it now.

    Raises:
        DataError: it is missing, altered or no TOML.
    """
    file = index.seeded[FILE]
    return parse_toml(content(folder, file.offered or file.sha256).decode("utf-8-sig"), FILE)
