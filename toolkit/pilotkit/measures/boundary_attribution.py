"""Figures of one set of units under the boundaries of another.

Cases stay whole where a unit passed on whole; where it was divided, its counts are.
A divided count stays whole numbers that add up, by the method of the largest remainder (A. Hamilton, 1792; M. Balinski,
H. P. Young, *Fair Representation*, 1982): first the denominator, whose parts are less than one away from their exact
shares; then the numerator, of which no part is more than its denominator.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from pilotkit.measures.scan import Count
from pilotkit.model.lineage import Lineage
from pilotkit.model.location import UnitKey


@dataclass(frozen=True)
class Attributed:
    """The counts of one unit under other boundaries."""

    counts: tuple[Count, ...]
    apportioned: bool
    """Whether a share of a divided unit's cases is among them."""


def attributed(counts: Mapping[UnitKey, Sequence[Count]], lineage: Lineage, day: date) -> dict[UnitKey, Attributed]:
    """Return counts by unit, under the boundaries of a day. They add up to what they were.

    Args:
        counts: of each unit that cases name, one a KPI; units that the lineage does not know stay as they are.
        lineage: what became of units.
        day: whose boundaries.

    Raises:
        DataError: a merged unit would have to be divided, and nothing says how.
    """
    sums: dict[UnitKey, list[Count]] = {}
    divided: set[UnitKey] = set()
    for key, given in counts.items():
        shares = lineage.shares(key, day)
        parts = zip(*(apportioned(count, [share for _, share in shares]) for count in given), strict=True)
        for (owner, share), part in zip(shares, parts, strict=True):
            sums[owner] = _added(sums.get(owner), part)
            if share != 1:
                divided.add(owner)
    return {key: Attributed(tuple(total), key in divided) for key, total in sorted(sums.items())}


def apportioned(count: Count, shares: Sequence[Fraction]) -> list[Count]:
    """Return a count divided by shares that add up to 1; the parts add up to it, and none counts more than it has."""
    if len(shares) == 1:
        return [count]
    denominators = largest_remainder(count[1], shares)
    return list(zip(largest_remainder(count[0], shares, denominators), denominators, strict=True))


def largest_remainder(total: int, shares: Sequence[Fraction], most: Sequence[int] | None = None) -> list[int]:
    """``total`` in whole numbers; what is left over goes to the largest remainders, among equals to the first.

    Args:
        total: what is divided.
        shares: add up to 1.
        most: what each part may be at most, none less than its share rounded down; absent: anything.
    """
    quotas = [total * share for share in shares]
    parts = [int(quota) for quota in quotas]
    for _ in range(total - sum(parts)):
        free = [each for each in range(len(parts)) if most is None or parts[each] < most[each]]
        parts[max(free, key=lambda each: (quotas[each] - parts[each], -each))] += 1
    return parts


Exact = tuple[int | Fraction, int | Fraction]
"""A share of a numerator and of a denominator, before anything is rounded."""


@dataclass(frozen=True)
class UnitSeries:
    """One KPI in one unit, day by day."""

    days: Mapping[date, Exact]
    total: Count
    apportioned: bool


def series_of(key: UnitKey, days: Mapping[UnitKey, Mapping[date, Count]], lineage: Lineage, on: date) -> UnitSeries:
    """Return the daily counts of a unit under the boundaries of a day; the total is rounded once, and the days are not.

    Raises:
        DataError: a merged unit would have to be divided, and nothing says how.
    """
    summed: dict[date, Exact] = defaultdict(lambda: (0, 0))
    total, divided = (0, 0), False
    for source, counts in days.items():
        shares = lineage.shares(source, on)
        owners = [owner for owner, _ in shares]
        if key not in owners:
            continue
        place, share = owners.index(key), dict(shares)[key]
        for day, (numerator, denominator) in counts.items():
            whole = (numerator, denominator) if share == 1 else (share * numerator, share * denominator)
            summed[day] = (summed[day][0] + whole[0], summed[day][1] + whole[1])
        part = apportioned(_sum(counts.values()), [each for _, each in shares])[place]
        total, divided = (total[0] + part[0], total[1] + part[1]), divided or share != 1
    return UnitSeries(dict(sorted(summed.items())), total, divided)


def _sum(counts: Iterable[Count]) -> Count:
    numerator = denominator = 0
    for each in counts:
        numerator, denominator = numerator + each[0], denominator + each[1]
    return numerator, denominator


def _added(before: Sequence[Count] | None, more: Sequence[Count]) -> list[Count]:
    if before is None:
        return list(more)
    return [_sum(pair) for pair in zip(before, more, strict=True)]
