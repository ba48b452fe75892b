"""YAML as plain data: safe, strict, and with an end to its nesting, merges, aliases and numbers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from pilotkit.errors import DataError, Place
from pilotkit.reading.files import read_text
from pilotkit.reading.limits import MAXIMUM_DEPTH, MAXIMUM_NODES

_COMPOSED_SAFELY = 1000
_WALKED_SAFELY = 256 * 1024
_LETTERS_A_NODE = 64
_LONGEST_NUMBER = 100
_BLOCKS = re.compile(r"[ \t?:-]+")
"""Anywhere: YAML ends a line in more ways than ``re.MULTILINE`` does."""
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _StrictLoader(_Loader):  # type: ignore[misc,valid-type]  # the C loader where libyaml is there
    """Safe YAML in which a key stands once, and merges (<<) and numbers have an end."""

    merged = 0

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Merge, counted: mappings that merge mappings can grow tenfold a line."""
        super().flatten_mapping(node)
        self.merged += len(node.value)
        if self.merged > MAXIMUM_NODES:
            raise yaml.constructor.ConstructorError(None, None, "merges (<<) without end", node.start_mark)

    def construct_number(self, node: yaml.ScalarNode) -> Any:
        """Return a number that ends: YAML's base 60 takes time that grows with the square of its length."""
        if isinstance(node.value, str) and len(node.value) > _LONGEST_NUMBER:
            raise yaml.constructor.ConstructorError(None, None, "a number without end", node.start_mark)
        is_whole = node.tag == "tag:yaml.org,2002:int"
        return self.construct_yaml_int(node) if is_whole else self.construct_yaml_float(node)

    def construct_mapping(
        self,
        node: yaml.MappingNode,
        deep: bool = False,  # noqa: FBT001, FBT002  # PyYAML's signature
    ) -> dict[Any, Any]:
        seen: set[tuple[str, object]] = set()
        for key_node, _ in node.value:  # before a merge (<<) adds the keys that it is there to have overridden
            key = (key_node.tag, key_node.value) if isinstance(key_node, yaml.ScalarNode) else ("", id(key_node))
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"key {key_node.value!r} stands twice", key_node.start_mark
                )
            seen.add(key)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return mapping


for _number in ("int", "float"):
    _StrictLoader.add_constructor(f"tag:yaml.org,2002:{_number}", _StrictLoader.construct_number)
_NOT_AS_TAGGED = (LookupError, AttributeError, TypeError, ArithmeticError)
"""What PyYAML raises where a value is not what its tag (``!!int ''``) says."""


def parse_yaml(text: str, name: str) -> Any:
    """YAML as plain data; an empty file is None.

    Raises:
        DataError: syntax, a key that stands twice, or nesting or aliases without end.
    """
    try:
        _refuse_abyss(text, name)
        data = yaml.load(text, Loader=_StrictLoader)  # noqa: S506  # a SafeLoader, made stricter
    except yaml.MarkedYAMLError as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark else None
        raise DataError(
            f"is not valid YAML: {problem.problem}.", where=Place(name, line=line), remedy="Mend the line."
        ) from None
    except (yaml.YAMLError, RecursionError, ValueError) as problem:
        raise DataError(f"is not valid YAML: {problem}.", where=Place(name), remedy="Mend the file.") from None
    except _NOT_AS_TAGGED:
        raise DataError(
            "is not valid YAML: a value is not what its tag (!!) says.", where=Place(name), remedy="Remove the tags."
        ) from None
    _refuse_bombs(data, name)
    return data


def _refuse_abyss(text: str, name: str) -> None:
    """Refuse bottomless nesting before it is composed: libyaml's composer recurses in C and takes the process along.

    Long texts are walked through as well: a composed value takes several hundred times its own length of memory.
    """
    most = text.count("[") + text.count("{") + 2 * max(map(len, _BLOCKS.findall(text)), default=0)
    if most <= _COMPOSED_SAFELY and len(text) <= _WALKED_SAFELY:
        return
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=_Loader)):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAXIMUM_DEPTH:
            raise _too_deep(name)
        if count > 2 * MAXIMUM_NODES:
            raise _too_many(name)


def _too_deep(name: str) -> DataError:
    return DataError(f"nests more than {MAXIMUM_DEPTH} levels deep.", where=Place(name), remedy="Write it flatter.")


def _too_many(name: str) -> DataError:
    return DataError(
        f"holds more than {MAXIMUM_NODES} values once its aliases are followed.",
        where=Place(name),
        remedy="Write the data out without YAML aliases, or in several files.",
    )


def _refuse_bombs(data: Any, name: str) -> None:
    """Count nodes, letters and depth as often as they are reached, so that nested aliases cannot hide their size."""
    left, stack = MAXIMUM_NODES, [(data, 0)]
    while stack:
        node, depth = stack.pop()
        left -= 1 + (len(node) // _LETTERS_A_NODE if isinstance(node, str) else 0)
        if depth > MAXIMUM_DEPTH:
            raise _too_deep(name)
        if left < 0:
            raise _too_many(name)
        if isinstance(node, dict):
            stack.extend((child, depth + 1) for child in node.values())
        elif isinstance(node, list):
            stack.extend((child, depth + 1) for child in node)


def read_yaml(path: Path, name: str) -> Any:
    """Return the YAML file ``path`` as plain data."""
    return parse_yaml(read_text(path, name), name)


def line_of_key(text: str, path: str) -> int | None:
    """Return the line (from 1) of the dotted ``path`` in YAML ``text``; list items count by number or id."""
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError:
        return None
    line: int | None = None
    for part in re.split(r"\.(?!\d{3,})", path):
        child = _child(node, part)
        if child is None:
            return line
        line, node = child
    return line


def _child(node: yaml.Node | None, part: str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == part:
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            named = isinstance(item, yaml.MappingNode) and any(
                key.value == "id" and value.value == part for key, value in item.value
            )
            if named or part == str(index):
                return item.start_mark.line + 1, item
    return None
