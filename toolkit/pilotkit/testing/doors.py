"""Plugins enter by the front door: they import ``pilotkit``, nothing deeper, and never each other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from pilotkit.hookspecs import PROJECT


def door_problems(source: Path, package: str) -> Iterator[str]:
    """Every import below ``source``, the folder of ``package``, that goes past the front door."""
    for path in sorted(source.rglob("*.py")):
        for line, module in imported_modules(path):
            if module.startswith(f"{PROJECT}."):
                yield f"{path.relative_to(source)} line {line} imports {module}: import from {PROJECT} itself."
            elif module.startswith(f"{PROJECT}_") and module.partition(".")[0] != package:
                yield f"{path.relative_to(source)} line {line} imports {module}: plugins do not import each other."


def imported_modules(path: Path) -> Iterator[tuple[int, str]]:
    """Every absolute import of one file: its line and the module it names."""
    for node in ast.walk(ast.parse(path.read_bytes(), str(path))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module
