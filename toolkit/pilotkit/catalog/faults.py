"""Which broken plugin a deployment may go on without, and which it may not.

Pages, commands, printed documents and checks can be missing without making anything wrong that remains. Procedures,
calendars, codes, figures, tables and whoever listens to cases cannot: a deadline counted without them would be another.
"""

from __future__ import annotations

import ast
from difflib import get_close_matches
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from pathlib import Path

from pilotkit import hookspecs

HOOKS = tuple(name for name, value in vars(hookspecs).items() if hasattr(value, f"{hookspecs.PROJECT}_spec"))
"""Every hook that there is."""
DISPENSABLE = frozenset({"register_pages", "register_commands", "register_documents", "register_checks"})
"""The hooks whose answers a deployment may go on without."""


def is_dispensable(hooks: frozenset[str] | None) -> bool:
    """Whether nothing that remains is wrong when a plugin with these hooks is set aside; None: nobody can tell.

    A misspelled hook counts as the one that it resembles most.
    """
    return hooks is not None and bool(hooks) and {meant(name) for name in hooks} <= DISPENSABLE


def meant(name: str) -> str:
    """Return the hook that a name resembles most; the name itself where it resembles none."""
    return next(iter(get_close_matches(name, HOOKS, 1, 0.75)), name)


def marked_hooks(plugin: object) -> frozenset[str]:
    """Return the hooks of a plugin that is loaded, misspelled ones too."""
    return frozenset(name for name in dir(plugin) if hasattr(getattr(plugin, name, None), f"{hookspecs.PROJECT}_impl"))


def written_hooks(point: EntryPoint | None) -> frozenset[str] | None:
    """Return the hooks in a plugin's source, read without running any of it; None where they cannot be read."""
    path = _source_of(point) if point else None
    if path is None:
        return None
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef))
    return frozenset(each.name for each in functions if any(map(_marks, each.decorator_list)))


def _source_of(point: EntryPoint) -> Path | None:
    """Return the file of an entry point's module, found from its outermost package, which is not imported for that."""
    outer, *inner = point.value.partition(":")[0].split(".")
    try:
        spec = find_spec(outer)
    except (ImportError, ValueError):
        return None
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        stem = Path(folder, *inner)
        for path in (stem.with_suffix(".py"), stem / "__init__.py"):
            if path.is_file():
                return path
    return None


def _marks(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Name | ast.Attribute) and ast.unparse(called).rpartition(".")[2] == "hookimpl"
