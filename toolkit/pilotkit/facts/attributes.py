"""Attributes of imported cases in KPI expressions: ``attributes.amount > 1000``.

Nothing declares their types. An attribute is what it is used as: a number where it is compared with one, true or false
where it stands alone, text otherwise; where a case says something else, it is null for that case.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

TABLE = "attributes"
_TYPES = {"number": "DOUBLE", "boolean": "BOOLEAN", "text": "VARCHAR", "date": "DATE"}
_AROUND = (exp.Paren, exp.Coalesce, exp.Tuple, exp.Neg)


def is_attribute(node: exp.Expr) -> bool:
    """Whether a column is written as an attribute: ``attributes.name``."""
    return isinstance(node, exp.Column) and node.table == TABLE and not node.args.get("db")


def attributes_in(tree: exp.Expr) -> frozenset[str]:
    """Return the names of all attributes in an expression."""
    return frozenset(node.name for node in tree.find_all(exp.Column) if is_attribute(node))


def typed(tree: exp.Expr, family_of: Callable[[exp.Expr], str]) -> exp.Expr:
    """Return the expression with each attribute read from the facts as what it is used as.

    Args:
        tree: an expression whose nodes are all allowed.
        family_of: of nodes without attributes.
    """
    if is_attribute(tree):
        return _read(tree, "boolean")
    for node in list(tree.find_all(exp.Column)):
        if is_attribute(node):
            node.replace(_read(node, _use(node, family_of)))
    return tree


def _use(node: exp.Expr, family_of: Callable[[exp.Expr], str]) -> str:
    """Return what the place of an attribute asks it to be."""
    beside: list[exp.Expr] = []
    while node.parent is not None and isinstance(node.parent, _AROUND):
        if isinstance(node.parent, exp.Neg):
            return "number"
        beside += [each for each in node.parent.iter_expressions() if each is not node]
        node = node.parent
    parent = node.parent
    if parent is None or isinstance(parent, exp.And | exp.Or | exp.Not):
        return _family_among(beside, family_of) or "boolean"
    if isinstance(parent, exp.Add | exp.Sub | exp.Mul):
        return "number"
    beside += [each for each in parent.iter_expressions() if each is not node]
    return _family_among(beside, family_of) or "text"


def _family_among(nodes: list[exp.Expr], family_of: Callable[[exp.Expr], str]) -> str | None:
    for node in nodes:
        if not attributes_in(node) and (family := family_of(node)) != "null":
            return family
    return "number" if any(node.find(exp.Add, exp.Sub, exp.Mul, exp.Neg) for node in nodes) else None


def _read(node: exp.Expr, family: str) -> exp.TryCast:
    name = exp.Literal.string(f'$."{node.name}"')
    text = exp.Anonymous(this="json_extract_string", expressions=[exp.column(TABLE), name])
    return exp.TryCast(this=text, to=exp.DataType.build(_TYPES[family], dialect="duckdb"))
