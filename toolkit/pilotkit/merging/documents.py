"""YAML, TOML and JSON changed where they stand, so that comments and order stay."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import PurePosixPath
from typing import Any

import tomlkit
import yaml
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import LiteralScalarString, SingleQuotedScalarString
from tomlkit.exceptions import TOMLKitError

from pilotkit.errors import DataError, Place
from pilotkit.merging.values import is_same
from pilotkit.overlay import ABSENT
from pilotkit.reading.toml_data import parse_toml
from pilotkit.reading.yaml_data import parse_yaml

_WIDTH = 120
_INDENT = re.compile(r"^( +)\S", re.MULTILINE)
_ITEM = re.compile(r"^( *)[^\s#-][^\n]*:[ \t]*(?:#[^\n]*)?\n(?:[ \t]*(?:#[^\n]*)?\n)*( *)- ", re.MULTILINE)
_LOST = (YAMLError, TOMLKitError, ValueError, TypeError, LookupError, AttributeError, NotImplementedError)
"""What the round-trip libraries raise where a document is stranger than they know."""


@dataclass(frozen=True)
class Format:
    """A way of writing plain data."""

    parse: Callable[[str, str], Any]
    """Text and what errors call the file; raises DataError."""
    edit: Callable[[str, Any, Any], str]
    """Text, the data in it, and the data that should be."""
    comment: str | None
    """What begins a comment."""


def edited(name: str, text: str, wanted: Any) -> str | None:
    """``text`` changed so that it holds ``wanted``; None where that cannot be had without writing it anew.

    Args:
        name: the file's name, which tells the format.
        text: valid in that format.
        wanted: plain data.

    Raises:
        DataError: ``text`` itself is not valid.
    """
    form = FORMATS[PurePosixPath(name).suffix]
    held = form.parse(text, name)
    if is_same(held, wanted):
        return text
    try:
        changed = form.edit(text, held, wanted)
        return changed if is_same(form.parse(changed, name), wanted) else None
    except (DataError, *_LOST):
        return None


def _parse_json(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise DataError(f"is not valid JSON: {problem}.", where=Place(name), remedy="Mend the file.") from None


def _edit_json(text: str, held: Any, wanted: Any) -> str:
    """Written anew with the indentation it has: JSON has no comments to keep."""
    indent = _INDENT.search(text)
    as_held = _in_order_of(wanted, held)
    written = json.dumps(as_held, ensure_ascii=False, indent=len(indent[1]) if indent else None)
    return f"{written}\n" if text.endswith("\n") else written


def _in_order_of(wanted: Any, held: Any) -> Any:
    if not isinstance(wanted, Mapping) or not isinstance(held, Mapping):
        return wanted
    keys = [*(key for key in held if key in wanted), *(key for key in wanted if key not in held)]
    return {key: _in_order_of(wanted[key], held.get(key)) for key in keys}


def _edit_yaml(text: str, held: Any, wanted: Any) -> str:
    rounds = _round_trip(text)
    document = rounds.load(text)
    if document is None:
        return text.rstrip("\n") + ("\n" if text.strip() else "") + _dumped(rounds, _as_yaml(wanted))
    _change(document, held, wanted, _as_yaml)
    return _dumped(rounds, document)


def _round_trip(text: str) -> YAML:
    rounds = YAML()
    rounds.preserve_quotes = True
    rounds.width = 10_000 if max(map(len, text.splitlines()), default=0) > _WIDTH else _WIDTH
    found = _ITEM.search(text)
    offset = len(found[2]) - len(found[1]) if found else 2
    rounds.indent(mapping=2, sequence=2 + offset, offset=offset)
    return rounds


def _dumped(rounds: YAML, document: Any) -> str:
    written = io.StringIO()
    rounds.dump(document, written)
    return written.getvalue()


def _as_yaml(value: Any) -> Any:
    """Plain data as ruamel's, with words quoted that YAML 1.1 would take for something else."""
    if isinstance(value, Mapping):
        return CommentedMap((_as_yaml(key), _as_yaml(each)) for key, each in value.items())
    if isinstance(value, list):
        return CommentedSeq(map(_as_yaml, value))
    if isinstance(value, str):
        if "\n" in value and value.strip() == value.rstrip("\n") and not re.search(r"[ \t]\n", value):
            return LiteralScalarString(value)
        return value if _is_plain(value) else SingleQuotedScalarString(value)
    return value


