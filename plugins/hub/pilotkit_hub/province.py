"""One province: what it runs, how it stands, its figures, and what it has sent."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from pilotkit import AdoptionReceipt, MonthlyFigure, UnknownError, View, Visit
from pilotkit_hub.adoption import rows_of
from pilotkit_hub.ledger import Ledger
from pilotkit_hub.naming import kpis_by_id
from pilotkit_hub.settings import read_settings


def show_province(visit: Visit) -> View:
    """Everything that one province has told.

    Raises:
        UnknownError: there is no such province.
    """
    ledger, code = Ledger.of(visit.backoffice.store, visit.catalog), visit.path["province"]
    if code not in ledger.provinces:
        raise UnknownError(f"there is no province '{code}'.", remedy="Look at the list.")
    silent_days = read_settings(visit.deployment.folder).silent_days
    rows = [row for row in rows_of(ledger, visit.now, silent_days) if row.province.code == code]
    return View(
        "hub/province.html",
        {
            "unit": ledger.provinces[code],
            "rows": rows,
            "months": {row.taken.digest: months_of(row.taken.receipt) for row in rows if row.taken},
            "history": ledger.history(code, 20),
            "kpis": kpis_by_id(visit),
            "percent": percent_of,
        },
    )


def months_of(receipt: AdoptionReceipt) -> tuple[tuple[str, str, int, int, int], ...]:
    """KPI facts by KPI and month: numerator, denominator and number of the units that had enough cases."""
    groups: dict[tuple[str, str], list[MonthlyFigure]] = {}
    for figure in receipt.monthly:
        groups.setdefault((figure.kpi, figure.month), []).append(figure)
    return tuple((kpi, month, *_sums(found), len(found)) for (kpi, month), found in sorted(groups.items()))


def _sums(figures: Iterable[MonthlyFigure]) -> tuple[int, int]:
    found = tuple(figures)
    return sum(each.numerator for each in found), sum(each.denominator for each in found)


def percent_of(numerator: int, denominator: int) -> float | None:
    """The share in percent; None of nothing."""
    return float(Fraction(100 * numerator, denominator)) if denominator else None
