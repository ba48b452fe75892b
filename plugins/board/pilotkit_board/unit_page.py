"""One unit: who answers for it, what was asked, how it stands, and what it takes to get there."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import TYPE_CHECKING

from pilotkit import View
from pilotkit_board.figures import figure, line_scale, target_figure, worst_first
from pilotkit_board.overview import other_goals
from pilotkit_board.query_parameters import asked_moment, asked_text, known_unit, with_error_page, written_day
from pilotkit_board.target_chart import line_of

if TYPE_CHECKING:
    from pilotkit import AdministrativeUnit
    from pilotkit.figures import Measures, TargetReport
    from pilotkit.pages import PageRequest
    from pilotkit_board.figures import Figure, TargetFigure


@with_error_page
def show_unit(request: PageRequest) -> View:
    """Show a unit with its targets and its other measures."""
    unit = known_unit(request, request.path["unit"])
    moment = asked_moment(request)
    measures: Measures = request.measures
    mine = [each for each in measures.standings(moment) if each.unit.key == unit.key]
    targets = worst_first(target_figure(request, each) for each in mine)
    head = request.catalog.head_of(unit.code)
    return View(
        "board/unit.html",
        {
            "unit": unit,
            "head": head,
            "superior": request.catalog.heads.get(head.superior) if head and head.superior else None,
            "targets": [(each, line_scale([each])) for each in targets],
            "lines": {each.kpi.id: line_of(each.standing, _local_day(request, each)) for each in targets},
            "others": _others(request, unit, mine, moment),
            "other_goals": {each.kpi.id: other_goals([each.target]) for each in mine},
            "points": _points(request, unit, "open"),
            "planned": _points(request, unit, "planned"),
            "moment": moment,
            "asked": asked_text(request) or None,
            "shown_day": written_day(moment.astimezone(request.zone).date()),
            "is_simulated": measures.simulated_until is not None,
        },
    )


def _local_day(request: PageRequest, figure: TargetFigure) -> date:
    return figure.value.as_of.astimezone(request.zone).date()


def _others(request: PageRequest, unit: AdministrativeUnit, mine: list[TargetReport], moment: datetime) -> list[Figure]:
    """Return the measures nobody was given a goal for here, over the same days as the first target."""
    wanted = [kpi for kpi in request.catalog.kpis if kpi not in {each.kpi.id for each in mine}]
    if not wanted:
        return []
    since = mine[0].target.assigned if mine else None
    until = mine[0].value.as_of if mine else moment
    group = None if unit.level == "province" else unit.code
    measures: Measures = request.measures
    values = measures.values(wanted, by="unit", since=since, as_of=until)
    found = {each.kpi: each for each in values if each.unit == group}
    return [
        figure(request, request.catalog.kpi(kpi), found[kpi], since, unit=unit.code) for kpi in wanted if kpi in found
    ]


def _points(request: PageRequest, unit: AdministrativeUnit, status: str) -> dict[str, int]:
    """How many service points of each kind and of that status stand in the unit; in the province, all of them."""
    is_here = (lambda _: True) if unit.level == "province" else (lambda point: point.unit == unit.code)
    points = request.catalog.points.values()
    return Counter(point.kind.value for point in points if point.status == status and is_here(point))
