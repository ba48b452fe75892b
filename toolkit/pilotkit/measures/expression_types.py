"""What kind of value each part of an expression is, so that nothing is compared with what it cannot equal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from sqlglot import exp

from pilotkit.facts.columns import Column

Family = Literal["boolean", "number", "text", "date", "null"]
_OF_TYPE: dict[str, Family] = {
    "BOOLEAN": "boolean", "BIGINT": "number", "VARCHAR": "text", "DATE": "date",
    "TEXT": "text", "DOUBLE": "number",
}  # fmt: skip


def family_of(node: exp.Expr, columns: Mapping[str, Column]) -> Family:  # noqa: PLR0911  # one line for each kind of node
    """Return the family of an expression whose nodes are all allowed.

    Args:
        node: the expression.
        columns: what it may name.

    Raises:
        ValueError: it puts together what does not belong together.
    """
    match node:
        case exp.Paren():
            return family_of(node.this, columns)
        case exp.Column():
            return _OF_TYPE[columns[node.name].type]
        case exp.TryCast():  # ours: an attribute, read as what it is used as
            return _OF_TYPE[node.to.sql("duckdb")]
        case exp.Literal():
            return "text" if node.is_string else "number"
        case exp.Boolean():
            return "boolean"
        case exp.Null():
            return "null"
        case exp.Add() | exp.Sub() | exp.Mul() | exp.Neg():
            return _all(node, "number", columns)
        case exp.And() | exp.Or() | exp.Not():
            return _all(node, "boolean", columns)
        case exp.Coalesce() | exp.Tuple():
            return _alike(node, columns)
        case _:
            _alike(node, columns)
            return "boolean"


def _all(node: exp.Expr, wanted: Family, columns: Mapping[str, Column]) -> Family:
    for part in node.iter_expressions():
        if family_of(part, columns) not in (wanted, "null"):
            raise ValueError(f"in '{_shown(node)}', '{_shown(part)}' is not a {wanted}")
    return wanted


def _alike(node: exp.Expr, columns: Mapping[str, Column]) -> Family:
    found = [(part, family_of(part, columns)) for part in node.iter_expressions()]
    families = {family for _, family in found if family != "null"}
    if families == {"date", "text"} and all(_is_date(part) for part, family in found if family == "text"):
        return "date"
    if len(families) > 1:
        raise ValueError(f"'{_shown(node)}' compares {' with '.join(sorted(families))}")
    return families.pop() if families else "null"


def _is_date(part: exp.Expr) -> bool:
    """As the engine reads it too: Python knows more ways to write a date."""
    try:
        return date.fromisoformat(part.name).isoformat() == part.name
    except ValueError:
        return False


def _shown(node: exp.Expr) -> str:
    return node.sql(dialect="duckdb")[:60]
