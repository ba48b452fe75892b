"""A name and a few kinds become a plugin that installs, passes its tests and can be looked at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pilotkit.errors import DataError
from pilotkit.model.plugin_kind import PluginKind
from pilotkit.reading.files import read_text
from pilotkit.scaffold.rendering import SETTINGS, read_template_settings, render
from pilotkit.scaffold.staging_folder import check_target, staged

TEMPLATE = Path(__file__).parent / "plugin"
"""In the source tree a link to ``templates/plugin``; in a wheel the folder itself."""
_NAME = re.compile(r"[a-z][a-z0-9]{1,29}")


_SAID = {
    PluginKind.PROCEDURES: "a procedure",
    PluginKind.LOCATIONS: "a service point",
    PluginKind.KPIS: "a measure",
    PluginKind.PAGES: "a page",
    PluginKind.CONNECTOR: "a connector",
    PluginKind.DATA: "a data file of the model",
    PluginKind.WORK: "a table with a job",
    PluginKind.SEARCH: "something to find",
}
_SOURCED = {PluginKind.PROCEDURES, PluginKind.LOCATIONS, PluginKind.KPIS}
"""What states facts, and so brings a source."""
_NEEDS: dict[PluginKind, dict[str, tuple[str, ...]]] = {
    PluginKind.PROCEDURES: {"pilotkit": ("Procedure", "ProcedureHandler")},
    PluginKind.LOCATIONS: {"pilotkit": ("ServicePoint", "PluginContext")},
    PluginKind.KPIS: {"pilotkit": ("Kpi",)},
    PluginKind.PAGES: {"pilotkit": ("Page",)},
    PluginKind.CONNECTOR: {"pilotkit": ("Connector",)},
    PluginKind.DATA: {"pilotkit.data": ("DataFile",)},
    PluginKind.WORK: {"pilotkit.tables": ("TableSet",), "pilotkit.work": ("Job", "Simulation")},
    PluginKind.SEARCH: {"pilotkit.data": ("SearchSource",)},
}
"""The types that the hooks of each kind return, by door."""
_UNHAPPY = {
    PluginKind.PROCEDURES: "test_an_application_without_a_name_is_told_what_is_wrong",
    PluginKind.LOCATIONS: "test_a_deployment_that_does_not_enable_it_has_no_such_point",
    PluginKind.KPIS: "test_with_too_few_cases_it_is_not_measurable",
    PluginKind.PAGES: "test_where_it_is_not_enabled_there_is_no_such_page",
    PluginKind.CONNECTOR: "test_a_system_that_does_not_answer_is_told",
    PluginKind.DATA: "test_a_motto_without_words_is_named_with_file_and_key",
    PluginKind.WORK: "test_a_day_that_is_there_already_is_refused",
    PluginKind.SEARCH: "test_another_word_does_not_find_it",
}


def new_plugin(name: str, target: Path, kinds: Iterable[PluginKind] = ()) -> tuple[str, ...]:
    """Make a plugin in ``target``; all of it or nothing.

    Args:
        name: one word, which folder, entry point and package are called after.
        target: the folder to make; it may be there if it is empty.
        kinds: what it begins with; none: everything there is.

    Returns:
        The files that were written, relative to ``target``.

    Raises:
        DataError: the name cannot be one.
        TargetError: ``target`` cannot be written.
    """
    target, chosen = target.absolute(), sorted(set(kinds) or set(PluginKind), key=list(PluginKind).index)
    _check_name(name)
    check_target(target)
    with staged(target) as folder:
        render(TEMPLATE, _context(name, chosen, target), folder, tuple(_left_out(chosen)))
    return tuple(sorted(path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()))


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise DataError(
            f"'{name}' cannot be the name of a plugin.",
            remedy="Take one word of 2 to 30 lower-case letters and digits that begins with a letter.",
        )


def _left_out(kinds: list[PluginKind]) -> Iterator[str]:
    settings = read_template_settings(read_text(TEMPLATE / SETTINGS, SETTINGS))
    for kind, patterns in settings["_kinds"].items():
        if kind not in kinds:
            yield from patterns
    if not _SOURCED & {*kinds}:
        yield from settings["_sourced"]


def _context(name: str, kinds: list[PluginKind], target: Path) -> dict[str, Any]:
    is_sourced = bool(_SOURCED & {*kinds})
    *first, last = (_SAID[kind] for kind in kinds)
    return {
        "_folder": "plugin",
        "name": name,
        "package": f"pilotkit_{name}",
        "title": name.capitalize(),
        "code": name.upper(),
        "has": {kind.value: kind in kinds for kind in PluginKind},
        "is_sourced": is_sourced,
        "imports": _imports(kinds, is_sourced=is_sourced),
        "kinds_said": f"{', '.join(first)} and {last}" if first else last,
        "unhappy": f"test_{kinds[0].value}.py::{_UNHAPPY[kinds[0]]}",
        "in_workspace": (target.parent.parent / "toolkit" / "pyproject.toml").is_file(),
    }


def _imports(kinds: list[PluginKind], *, is_sourced: bool) -> str:
    """Return the imports of the types that hooks return, a line each door."""
    needed: dict[str, set[str]] = {"pilotkit": {"Source"}} if is_sourced else {}
    for kind in kinds:
        for door, names in _NEEDS[kind].items():
            needed.setdefault(door, set()).update(names)
    lines = (f"from {door} import {', '.join(sorted(names))}" for door, names in sorted(needed.items()))
    return "\n    ".join(lines)
