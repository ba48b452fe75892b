"""The part of JSON Schema (draft 2020-12) that forms use, bounded so that judging an answer takes little time.

A page's schema is an object of properties: text, numbers, yes or no, or lists of such, with conditions between them.
References are left out: nothing is fetched, nothing refers to itself, and a schema is as large as it is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pilotkit.model.linear_pattern import linear_pattern

MAXIMUM_SCHEMAS = 1000
"""Schemas inside one page's schema, itself included."""
MAXIMUM_SCHEMA_DEPTH = 12
"""The maximum nesting of schemas."""
MAXIMUM_VALUES = 1000
"""Values of one ``enum``, and names of one ``required``."""
TYPES = ("string", "integer", "number", "boolean", "array")
"""The supported types of a property."""
_ONE = frozenset({"items", "not", "if", "then", "else"})
_LISTS = frozenset({"allOf", "anyOf", "oneOf"})
_NAMED = frozenset({"properties", "dependentSchemas"})
_VALUES = frozenset({"enum", "required"})
_PLAIN = frozenset(
    {
        "type", "const", "format", "pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum",
        "exclusiveMaximum", "multipleOf", "minItems", "maxItems", "uniqueItems", "dependentRequired", "title",
        "description", "default", "examples", "additionalProperties", "$schema", "$comment",
    }
)  # fmt: skip
KEYWORDS = _ONE | _LISTS | _NAMED | _VALUES | _PLAIN
"""The keywords that a form's schema may use."""
OWN = "x-"
"""What keywords of our own and of plugins begin with, such as ``x-not-after``; validation passes them over."""


def check_schema(schema: Mapping[str, object]) -> None:
    """Raise for a page's schema that is not of this part of JSON Schema, or beyond its bounds.

    Raises:
        ValueError: names the place inside the schema, and the reason.
    """
    if schema.get("type", "object") != "object":
        raise ValueError("a page's schema is of type 'object'")
    for count, (where, each, depth) in enumerate(_walk(schema), 1):
        if count > MAXIMUM_SCHEMAS:
            raise ValueError(f"holds more than {MAXIMUM_SCHEMAS} schemas: make it several pages")
        if depth > MAXIMUM_SCHEMA_DEPTH:
            raise ValueError(f"{where} nests more than {MAXIMUM_SCHEMA_DEPTH} schemas deep")
        _check_keywords(where, each)
    properties = schema.get("properties", {})
    for name, each in properties.items() if isinstance(properties, Mapping) else ():
        _check_type(f"properties.{name}", each)


def _walk(schema: Mapping[str, object]) -> Iterator[tuple[str, Mapping[str, object], int]]:
    """Yield every schema inside ``schema`` with its place and depth, itself first."""
    waiting: list[tuple[str, object, int]] = [("", schema, 0)]
    while waiting:
        where, each, depth = waiting.pop()
        if isinstance(each, bool):
            continue
        if not isinstance(each, Mapping):
            raise ValueError(f"{where} is not a schema")  # noqa: TRY004  # what pydantic reads
        yield where, each, depth
        waiting.extend((f"{where}.{part}".lstrip("."), inner, depth + 1) for part, inner in _inside(where, each))


def _inside(where: str, schema: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for keyword, value in schema.items():
        if keyword in _ONE:
            yield keyword, value
        elif keyword in _LISTS:
            if not isinstance(value, list | tuple):
                raise ValueError(f"{where}.{keyword} is not a list".lstrip("."))
            yield from ((f"{keyword}.{number}", each) for number, each in enumerate(value))
        elif keyword in _NAMED:
            if not isinstance(value, Mapping):
                raise ValueError(f"{where}.{keyword} does not name schemas".lstrip("."))
            yield from ((f"{keyword}.{name}", each) for name, each in value.items())


def _check_keywords(where: str, schema: Mapping[str, object]) -> None:
    at = f"{where}." if where else ""
    for keyword, value in schema.items():
        if keyword not in KEYWORDS and not keyword.startswith(OWN):
            raise ValueError(f"{at}{keyword} is no keyword of forms; there are {', '.join(sorted(KEYWORDS))}")
        if keyword in _VALUES and not (isinstance(value, list | tuple) and len(value) <= MAXIMUM_VALUES):
            raise ValueError(f"{at}{keyword} is not a list of at most {MAXIMUM_VALUES}")
        if keyword == "additionalProperties" and not isinstance(value, bool):
            raise ValueError(f"{at}{keyword} is true or false")
        if keyword == "pattern":
            _check_pattern(at, value)


def _check_pattern(at: str, pattern: object) -> None:
    if not isinstance(pattern, str):
        raise ValueError(f"{at}pattern is not text")  # noqa: TRY004  # what pydantic reads
    try:
        linear_pattern(pattern)
    except ValueError as problem:
        raise ValueError(f"{at}pattern: {problem}") from None


def _check_type(where: str, schema: object) -> None:
    if not isinstance(schema, Mapping):
        return
    kind = schema.get("type", "string")
    kinds = kind if isinstance(kind, list | tuple) else [kind]
    if unknown := [each for each in kinds if each not in (*TYPES, "null")]:
        raise ValueError(f"{where} is of type {unknown[0]!r}; a question is one of {', '.join(TYPES)}")
    items = schema.get("items", {})
    if "array" in kinds and isinstance(items, Mapping) and items.get("type", "string") not in TYPES[:-1]:
        raise ValueError(f"{where}.items is of type {items['type']!r}; a list holds one of {', '.join(TYPES[:-1])}")
