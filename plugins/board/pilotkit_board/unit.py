"""One unit: who answers for it, what was asked, how it stands, and what it takes to get there."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

from pilotkit import AdministrativeUnit, Measures, Standing, View, Visit
from pilotkit_board.asking import answering, asked_moment, asked_text, known_unit, written_day
from pilotkit_board.figures import Figure, TargetFigure, figure, line_scale, target_figure, worst_first
from pilotkit_board.lines import line_of
from pilotkit_board.overview import other_goals


@answering
def show_unit(visit: Visit) -> View:
    """A unit with its targets and its other measures."""
    unit = known_unit(visit, visit.path["unit"])
    moment = asked_moment(visit)
    measures: Measures = visit.measures
    mine = [each for each in measures.standings(moment) if each.unit.key == unit.key]
    targets = worst_first(target_figure(visit, each) for each in mine)
    head = visit.catalog.head_of(unit.code)
    return View(
        "board/unit.html",
        {
            "unit": unit,
            "head": head,
            "superior": visit.catalog.heads.get(head.superior) if head and head.superior else None,
            "targets": [(each, line_scale([each])) for each in targets],
            "lines": {each.kpi.id: line_of(each.standing, _local_day(visit, each)) for each in targets},
            "others": _others(visit, unit, mine, moment),
            "other_goals": {each.kpi.id: other_goals([each.target]) for each in mine},
            "points": _points(visit, unit, "open"),
            "planned": _points(visit, unit, "planned"),
            "moment": moment,
            "asked": asked_text(visit) or None,
            "shown_day": written_day(moment.astimezone(visit.zone).date()),
            "is_simulated": measures.simulated_until is not None,
        },
    )


def _local_day(visit: Visit, figure: TargetFigure) -> date:
    return figure.value.as_of.astimezone(visit.zone).date()


def _others(visit: Visit, unit: AdministrativeUnit, mine: list[Standing], moment: datetime) -> list[Figure]:
    """The measures nobody was given a goal for here, over the same days as the first target."""
    wanted = [kpi for kpi in visit.catalog.kpis if kpi not in {each.kpi.id for each in mine}]
    if not wanted:
        return []
    since = mine[0].target.assigned if mine else None
    until = mine[0].value.as_of if mine else moment
    group = None if unit.level == "province" else unit.code
    measures: Measures = visit.measures
    values = measures.values(wanted, by="unit", since=since, as_of=until)
    found = {each.kpi: each for each in values if each.unit == group}
    return [figure(visit, visit.catalog.kpi(kpi), found[kpi], since, unit=unit.code) for kpi in wanted if kpi in found]


def _points(visit: Visit, unit: AdministrativeUnit, status: str) -> dict[str, int]:
    """How many service points of each kind and of that status stand in the unit; in the province, all of them."""
    is_here = (lambda _: True) if unit.level == "province" else (lambda point: point.unit == unit.code)
    points = visit.catalog.points.values()
    return Counter(point.kind.value for point in points if point.status == status and is_here(point))
