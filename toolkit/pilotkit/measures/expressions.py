"""KPI expressions: SQL expressions over documented columns, and nothing else.

An expression is parsed with sqlglot and walked against an allow-list. What is not on it — a subquery, a function, a
division, an unknown column — is refused with the place, before any engine sees it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from pilotkit.errors import DataError, Place
from pilotkit.facts.attributes import attributes_in, is_attribute, typed
from pilotkit.facts.columns import CASES, TABLES, Column, Table
from pilotkit.measures.expression_types import Family, family_of
from pilotkit.model.kpi import Kpi

DIALECT = "duckdb"
FILE = "model/kpis/kpis.yaml"
MAXIMUM_DIGITS = 18
"""Of a number, so that sums of it stay whole in every engine."""
_ATTRIBUTE = re.compile(r"[^\W_A-Z][^\WA-Z]{0,99}")
_ALLOWED = (
    exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.Tuple, exp.Neg,
    exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Between, exp.Is,
    exp.Add, exp.Sub, exp.Mul, exp.Coalesce,
)  # fmt: skip

_COMPARES = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Between)


def check_expression(text: str, place: Place, table: Table = CASES, wanted: Family = "boolean") -> str:
    """Return the expression in its canonical form, safe to be put into a query.

    Args:
        text: as it stands in the data.
        place: where it stands.
        table: whose columns it may name.
        wanted: ``boolean``; ``number`` for a weight or a value, which is whole, and so may not name attributes.

    Raises:
        DataError: it is not such an expression over the documented columns.
    """
    try:
        return _canonical(text, table.name, wanted)
    except ValueError as problem:
        raise DataError(f"{problem}.", where=place, remedy="See docs/reference/kpi-expressions.md.") from None
    except RecursionError:
        raise DataError("nests too deep.", where=place, remedy="Write it flatter.") from None


class Compiled(NamedTuple):
    """A KPI's expressions in canonical form; what its statistic has no use for is None."""

    numerator: str | None
    denominator: str
    weight: str | None = None
    value: str | None = None


def compiled(kpi: Kpi) -> Compiled:
    """Return the KPI's expressions, each held against the columns of its table.

    Raises:
        DataError: one of them is refused.
    """

    def checked(key: str, wanted: Family = "boolean") -> str | None:
        text = getattr(kpi, key)
        place = Place(FILE, f"{kpi.id}.{key}")
        return check_expression(text, place, TABLES[kpi.of], wanted) if text else None

    weight = checked("weight", "number")
    if weight and sqlglot.parse_one(weight, read=DIALECT).find(exp.Sub, exp.Neg):
        raise DataError(
            "may be less than nothing: weights are added up, so they may not subtract.",
            where=Place(FILE, f"{kpi.id}.weight"),
            remedy="Write a weight that is never negative.",
        )
    return Compiled(checked("numerator"), checked("denominator") or "TRUE", weight, checked("value", "number"))


def attributes_of(kpi: Kpi) -> frozenset[str]:
    """Return the attributes of imported cases that a KPI, whose expressions are allowed, names."""
    texts = (text for text in (kpi.numerator, kpi.denominator) if text)
    return frozenset[str]().union(*(attributes_in(sqlglot.parse_one(text, read=DIALECT)) for text in texts))


@lru_cache(maxsize=1024)
def _canonical(text: str, table: str, wanted: Family) -> str:
    try:
        trees = sqlglot.parse(text, read=DIALECT)
    except SqlglotError as problem:
        raise ValueError(f"is not SQL: {str(problem).splitlines()[0]}") from None
    if len(trees) != 1 or trees[0] is None:
        raise ValueError("must be one expression")
    tree, columns = trees[0], TABLES[table].columns
    for node in tree.walk():
        _check(node, table, columns)
    if wanted == "number":
        _check_whole(tree)
    tree = typed(tree, lambda node: family_of(node, columns))
    if family_of(tree, columns) != wanted:
        advice = "is not true or false: compare it with something" if wanted == "boolean" else "is not a whole number"
        raise ValueError(f"'{text}' {advice}")
    return tree.sql(dialect=DIALECT, comments=False)


def _check_whole(tree: exp.Expr) -> None:
    """Refuse a sum of fractions: it depends on the order it is taken in, and so on the engine."""
    if names := attributes_in(tree):
        raise ValueError(f"'attributes.{min(names)}' is not a whole number of every case, and so no weight or value")
    for literal in tree.find_all(exp.Literal):
        if not literal.is_string and not literal.name.isdigit():
            raise ValueError(f"'{literal.name}' is not a whole number")
        if not literal.is_string and len(literal.name) > MAXIMUM_DIGITS:
            raise ValueError(f"'{literal.name:.40}' has more than {MAXIMUM_DIGITS} digits")


def _check(node: exp.Expr, table: str, columns: Mapping[str, Column]) -> None:
    if not isinstance(node, _ALLOWED):
        raise ValueError(  # noqa: TRY004  # the text is wrong, not a type of ours
            f"'{node.sql(dialect=DIALECT)[:60]}' ({type(node).__name__}) is not allowed in a KPI"
        )
    if isinstance(node, exp.Tuple) and not isinstance(node.parent, _COMPARES):
        raise ValueError(  # noqa: TRY004  # the same
            f"'{node.sql(dialect=DIALECT)[:60]}' is several values where one is wanted"
        )
    if is_attribute(node) and table == CASES.name:
        if not _ATTRIBUTE.fullmatch(node.name):
            raise ValueError(f"'{node.name:.40}' is no name of an attribute: lower case, digits and _")
        return
    if isinstance(node, exp.Column) and (node.name not in columns or node.table):
        raise ValueError(f"there is no column '{node.sql(dialect=DIALECT)}'; columns are: {', '.join(columns)}")