def _is_plain(text: str) -> bool:
    try:
        return bool(yaml.safe_load(text) == text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return True  # not one word to YAML, so it is quoted anyway


def _edit_toml(text: str, held: Any, wanted: Any) -> str:
    document = tomlkit.parse(text)
    _change(document, held, wanted, lambda value: value)
    return tomlkit.dumps(document)


def _change(document: Any, held: Any, wanted: Any, convert: Callable[[Any], Any]) -> None:
    """Change a mapping or list in place, as little as there is to change."""
    if isinstance(held, Mapping) and isinstance(wanted, Mapping):
        for key in [key for key in held if key not in wanted]:
            _remove(document, key)
        for key, value in wanted.items():
            _put(document, key, held.get(key, ABSENT), value, convert)
    elif isinstance(held, list) and isinstance(wanted, list):
        _change_list(document, held, wanted, convert)
    else:
        raise TypeError("a whole document cannot become something else")


def _put(document: Any, key: Any, held: Any, wanted: Any, convert: Callable[[Any], Any]) -> None:
    if is_same(held, wanted):
        return
    both = (held, wanted)
    if all(isinstance(each, Mapping) for each in both) or (all(isinstance(each, list) for each in both) and held):
        _change(document[key], held, wanted, convert)
    else:
        document[key] = convert(wanted)


def _remove(document: Any, key: Any) -> None:
    """Without the key; what is written after it, before the next key, stays with the one before it."""
    if isinstance(document, CommentedMap):
        _hand_on_comment(document, key)
    del document[key]


def _hand_on_comment(document: CommentedMap, key: Any) -> None:
    """Hand a comment above a key on to the last value before it, however deep that lies."""
    holder, last = _last_of(document, key)
    tokens = holder.ca.items.get(last)
    after = next((each for each in tokens[2:3] if each is not None), None) if tokens else None
    lines = after.value.partition("\n")[2] if after is not None else ""
    if after is None or not lines.strip():
        return
    keys = list(document)
    at = keys.index(key)
    if at == 0:
        raise ValueError("no key stands before it to keep its comment")
    before, name = _last_of(document, keys[at - 1])
    kept = before.ca.items.setdefault(name, [None, None, None, None])
    token = kept[2]
    after.value = f"{token.value if token is not None else chr(10)}{lines}"
    kept[2] = after


def _last_of(document: Any, key: Any) -> tuple[Any, Any]:
    value = document[key]
    if isinstance(value, CommentedMap) and value:
        return _last_of(value, list(value)[-1])
    if isinstance(value, CommentedSeq) and value:
        return _last_of(value, len(value) - 1)
    return document, key


def _change_list(document: Any, held: list[Any], wanted: list[Any], convert: Callable[[Any], Any]) -> None:
    before, after = [_called(item) for item in held], [_called(item) for item in wanted]
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for kind, start, end, first, last in reversed(steps):
        for at in range(end - start) if kind == "equal" else ():
            _put(document, start + at, held[start + at], wanted[first + at], convert)
        for at in reversed(range(start, end)) if kind in {"replace", "delete"} else ():
            del document[at]
        for number, value in enumerate(wanted[first:last]) if kind in {"replace", "insert"} else ():
            document.insert(start + number, convert(value))


def _called(item: Any) -> str:
    """Return the same for what is the same thing, changed or not."""
    if isinstance(item, Mapping):
        return next((f"{name} {item[name]}" for name in ("id", "code", "name") if isinstance(item.get(name), str)), "")
    return f"{type(item).__name__} {item}"


def _plain_toml(text: str, name: str) -> Any:
    return parse_toml(text.removeprefix("\ufeff"), name)


_YAML = Format(parse_yaml, _edit_yaml, "#")
FORMATS: dict[str, Format] = {
    ".yaml": _YAML,
    ".yml": _YAML,
    ".toml": Format(_plain_toml, _edit_toml, "#"),
    ".json": Format(_parse_json, _edit_json, None),
}
"""Formats by the ending of a file's name."""
