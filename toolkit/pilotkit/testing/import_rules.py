"""Plugins come in by the doors: they import ``pilotkit`` and its few door modules, and never each other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from pilotkit.hookspecs import PROJECT

DOORS = tuple(
    f"{PROJECT}.{name}" for name in ("cases", "data", "figures", "pages", "places", "tables", "testing", "trust")
)
"""The modules beside ``pilotkit`` itself that plugins import from."""


def door_problems(source: Path, package: str) -> Iterator[str]:
    """Every import below ``source``, the folder of ``package``, that goes past the doors."""
    for path in sorted(source.rglob("*.py")):
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
