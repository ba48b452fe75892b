"""Kinds of rows: which comparisons hold in a row, so that each is made once, however many conditions name it.

With every NOT moved down to the comparisons, a condition is AND and OR of comparisons and of their opposites, and it is
true exactly where enough of them are: one that is unknown counts there like one that is false. So a row is asked only
which of them are true; that number is its kind. Of many millions of rows there are a few hundred kinds, and what a
condition says is worked out once a kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import sqlglot
from numpy.typing import NDArray
from sqlglot import exp

from pilotkit.measures.plan import DIALECT

Numbers = NDArray[np.int64]
Truths = NDArray[np.bool_]
_UNSEEN = -1
_FIRST_WIDTH = 64


_Holds = Callable[[Callable[[str], Truths]], Truths]
"""Where something is true, by where each comparison is."""


@dataclass(frozen=True)
class Condition:
    """A condition, and what it is made of."""

    sql: str
    comparisons: frozenset[str]
    """Canonical expressions, opposites among them as ``NOT (…)``."""
    holds: _Holds


class RowPredicates:
    """The kinds that some conditions tell apart, numbered as they are seen.

    Args:
        conditions: what is asked of each row.
    """

    def __init__(self, conditions: Sequence[Condition]) -> None:
        self.conditions = {each.sql: each for each in conditions}
        """By what they say."""
        self._place = {
            comparison: place
            for place, comparison in enumerate(sorted({each for one in conditions for each in one.comparisons}))
        }
        self._numbers = np.full(1 << len(self._place), _UNSEEN, np.int64)
        self._seen = np.empty(0, np.int64)
        self.width = _FIRST_WIDTH
        """How many kinds there is room for; grows with those that are seen."""

    @property
    def sql(self) -> str:
        """What is asked of a row: a bit for each comparison that is true."""
        bits = (f"CASE WHEN {each} THEN {1 << place} ELSE 0 END" for each, place in self._place.items())
        return f"({' + '.join(bits)})::INTEGER"

    def of(self, bits: NDArray[Any]) -> Numbers:
        """Return the kinds of rows, by their bits."""
        found: Numbers = np.take(self._numbers, bits)
        if len(found) and found.min() == _UNSEEN:
            new = np.unique(bits[found == _UNSEEN])
            self._numbers[new] = np.arange(len(self._seen), len(self._seen) + len(new))
            self._seen = np.concatenate([self._seen, new])
            while self.width < len(self._seen):
                self.width *= 2
            found = np.take(self._numbers, bits)
        return found

    def meeting(self, condition: str) -> Truths:
        """Which kinds meet one of the conditions: one value for each that there is room for."""
        bits = np.zeros(self.width, np.int64)
        bits[: len(self._seen)] = self._seen
        return self.conditions[condition].holds(lambda each: (bits >> self._place[each] & 1).astype(bool))


def group_predicates(conditions: Sequence[str], made: Mapping[str, str], most: int) -> list[RowPredicates]:
    """Conditions in few bundles, each of which tells its own kinds.

    Args:
        conditions: canonical expressions.
        made: the expressions behind those of their columns that are themselves conditions.
        most: comparisons of a bundle, at least 1; a condition of more counts as a single one.
    """
    left = [_read(each, made) for each in conditions]
    left = [_undivided(each.sql) if len(each.comparisons) > most else each for each in left]
    bundles = []
    while left:
        inside: set[str] = set()
        taken, others = list[Condition](), list[Condition]()
        for each in left:
            is_room = len(inside.union(each.comparisons)) <= most
            (taken if is_room else others).append(each)
            inside.update(each.comparisons if is_room else ())
        bundles.append(RowPredicates(taken))
        left = others
    return bundles


def _undivided(condition: str) -> Condition:
    return Condition(condition, frozenset({condition}), lambda truths: truths(condition))


def _read(condition: str, made: Mapping[str, str]) -> Condition:
    apart = _Apart(made)
    holds = apart.where_true(parsed(condition))
    return Condition(condition, frozenset(apart.comparisons), holds)


@lru_cache(maxsize=4096)
def parsed(expression: str) -> exp.Expr:
    """Return a canonical expression as a tree; not to be changed."""
    return sqlglot.parse_one(expression, read=DIALECT)


class _Apart:
    """Takes conditions apart into comparisons."""

    def __init__(self, made: Mapping[str, str]) -> None:
        self._made = made
        self.comparisons: set[str] = set()

    def where_true(self, tree: exp.Expr) -> _Holds:
        """Where an expression is true."""
        tree = tree.unnest()
        if isinstance(tree, exp.Not):
            return self.where_false(tree.this)
        if isinstance(tree, exp.And | exp.Or):
            return _joined(isinstance(tree, exp.And), [self.where_true(each) for each in tree.flatten()])
        if isinstance(tree, exp.Column) and tree.name in self._made:
            return self.where_true(parsed(self._made[tree.name]))
        if (known := _or_false(tree)) is not None:
            return self.where_true(known)
        return self._comparison(tree.sql(dialect=DIALECT))

    def where_false(self, tree: exp.Expr) -> _Holds:
        """Where an expression is false, and not unknown."""
        tree = tree.unnest()
        if isinstance(tree, exp.Not):
            return self.where_true(tree.this)
        if isinstance(tree, exp.And | exp.Or):
            return _joined(isinstance(tree, exp.Or), [self.where_false(each) for each in tree.flatten()])
        if isinstance(tree, exp.Column) and tree.name in self._made:
            return self.where_false(parsed(self._made[tree.name]))
        if isinstance(tree, exp.Is) or _or_false(tree) is not None:  # never unknown
            holds = self.where_true(tree)
            return lambda truths: ~holds(truths)
        return self._comparison(f"NOT ({tree.sql(dialect=DIALECT)})")

    def _comparison(self, sql: str) -> _Holds:
        self.comparisons.add(sql)
        return lambda truths: truths(sql)


def _joined(is_all: bool, parts: Sequence[_Holds]) -> _Holds:  # noqa: FBT001  # called in this file only
    """Where all parts hold, or any of them."""
    join = np.logical_and if is_all else np.logical_or
    return lambda truths: join.reduce([holds(truths) for holds in parts])


def _or_false(tree: exp.Expr) -> exp.Expr | None:
    """Return what is asked, where an expression says that what is unknown is false."""
    if isinstance(tree, exp.Coalesce) and len(tree.expressions) == 1:
        last = tree.expressions[0]
        return tree.this if isinstance(last, exp.Boolean) and not last.this else None
    return None
