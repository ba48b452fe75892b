"""Files into nouns: YAML, TOML and CSV, with errors that name the file, the key and the line.

Data comes from strangers, so it is bounded: 4 MiB a file, no YAML tags, no key twice, no nesting and no aliases
without end.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from pilotkit.errors import DataError, Place

MAXIMUM_BYTES = 4 * 1024 * 1024
MAXIMUM_NODES = 400_000
MAXIMUM_DEPTH = 60
_COMPOSED_SAFELY = 1000
_WALKED_SAFELY = 256 * 1024
_LETTERS_A_NODE = 64
_LONGEST_NUMBER = 100
_LONGEST_KEY = 100
_N = TypeVar("_N", bound=BaseModel)
_LINE = re.compile(r"line (\d+)")
_BLOCKS = re.compile(r"[ \t?:-]+")
"""Anywhere: YAML ends a line in more ways than ``re.MULTILINE`` does."""
_ENDLESS_KEY = re.compile(
    rf"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{_LONGEST_KEY}}}""",
)
"""A TOML key of so many parts that tomllib's time, which grows with their square, matters."""
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
        """A number that ends: YAML's base 60 takes time that grows with the square of its length."""
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


def read_text(path: Path, name: str) -> str:
    """The text of ``path``; ``name`` is what errors call it. UTF-8 only.

    Raises:
        DataError: missing, too large, or not UTF-8.
    """
    try:
        if path.stat().st_size > MAXIMUM_BYTES:
            raise DataError(
                f"is larger than {MAXIMUM_BYTES // 1024 // 1024} MiB.",
                where=Place(name),
                remedy="Split it into several files.",
            )
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise DataError("is missing.", where=Place(name), remedy="Create it, or restore it from the package.") from None
    except UnicodeDecodeError as problem:
        raise DataError(
            f"is not UTF-8 text (byte {problem.start}).", where=Place(name), remedy="Save it as UTF-8."
        ) from None
    except OSError as problem:
        raise DataError(f"cannot be read: {problem.strerror}.", where=Place(name)) from None


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


def parse_toml(text: str, name: str) -> dict[str, Any]:
    """TOML as plain data.

    Raises:
        DataError: syntax, or keys without end.
    """
    if found := _ENDLESS_KEY.search(text):
        raise DataError(
            f"holds a key of more than {_LONGEST_KEY} parts.",
            where=Place(name, line=text.count("\n", 0, found.start()) + 1),
            remedy="Shorten the line.",
        )
    try:
        return tomllib.loads(text)
    except (RecursionError, ValueError) as problem:
        found = _LINE.search(str(problem))
        raise DataError(
            f"is not valid TOML: {problem}.",
            where=Place(name, line=int(found[1]) if found else None),
            remedy="Mend the line.",
        ) from None


def read_yaml(path: Path, name: str) -> Any:
    """The YAML file ``path`` as plain data."""
    return parse_yaml(read_text(path, name), name)


def read_toml(path: Path, name: str) -> dict[str, Any]:
    """The TOML file ``path`` as plain data."""
    return parse_toml(read_text(path, name), name)


def noun_from(kind: type[_N], data: Any, name: str, *, key: str = "", text: str = "") -> _N:
    """``data`` as a noun of ``kind``.

    Args:
        kind: the noun's class.
        data: plain data, as the parsers give it.
        name: what errors call the file.
        key: where in the file ``data`` stands.
        text: the file's text, if at hand, to find the line of a wrong key.

    Raises:
        DataError: the first thing that is wrong, with how many more there are.
    """
    try:
        return kind.model_validate(data)
    except ValidationError as problem:
        raise data_error(problem, name, key=key, text=text) from None


