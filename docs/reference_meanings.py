# ruff: noqa: INP001  # belongs to the script beside it
"""The meaning of fields, values and constants: a docstring in the code, or a sentence of ``meanings.toml``."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
import tomllib
from collections.abc import Iterable
from enum import Enum
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

MEANINGS = Path(__file__).parent / "reference" / "meanings.toml"
_EVERY_NOUN = "Noun"
_ROLE = re.compile(r":(?:class|func|meth|data|mod):`~?([^`]+)`")
_SECTIONS = re.compile(r"\n\s*(?:Args|Raises|Returns|Yields):\n.*", re.DOTALL)


def meaning_of(owner: Any, name: str) -> str:
    """Return the meaning of a field of a class, or of a constant of a module.

    Raises:
        ValueError: nobody has said it.
    """
    kinds = _with_parents(owner)
    for told in (docstrings_of, _spelled):
        for kind in kinds:
            if name in told(kind):
                return on_one_line(told(kind)[name])
    raise ValueError(f"{owner.__name__}.{name} has no meaning: write a docstring under it, or a line in meanings.toml")


def superfluous_meanings(owners: Iterable[Any]) -> list[str]:
    """Return the sentences for missing names, or for names with a docstring.

    Args:
        owners: every class and module that the reference describes.
    """
    known = {
        kind.__name__: kind for owner in owners for kind in (owner.__mro__ if isinstance(owner, type) else (owner,))
    }
    return [
        f"{owner}.{name}"
        for owner, names in meanings().items()
        for name in names
        if owner != _EVERY_NOUN
        and (owner not in known or name in docstrings_of(known[owner]) or name not in _names_in(known[owner]))
    ]


@cache
def meanings() -> dict[str, dict[str, str]]:
    """Return the sentences of ``meanings.toml`` by owner and name."""
    return tomllib.loads(MEANINGS.read_text(encoding="utf-8"))


def _with_parents(owner: Any) -> tuple[Any, ...]:
    return owner.__mro__ if isinstance(owner, type) else (owner,)


def _spelled(owner: Any) -> dict[str, str]:
    return meanings().get(owner.__name__, {})


def _names_in(owner: Any) -> set[str]:
    if isinstance(owner, type) and issubclass(owner, Enum):
        return set(owner.__members__)
    return set(vars(owner).get("__annotations__", {})) | {key for key in vars(owner) if key.startswith("MAXIMUM")}


@cache
def docstrings_of(owner: Any) -> dict[str, str]:
    """Return the docstrings under the fields, values and constants of a class or module."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(owner)))
    except (OSError, TypeError):
        return {}
    statement = tree.body[0]
    body = statement.body if isinstance(owner, type) and isinstance(statement, ast.ClassDef) else tree.body
    found: dict[str, str] = {}
    for said, after in pairwise(body):
        target = said.targets[0] if isinstance(said, ast.Assign) else getattr(said, "target", None)
        if isinstance(target, ast.Name) and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            found[target.id] = str(after.value.value)
    return found


def prose(docstring: str) -> str:
    """Return a docstring as Markdown, without its sections of arguments and errors."""
    text = _SECTIONS.sub("", inspect.cleandoc(docstring)).strip()
    text = _ROLE.sub(lambda role: f"`{role[1].rpartition('.')[2]}`", text)
    text = re.sub(
        r"::\n\n((?:    .*\n?|\n)+)", lambda code: f":\n\n```text\n{textwrap.dedent(code[1]).strip()}\n```", text
    )
    return re.sub(r"(?<!`)``(?!`)", "`", text)


def on_one_line(docstring: str) -> str:
    """Return a docstring as Markdown for a table cell."""
    return " ".join(prose(docstring).split())
