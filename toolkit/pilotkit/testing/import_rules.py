"""Plugins come in by the doors: they import ``pilotkit`` and its few door modules, and never each other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from pilotkit.hookspecs import PROJECT

DOORS = tuple(
    f"{PROJECT}.{name}"
    for name in ("cases", "data", "figures", "pages", "places", "tables", "testing", "trust", "work")
)
"""The modules beside ``pilotkit`` itself that plugins import from."""


CLOSED = {
    "store": "open the plugin's own tables with request.tables(METADATA), or ask a service",
    "vault": "ask a service that seals and opens, such as request.applications",
    "services": "take the typed property of the request, such as request.officer_desk",
    "_services": "take the typed property of the request, such as request.officer_desk",
}
"""Attributes that lead past the doors, and what a plugin uses instead."""


def door_problems(source: Path, package: str) -> Iterator[str]:
    """Yield every import, and every chain of attributes, below ``source`` that goes past the doors.

    Args:
        source: the folder of the plugin's package.
        package: its name.
    """
    for path in sorted(source.rglob("*.py")):
        for line, chain, instead in _past_the_doors(path):
            yield f"{path.relative_to(source)} line {line} reaches for {chain}: {instead}."
        for line, module in imported_modules(path):
            if module.startswith(f"{PROJECT}.") and module not in DOORS:
                yield f"{path.relative_to(source)} line {line} imports {module}: import from {PROJECT} or a door of it."
            elif module.startswith(f"{PROJECT}_") and module.partition(".")[0] != package:
                yield f"{path.relative_to(source)} line {line} imports {module}: plugins do not import each other."


def imported_modules(path: Path) -> Iterator[tuple[int, str]]:
    """Every absolute import of one file: its line and the module it names."""
    for node in ast.walk(ast.parse(path.read_bytes(), str(path))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module


def _past_the_doors(path: Path) -> Iterator[tuple[int, str, str]]:
    """Yield line, chain and remedy of every ``x.store``, ``x.y.vault`` and the like."""
    for node in ast.walk(ast.parse(path.read_bytes(), str(path))):
        if isinstance(node, ast.Attribute) and node.attr in CLOSED and _begins_with_a_request(node.value):
            yield node.lineno, ast.unparse(node), CLOSED[node.attr]


def _begins_with_a_request(node: ast.expr) -> bool:
    """Whether a chain begins with a name that is not the object's own ``self.store``."""
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.value if isinstance(node, ast.Attribute) else node.func
    return not (isinstance(node, ast.Name) and node.id in {"self", "cls"})
