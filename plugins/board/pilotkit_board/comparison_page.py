"""Units side by side: a ranking of what may be compared, and beside it what may not, with the reasons in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pilotkit import View
from pilotkit_board.figures import figure
from pilotkit_board.query_parameters import (
    asked_moment,
    asked_text,
    known_kpi,
    known_unit,
    with_error_page,
    written_day,
)
from pilotkit_board.ranking import Row, compare
from pilotkit_board.reasons import reason_words

if TYPE_CHECKING:
    from pilotkit import Kpi
    from pilotkit.figures import Measures, TargetReport
    from pilotkit.pages import PageRequest
    from pilotkit_board.figures import Figure
    from pilotkit_board.ranking import Comparison

KIOSK = "kiosk"


@dataclass(frozen=True)
class Compared:
    """Everything that the page and its exports say."""

    kpi: Kpi
    comparison: Comparison
    figures: dict[str, Figure]
    """By the code of the unit."""
    like: str | None
    is_by_means: bool


@with_error_page
def show_comparison(request: PageRequest) -> View:
    """One measure in every unit."""
    compared = compared_units(request)
    moment = asked_moment(request)
    measures: Measures = request.measures
    return View(
        "board/comparison.html",
        {
            "compared": compared,
            "reasons": lambda reason: reason_words(request, reason, compared.comparison, compared.kpi.minimum),
            "kpi": compared.kpi,
            "kpis": tuple(request.catalog.kpis.values()),
            "moment": moment,
            "asked": asked_text(request) or None,
            "shown_day": written_day(moment.astimezone(request.zone).date()),
            "is_simulated": measures.simulated_until is not None,
            "units": request.catalog.communes or tuple(request.catalog.units.values()),
            "kept": {key: request.query[key] for key in ("kpi", "as_of", "means", "like") if request.query.get(key)},
        },
    )


def compared_units(request: PageRequest) -> Compared:
    """Return the comparison that an address asks for.

    ``?kpi=`` is the measure; ``?means=kiosk`` keeps units with a kiosk and units without one apart; ``?like=`` names
    the unit whose circumstances are the yardstick. Where heads were given targets, their dates bound what is counted.

    Raises:
        UnanswerableError: no such measure or unit.
    """
    kpi = known_kpi(request, request.query.get("kpi") or next(iter(request.catalog.kpis), ""))
    is_by_means = request.query.get("means") == KIOSK
    like = known_unit(request, request.query["like"]).code if request.query.get("like") else None
    rows = _rows(request, kpi, is_by_means=is_by_means)
    chosen = next((row for row in rows if row.unit.code == like), None)
    figures = {row.unit.code: figure(request, kpi, row.value, row.since, unit=row.unit.code) for row in rows}
    return Compared(kpi, compare(kpi, rows, chosen), figures, like, is_by_means)


def _rows(request: PageRequest, kpi: Kpi, *, is_by_means: bool) -> list[Row]:
    with_kiosk = {each.unit for each in request.catalog.points.values() if each.kind == KIOSK and each.status == "open"}
    measures: Measures = request.measures
    moment = asked_moment(request)
    communes = {unit.code: unit.key for unit in request.catalog.communes}
    targets = {
        each.unit.code: each
        for each in measures.standings(moment)
        if each.kpi.id == kpi.id and communes.get(each.unit.code, each.unit.key) == each.unit.key
    }
    found = {code: (each.value, each.target.assigned) for code, each in targets.items() if code in communes}
    missing = communes.keys() - found.keys()
    if missing:
        since, until = _usual(targets), moment
        if since is not None and targets:
            until = next(each.value.as_of for each in targets.values() if each.target.assigned == since)
        counted = measures.values([kpi.id], by="unit", since=since, as_of=until)
        found |= {each.unit: (each, since) for each in counted if each.unit in missing}
    return [
        Row(request.catalog.units[code], value, since, code in with_kiosk if is_by_means else None)
        for code, (value, since) in sorted(found.items())
    ]


def _usual(targets: dict[str, TargetReport]) -> date | None:
    return next((each.target.assigned for each in targets.values()), None)
