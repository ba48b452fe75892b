"""One measure: what it asks, how it is counted, and its values by month and by procedure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilotkit import View
from pilotkit_board.figures import figure
from pilotkit_board.query_parameters import asked_moment, asked_text, known_kpi, with_error_page, written_day

if TYPE_CHECKING:
    from pilotkit.figures import KpiValue, Measures
    from pilotkit.pages import PageRequest

MOST_PROCEDURES = 20


@with_error_page
def show_kpi(request: PageRequest) -> View:
    """Show a measure, explained and taken apart: all cases until the as-of instant."""
    kpi = known_kpi(request, request.path["kpi"])
    moment = asked_moment(request)
    measures: Measures = request.measures
    by_month = measures.values([kpi.id], by="month", as_of=moment)
    by_procedure = measures.values([kpi.id], by="procedure", as_of=moment)
    months = sorted((each for each in by_month if each.month), key=lambda each: each.month or "", reverse=True)
    procedures = sorted((each for each in by_procedure if each.procedure and each.denominator), key=_busiest)
    total = next((each for each in by_month if each.month is None), None)
    return View(
        "board/kpi.html",
        {
            "kpi": kpi,
            "total": figure(request, kpi, total, None) if total else None,
            "months": [figure(request, kpi, each, None, month=each.month or "") for each in months],
            "procedures": [
                figure(request, kpi, each, None, procedure=each.procedure or "")
                for each in procedures[:MOST_PROCEDURES]
            ],
            "more_procedures": max(0, len(procedures) - MOST_PROCEDURES),
            "moment": moment,
            "asked": asked_text(request) or None,
            "shown_day": written_day(moment.astimezone(request.zone).date()),
            "is_simulated": measures.simulated_until is not None,
            "is_targeted": any(target.kpi == kpi.id for target in request.catalog.targets),
        },
    )


def _busiest(value: KpiValue) -> tuple[int, str]:
    return -value.denominator, value.procedure or ""
