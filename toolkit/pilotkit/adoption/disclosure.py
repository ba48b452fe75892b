"""Which figures by month and unit can be told, so that nobody can work out what is of few.

A cell of few cases is not told, nor is anything from which it follows by subtraction: a month's total, or the other
months beside the total of all. Statistics calls this primary and secondary suppression (Hundepool and others,
*Statistical Disclosure Control*, 2012, chapter 4).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from pilotkit.model.kpi import KpiValue

FEWEST = 10
"""Cases below which a figure might say something of a person."""


def tellable(figures: Iterable[KpiValue], whole: int, few: int = FEWEST) -> list[KpiValue]:
    """Return the figures of one KPI that can be told.

    Args:
        figures: of each month and of each unit in each month.
        whole: the denominator of all of them together, which is told.
        few: fewer cases are not told of; the same for every KPI of a receipt, since some count the same cases.
    """
    enough = [each for each in figures if each.denominator >= few]
    cells = _smallest_last(each for each in enough if each.unit)
    totals = _smallest_last(each for each in enough if not each.unit)
    while True:
        in_cells = _by_month(cells)
        totals = [each for each in totals if not _is_few(each.denominator - in_cells[each.month])]
        in_totals = _by_month(totals)
        rest = whole - in_totals.total() - sum(in_cells[month] for month in in_cells if month not in in_totals)
        if not _is_few(rest) or not (cells or totals):
            return [*totals, *cells]
        if partly := [each for each in totals if each.denominator > in_cells[each.month]]:
            totals.remove(partly[-1])
        else:
            cells.pop()


def _is_few(cases: int) -> bool:
    return 0 < cases < FEWEST


def _by_month(figures: Sequence[KpiValue]) -> Counter[str | None]:
    counted = Counter[str | None]()
    for each in figures:
        counted[each.month] += each.denominator
    return counted


def _smallest_last(figures: Iterable[KpiValue]) -> list[KpiValue]:
    return sorted(figures, key=lambda each: (-each.denominator, each.month or "", each.unit or ""))
