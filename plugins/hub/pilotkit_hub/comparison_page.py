"""The comparison of provinces: one KPI, of all cases or of one month's, ranked among those that can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pilotkit import View
from pilotkit_hub.kpi_names import kpis_by_id
from pilotkit_hub.ledger import Ledger
from pilotkit_hub.ranking import LEAST_COMPLETE, entries_of, rank
from pilotkit_hub.tables import METADATA

if TYPE_CHECKING:
    from pilotkit.pages import PageRequest
    from pilotkit.trust import AdoptionReceipt, MonthlyFigure
    from pilotkit_hub.ranking import Refused


def show_comparison(request: PageRequest) -> View:
    """One KPI in all provinces; what cannot be compared stands apart, with the reason."""
    ledger = Ledger.of(request.tables(METADATA), request.catalog)
    receipts = [taken.receipt for each in ledger.newest().values() for taken in each]
    told, kpis = sorted({figure.kpi for receipt in receipts for figure in receipt.figures}), kpis_by_id(request)
    asked = request.query.get("kpi", "")
    kpi = asked if asked in told else next(iter(told), None)
    known = kpis.get(kpi or "")
    months = sorted({each.month for receipt in receipts for each in receipt.monthly if _is_of(each, kpi)}, reverse=True)
    month = request.query.get("month") if request.query.get("month") in months else None
    ranking = rank(tuple(entries_of(receipts, kpi or "", request.zone, month)), known.direction if known else "up")
    return View(
        "hub/comparison.html",
        {
            "told": told,
            "kpis": kpis,
            "kpi": kpi,
            "months": months,
            "month": month,
            "ranking": ranking,
            "refused": [(each, tuple(_said(each, request))) for each in ranking.refused],
            "names": {code: unit.name for code, unit in ledger.provinces.items()},
            "silent": [unit for code, unit in ledger.provinces.items() if code not in _tellers(receipts)],
        },
    )


def _is_of(figure: MonthlyFigure, kpi: str | None) -> bool:
    return figure.kpi == kpi and figure.unit is None


def _tellers(receipts: list[AdoptionReceipt]) -> set[str]:
    return {receipt.province for receipt in receipts}


def _said(refused: Refused, request: PageRequest) -> list[str]:
    """Why it is not compared, in words."""
    entry, _ = refused.entry, request.gettext
    own, figure = entry.basis, entry.figure
    given: dict[str, Any] = {
        "definition": own.definition, "boundaries": own.boundaries, "day": request.formats.day(own.as_of),
        "cases": request.formats.number(figure.denominator), "minimum": request.formats.number(figure.minimum),
        "least": request.formats.percent(LEAST_COMPLETE, 0),
    }  # fmt: skip
    given["since"] = request.formats.day(own.since) if own.since else _("the beginning")
    known = entry.completeness
    given["completeness"] = _("unknown") if known is None else request.formats.percent(known, 1)
    words = {
        "definition": _("It is counted by another definition (%(definition)s)."),
        "boundaries": _("It is of other boundaries (%(boundaries)s)."),
        "as_of": _("It is of another day (%(day)s)."),
        "period": _("It counts from another day (%(since)s)."),
        "simulated": _("Its cases are simulated.") if own.is_simulated else _("Only its cases are real."),
        "completeness": _("Its facts are not complete enough (%(completeness)s; at least %(least)s)."),
        "minimum": _("It has too few cases (%(cases)s; at least %(minimum)s)."),
    }
    return [words[reason] % given for reason in refused.reasons]
