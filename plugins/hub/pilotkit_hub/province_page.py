"""One province: what it runs, how it stands, its figures, and what it has sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pilotkit import UnknownError, View
from pilotkit_hub.adoption_page import rows_of
from pilotkit_hub.hub_settings import read_settings
from pilotkit_hub.kpi_names import kpis_by_id
from pilotkit_hub.ledger import Ledger
from pilotkit_hub.tables import METADATA

if TYPE_CHECKING:
    from pilotkit.pages import PageRequest
    from pilotkit.trust import AdoptionReceipt, MonthlyFigure


def show_province(request: PageRequest) -> View:
    """Everything that one province has told.

    Raises:
        UnknownError: there is no such province.
    """
    ledger, code = Ledger.of(request.tables(METADATA), request.catalog), request.path["province"]
    if code not in ledger.provinces:
        raise UnknownError(f"there is no province '{code}'.", remedy="Look at the list.")
    settings = read_settings(request.deployment.folder)
    rows = [row for row in rows_of(ledger, request.now, settings) if row.province.code == code]
    return View(
        "hub/province.html",
        {
            "unit": ledger.provinces[code],
            "rows": rows,
            "months": {row.taken.digest: months_of(row.taken.receipt) for row in rows if row.taken},
            "history": ledger.history(code, 20),
            "kpis": kpis_by_id(request),
        },
    )


def months_of(receipt: AdoptionReceipt) -> tuple[tuple[MonthlyFigure, int], ...]:
    """KPI facts by KPI and month, and of how many units they are told too.

    Where no total is told, it is that of these units, which there is only of shares.
    """
    groups: dict[tuple[str, str], list[MonthlyFigure]] = {}
    for figure in receipt.monthly:
        groups.setdefault((figure.kpi, figure.month), []).append(figure)
    together = ((_together(found), sum(each.unit is not None for each in found)) for _, found in sorted(groups.items()))
    return tuple((figure, units) for figure, units in together if figure is not None)


def _together(figures: Sequence[MonthlyFigure]) -> MonthlyFigure | None:
    if total := next((each for each in figures if each.unit is None), None):
        return total
    if figures[0].statistic != "share":
        return None
    counts = {name: sum(getattr(each, name) for each in figures) for name in ("numerator", "denominator")}
    return figures[0].model_copy(update={**counts, "unit": None})