def data_error(
    problem: ValidationError, name: str, *, key: str = "", line: int | None = None, text: str = "", secret: bool = False
) -> DataError:
    """A pydantic refusal in the project's own words; a ``secret`` value is never shown."""
    errors = _to_the_point(problem.errors(include_url=False, include_context=False))
    first = errors[0]
    parts = [str(part) for part in first["loc"] if "[" not in str(part)]
    path = ".".join([part for part in (key, *parts) if part])
    hidden = secret or first["type"] == "missing" or isinstance(first["input"], dict | list)
    given = "" if hidden else f" (got {_shown(first['input'])})"
    more = f" {len(errors) - 1} more in this file." if len(errors) > 1 else ""
    message, remedy = _WORDS.get(first["type"], (first["msg"].removeprefix("Value error, "), "Correct the value."))
    if text and line is None:
        line = line_of_key(text, path)
    return DataError(f"{message}{given}.{more}", where=Place(name, path, line), remedy=remedy)


def _shown(value: Any) -> str:
    try:
        return f"{value!r:.80}"
    except ValueError:  # Python writes out no number of more than 4300 digits
        return "a number without end"


def _to_the_point(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """Without what only follows from another error.

    Such as a list that is too short for want of the item that is wrong in it, or a list that is not the one word
    which could stand there instead.
    """
    inner = {error["loc"][:length] for error in errors for length in range(len(error["loc"]))}
    return [
        error
        for error in errors
        if error["loc"] not in inner
        and not (error["type"] == "literal_error" and isinstance(error["input"], dict | list))
    ] or errors


_WORDS = {
    "missing": ("is required", "Add it."),
    "extra_forbidden": ("is not a key that pilotkit knows", "Remove it, or correct its spelling."),
}


def line_of_key(text: str, path: str) -> int | None:
    """The line (from 1) on which the dotted ``path`` stands in YAML ``text``; list items count by number or id."""
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


def read_csv(kind: type[_N], path: Path, name: str) -> list[_N]:
    """Every row of a CSV file (RFC 4180, header first) as a noun; an empty cell is an absent value.

    Raises:
        DataError: no header, an unknown or doubled column, a row that is too long, or a wrong value.
    """
    return list(_rows(kind, read_text(path, name), name))


def _rows(kind: type[_N], text: str, name: str) -> Iterator[_N]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, None)
        if header is None:
            raise DataError("is empty.", where=Place(name), remedy="Give it at least its header line.")
        _check_header(kind, header, name)
        adapter = TypeAdapter(kind)
        for cells in reader:
            if not any(cells):
                continue
            if len(cells) != len(header):
                raise DataError(
                    f"has {len(cells)} cells where the header has {len(header)}.",
                    where=Place(name, line=reader.line_num),
                    remedy="Quote cells that hold a comma.",
                )
            row: dict[str, Any] = {column: cell for column, cell in zip(header, cells, strict=True) if cell != ""}
            _refuse_formulas(row, name, reader.line_num)
            for column in _LISTS & row.keys():
                row[column] = row[column].split()
            try:
                yield adapter.validate_python(row)
            except ValidationError as problem:
                raise data_error(problem, name, line=reader.line_num) from None
    except csv.Error as problem:
        raise DataError(
            f"is not valid CSV: {problem}.", where=Place(name, line=reader.line_num), remedy="Mend the line."
        ) from None


_LISTS = {"channels"}
"""Columns that hold several values, separated by spaces."""


_FORMULA = re.compile(r"\s*(?:[=@]|[+-](?!(?:[\d.]+(?:[eE][+-]?\d+)?)?\s*$))")


def _refuse_formulas(row: dict[str, str], name: str, line: int) -> None:
    """Tables are opened in spreadsheets, which run a cell that starts like a formula: a package could bring one."""
    for column, cell in row.items():
        if _FORMULA.match(cell):
            raise DataError(
                f"starts like a formula (got {cell!r:.80}), which a spreadsheet would run.",
                where=Place(name, column, line),
                remedy="Begin with a letter or a digit.",
            )


def _check_header(kind: type[BaseModel], header: list[str], name: str) -> None:
    for column in header:
        if column not in kind.model_fields:
            raise DataError(
                f"column {column!r} is not one that pilotkit knows.",
                where=Place(name, line=1),
                remedy=f"Columns are: {', '.join(kind.model_fields)}.",
            )
        if header.count(column) > 1:
            raise DataError(f"column {column!r} stands twice.", where=Place(name, line=1), remedy="Remove one.")
