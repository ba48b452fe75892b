"""KPI expressions: SQL boolean expressions over documented columns, and nothing else.

An expression is parsed with sqlglot and walked against an allow-list. What is not on it — a subquery, a function, a
division, an unknown column — is refused with the place, before any engine sees it.
"""

from __future__ import annotations

import re
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from pilotkit.errors import DataError, Place
from pilotkit.measures.attributes import attributes_in, is_attribute, typed
from pilotkit.measures.columns import CASES
from pilotkit.measures.families import family_of
from pilotkit.model.kpi import Kpi

DIALECT = "duckdb"
FILE = "model/kpis/kpis.yaml"
MAXIMUM_LENGTH = 2_000
_ATTRIBUTE = re.compile(r"[^\W_A-Z][^\WA-Z]{0,99}")
_ALLOWED = (
    exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.Tuple, exp.Neg,
    exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Between, exp.Is,
    exp.Add, exp.Sub, exp.Mul, exp.Coalesce,
)  # fmt: skip


def check_expression(text: str, place: Place) -> str:
    """The expression in its canonical form, safe to be put into a query.

    Raises:
        DataError: it is not a boolean expression over the documented columns.
    """
    try:
        return _canonical(text)
    except ValueError as problem:
        raise DataError(f"{problem}.", where=place, remedy="See docs/reference/kpi-expressions.md.") from None
    except RecursionError:
        raise DataError("nests too deep.", where=place, remedy="Write it flatter.") from None


def compiled(kpi: Kpi) -> tuple[str, str]:
    """The KPI's numerator and denominator in canonical form.

    Raises:
        DataError: one of them is refused.
    """
    return (
        check_expression(kpi.numerator, Place(FILE, f"{kpi.id}.numerator")),
        check_expression(kpi.denominator, Place(FILE, f"{kpi.id}.denominator")),
    )


def attributes_of(kpi: Kpi) -> frozenset[str]:
    """The attributes of imported cases that a KPI, whose expressions are allowed, names."""
    trees = (sqlglot.parse_one(text, read=DIALECT) for text in (kpi.numerator, kpi.denominator))
    return frozenset[str]().union(*map(attributes_in, trees))


@lru_cache(maxsize=1024)
def _canonical(text: str) -> str:
    if len(text) > MAXIMUM_LENGTH:
        raise ValueError(f"is longer than {MAXIMUM_LENGTH} characters")
    try:
        trees = sqlglot.parse(text, read=DIALECT)
    except (SqlglotError, RecursionError) as problem:
        raise ValueError(f"is not SQL: {str(problem).splitlines()[0]}") from None
    if len(trees) != 1 or trees[0] is None:
        raise ValueError("must be one expression")
    tree = trees[0]
    for node in tree.walk():
        _check(node)
    tree = typed(tree, family_of)
    if family_of(tree) != "boolean":
        raise ValueError(f"'{text}' is not true or false: compare it with something")
    return tree.sql(dialect=DIALECT, comments=False)


def _check(node: exp.Expr) -> None:
    if not isinstance(node, _ALLOWED):
        raise ValueError(  # noqa: TRY004  # the text is wrong, not a type of ours
            f"'{node.sql(dialect=DIALECT)[:60]}' ({type(node).__name__}) is not allowed in a KPI"
        )
    if is_attribute(node):
        if not _ATTRIBUTE.fullmatch(node.name):
            raise ValueError(f"'{node.name:.40}' is no name of an attribute: lower case, digits and _")
        return
    if isinstance(node, exp.Column) and (node.name not in CASES or node.table):
        raise ValueError(f"there is no column '{node.sql(dialect=DIALECT)}'; columns are: {', '.join(CASES)}")
