"""KPI that are asked together, and what their counts say: each figure with how complete it is.

Completeness is the percent of what a figure should be of that it is of. A row may not say what a KPI needs: nobody has
said whether a result is electronic, or another system's log has no such column. Such rows are not counted, and the
share of those that are is the figure's completeness. Cases that are stored but have not reached the facts are missing
from all figures alike. Of no rows at all there is nothing to be complete.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache

import sqlglot
from sqlglot import exp

from pilotkit.facts.attributes import is_attribute
from pilotkit.facts.columns import TABLES
from pilotkit.facts.fact_files import Facts
from pilotkit.measures.expressions import DIALECT
from pilotkit.measures.plan import Grouping
from pilotkit.measures.scan import Count, Window
from pilotkit.model.kpi import Kpi, KpiValue
from pilotkit.model.plain_data import PlainData

_ALL = Decimal("100.0000")


@dataclass(frozen=True)
class KpiQuery:
    """KPI that are asked together.

    Args:
        kpis: in the order of their figures.
        window: which rows count.
        facts: that are asked.
    """

    kpis: tuple[Kpi, ...]
    window: Window
    facts: Facts

    @cached_property
    def asked(self) -> list[Kpi]:
        """What is to be counted: the KPI, and after them what tells how complete some of them are."""
        return [*self.kpis, *self._companions.values()]

    def values(
        self, counts: Sequence[Count], version: str, *, by: Grouping = (), **of: PlainData
    ) -> tuple[KpiValue, ...]:
        """Return the figures of one group; none of a KPI whose table cannot be grouped like that.

        Args:
            counts: one each of what was asked.
            version: of the boundaries.
            by: the dimensions of the group.
            of: what the figures are of, and whether they are apportioned, as :class:`KpiValue` has it.
        """
        return tuple(
            self.value(place, counts, version, **of)
            for place, kpi in enumerate(self.kpis)
            if set(by) <= set(TABLES[kpi.of].dimensions)
        )

    def places(self, place: int) -> tuple[int, ...]:
        """Where the counts stand that the figure of the KPI at one place is made of."""
        return (place, self._places[place]) if place in self._places else (place,)

    def value(
        self, place: int, counts: Sequence[Count] | Mapping[int, Count], version: str, **of: PlainData
    ) -> KpiValue:
        """Return the figure of the KPI at one place."""
        kpi, (numerator, denominator) = self.kpis[place], counts[place]
        companion = self._places.get(place)
        known = (denominator, denominator) if companion is None else counts[companion]
        return KpiValue(
            kpi=kpi.id, statistic=kpi.statistic, numerator=numerator, denominator=denominator, minimum=kpi.minimum,
            definition_hash=kpi.definition_hash, location_version=version, as_of=self.window.as_of,
            completeness=completeness_of(known, self.facts.reached), **of,
        )  # fmt: skip

    @cached_property
    def _companions(self) -> dict[int, Kpi]:
        found = {place: companion_of(kpi) for place, kpi in enumerate(self.kpis)}
        return {place: each for place, each in found.items() if each is not None}

    @cached_property
    def _places(self) -> dict[int, int]:
        return {place: len(self.kpis) + after for after, place in enumerate(self._companions)}


def companion_of(kpi: Kpi) -> Kpi | None:
    """Return the KPI that tells how complete another's figure is; None where every row says what it needs.

    Its denominator are the rows that the KPI asks about, whether they say what it needs or not; its numerator are those
    that do.
    """
    found = _known_among(kpi.of, kpi.denominator, tuple(filter(None, (kpi.numerator, kpi.value, kpi.weight))))
    if found is None:
        return None
    numerator, denominator = found
    changes = {"numerator": numerator, "denominator": denominator, "statistic": "share"}
    return kpi.model_copy(update=changes | {"weight": None, "value": None, "fraction": None, "unit": "percent"})


def completeness_of(known: Count, reached: Count = (1, 1)) -> Decimal | None:
    """Percent, to four places and never rounded up; None of no rows.

    Args:
        known: how many rows say what is needed, and among how many.
        reached: how much of what is stored has reached the facts, and of how much.
    """
    share, rows = known[0] * reached[0], known[1] * reached[1]
    if not rows:
        return None
    return _ALL if share == rows else Decimal(share * 1_000_000 // rows).scaleb(-4)


@lru_cache(maxsize=1024)
def _known_among(table: str, denominator: str, counted: tuple[str, ...]) -> tuple[str, str] | None:
    """Expressions of the rows that say what is needed, and of all that are asked about; None: they are the same."""
    parts = _conjuncts(sqlglot.parse_one(denominator, read=DIALECT))
    trees = [*parts, *(sqlglot.parse_one(text, read=DIALECT) for text in counted)]
    needed = dict.fromkeys(
        each.sql(dialect=DIALECT)
        for tree in trees
        for each in tree.find_all(exp.Column)
        if _may_be_unknown(table, each)
    )
    if not needed:
        return None
    asked = [_unless_false(table, each) for each in parts if not _asks_whether_known(table, each)]
    known = " AND ".join(f"{name} IS NOT NULL" for name in needed)
    return known, " AND ".join(asked) or "TRUE"


def _conjuncts(tree: exp.Expr) -> list[exp.Expr]:
    tree = tree.unnest()
    return [*_conjuncts(tree.this), *_conjuncts(tree.expression)] if isinstance(tree, exp.And) else [tree]


def _may_be_unknown(table: str, column: exp.Column) -> bool:
    if is_attribute(column):
        return True
    known = TABLES[table].columns.get(column.name)
    return known is not None and known.may_be_unknown


def _unless_false(table: str, tree: exp.Expr) -> str:
    """Return a condition that a row also meets which does not say what it needs."""
    may_be_unknown = any(_may_be_unknown(table, each) for each in tree.find_all(exp.Column))
    return f"({tree.sql(dialect=DIALECT)}){' IS NOT FALSE' if may_be_unknown else ''}"


def _asks_whether_known(table: str, tree: exp.Expr) -> bool:
    """Whether it only leaves out rows that do not say what is needed: ``electronic_result IS NOT NULL``."""
    if not isinstance(tree, exp.Not):
        return False
    inner = tree.this.unnest()
    is_null = isinstance(inner, exp.Is) and isinstance(inner.expression, exp.Null)
    return is_null and isinstance(inner.this, exp.Column) and _may_be_unknown(table, inner.this)
