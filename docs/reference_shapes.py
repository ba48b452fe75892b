# ruff: noqa: INP001  # belongs to the script beside it
"""The shape of a field in words that need no Python: what a YAML, TOML or CSV file holds there."""

from __future__ import annotations

import dataclasses
import re
import types
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from pilotkit.model import package, text
from pilotkit.settings import HexColour

_NAMED: dict[Any, str] = {
    text.Identifier: "[identifier](deployment-tree.md#shapes)",
    text.LanguageCode: "language tag (BCP 47)",
    text.LocalText: "[words](deployment-tree.md#shapes)",
    package.SemanticVersion: "version (SemVer 2.0.0)",
    package.Sha256: "64 hexadecimal digits",
    HexColour: "colour as `#rrggbb`",
    AwareDatetime: "instant with its zone",
    str: "text",
    int: "whole number",
    float: "number",
    Decimal: "decimal number",
    Fraction: "fraction",
    bool: "true or false",
    date: "date",
    datetime: "instant with its zone",
    time: "time of day",
    Path: "path",
    Any: "anything",
    object: "anything",
}
_BOUNDS = (("gt", "more than {}"), ("ge", "at least {}"), ("lt", "less than {}"), ("le", "at most {}"))


def shape_of(annotation: Any) -> str:
    """Return an annotation with its bounds in words."""
    for known, words in _NAMED.items():
        if annotation == known:
            return words
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in _COMPOSED:
        return _COMPOSED[origin](arguments)
    return _shape_of_class(annotation)


def _either(inside: tuple[Any, ...]) -> str:
    """Return a union in words, in one order: typing keeps either."""
    shapes = [shape_of(each) for each in inside if each is not type(None)]
    return " or ".join(sorted(shapes, key=lambda shape: shape.startswith("`")))


_COMPOSED: dict[Any, Callable[[tuple[Any, ...]], str]] = {
    Annotated: lambda inside: _bounded(inside[0], inside[1:]),
    Literal: lambda inside: " or ".join(f"`{value}`" for value in inside),
    Union: _either,
    types.UnionType: _either,
    tuple: lambda inside: f"list of {_enclosed(shape_of(inside[0]))}",
    dict: lambda inside: f"mapping of {shape_of(inside[0])} to {shape_of(inside[1])}",
}


def _enclosed(words: str) -> str:
    return f"({words})" if "," in words else words


def _shape_of_class(annotation: Any) -> str:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " or ".join(f"`{member.value}`" for member in annotation)
    if isinstance(annotation, type) and (issubclass(annotation, BaseModel) or dataclasses.is_dataclass(annotation)):
        return f"`{annotation.__name__}`"
    return f"`{re.sub(r'[a-z_]+[.]', '', str(annotation))}`"


def default_of(noun: Any, name: str) -> str:
    """Return the default of a field: ``required``, ``absent`` or the value."""
    if issubclass(noun, BaseModel):
        field = noun.model_fields[name]
        value = {} if field.default_factory is dict else field.default
        return "required" if field.is_required() or value is PydanticUndefined else _shown(value)
    (found,) = (each for each in dataclasses.fields(noun) if each.name == name)
    if found.default is not dataclasses.MISSING:
        return _shown(found.default)
    return "required" if found.default_factory is dataclasses.MISSING else "empty"


def _shown(value: Any) -> str:
    if value is None:
        return "absent"
    if value in ((), {}):
        return "empty"
    if callable(value):
        return "a function"
    if isinstance(value, tuple):
        return ", ".join(f"`{each}`" for each in value)
    plain = value.value if isinstance(value, Enum) else value
    return f"`{str(plain).lower() if isinstance(plain, bool) else plain}`"


def _bounded(inner: Any, extras: tuple[Any, ...]) -> str:
    words, bounds = shape_of(inner), list(_constraints(extras))
    return f"{words}, {', '.join(bounds)}" if bounds else words


def _constraints(extras: tuple[Any, ...]) -> Iterator[str]:
    marks = [mark for extra in extras for mark in (extra.metadata if isinstance(extra, FieldInfo) else [extra])]
    for mark in marks:
        for name, phrase in _BOUNDS:
            if (bound := getattr(mark, name, None)) is not None:
                yield phrase.format(bound)
        if pattern := getattr(mark, "pattern", None):
            yield f"matching `{pattern}`"
    least, most = (next(_given(marks, name), None) for name in ("min_length", "max_length"))
    if least:
        yield f"exactly {least} of them" if least == most else f"at least {least} of them"


def _given(marks: list[Any], name: str) -> Iterator[int]:
    yield from (found for mark in marks if (found := getattr(mark, name, None)) is not None)
