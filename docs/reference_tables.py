# ruff: noqa: INP001  # belongs to the script beside it
"""Markdown tables, and objects by dotted name."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any


def table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Return a Markdown table; bars inside cells are escaped."""
    if not rows:
        return "None."
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def named(path: str) -> Any:
    """Return the object at ``module.name``."""
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)
