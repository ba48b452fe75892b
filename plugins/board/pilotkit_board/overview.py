"""The board: the four numbers that matter, then who needs attention, worst first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from pilotkit import View
from pilotkit_board.figures import figure, line_scale, tally, target_figure, worst_first
from pilotkit_board.query_parameters import asked_moment, asked_text, known_kpi, with_error_page, written_day

if TYPE_CHECKING:
    from pilotkit import Kpi, Target
    from pilotkit.figures import Measures, TargetReport
    from pilotkit.pages import PageRequest
    from pilotkit_board.figures import Figure

FIRST_ROW = 3
"""Measures on the first row; the fourth number counts units."""
WORST = 20
"""Units shown at once. A few more than that are not worth hiding."""
_FEW = 5
_T = TypeVar("_T")


@dataclass(frozen=True)
class Dates:
    """The dates that all targets of a measure share; None where they differ or are not given."""

    assigned: date | None
    due: date | None
    days_left: int | None
    goal: Decimal | None


@dataclass(frozen=True)
class OtherGoal:
    """A goal that another publication names, kept beside."""

    goal: Decimal
    reference: str | None


@with_error_page
def show_overview(request: PageRequest) -> View:
    """Show the whole board for one measure."""
    moment = asked_moment(request)
    measures: Measures = request.measures
    standings = measures.standings(moment)
    targeted = _targeted(standings)
    first = _first_row(request, standings, moment)
    shared = {
        "moment": moment,
        "asked": asked_text(request) or None,
        "shown_day": written_day(moment.astimezone(request.zone).date()),
        "is_simulated": measures.simulated_until is not None,
        "first": first,
    }
    if not targeted:
        return View("board/overview.html", {**shared, "kpi": None})
    asked = request.query.get("kpi")
    kpi = known_kpi(request, asked, targeted) if asked else next(iter(targeted.values()))
    return View("board/overview.html", {**shared, **_attention(request, kpi, standings, targeted)})


def _attention(
    request: PageRequest, kpi: Kpi, standings: Sequence[TargetReport], targeted: dict[str, Kpi]
) -> dict[str, object]:
    mine = [each for each in standings if each.kpi.id == kpi.id]
    units = worst_first(target_figure(request, each) for each in mine if each.unit.level != "province")
    cut = WORST if len(units) > WORST + _FEW else len(units)
    return {
        "kpi": kpi,
        "targeted": tuple(targeted.values()),
        "dates": shared_dates(mine),
        "tally": tally(units),
        "is_over": bool(mine) and not any(target_figure(request, each).is_open for each in mine),
        "worst": units[:cut],
        "rest": units[cut:],
        "scale": line_scale(units),
        "value": mine[0].value if mine else None,
        "target": mine[0].target if mine else None,
        "other_goals": other_goals(each.target for each in mine),
        "units": request.catalog.units.values(),
    }


def _targeted(standings: Sequence[TargetReport]) -> dict[str, Kpi]:
    """Return the measures with a target, in the board's order."""
    known = {each.kpi.id: each.kpi for each in standings}
    return dict(sorted(known.items(), key=lambda item: _place(item[1])))


def _first_row(request: PageRequest, standings: Sequence[TargetReport], moment: datetime) -> list[Figure]:
    """Return the province's own figures; where it has no target of its own, those of all its units together."""
    on_board = sorted((kpi for kpi in request.catalog.kpis.values() if kpi.board is not None), key=_place)
    chosen = (on_board or list(_targeted(standings).values()))[:FIRST_ROW]
    return [_province_figure(request, kpi, standings, moment) for kpi in chosen]


def _province_figure(request: PageRequest, kpi: Kpi, standings: Sequence[TargetReport], moment: datetime) -> Figure:
    mine = [each for each in standings if each.kpi.id == kpi.id]
    for standing in mine:
        if standing.unit.level == "province":
            return target_figure(request, standing)
    since = mine[0].target.assigned if mine else None
    until = mine[0].value.as_of if mine else moment
    measures: Measures = request.measures
    (value,) = measures.values([kpi.id], since=since, as_of=until)
    return figure(request, kpi, value, since)


def shared_dates(standings: Sequence[TargetReport]) -> Dates:
    """Return what all of a measure's targets have in common."""
    return Dates(
        assigned=_only(each.target.assigned for each in standings),
        due=_only(each.target.due for each in standings),
        days_left=_only(each.days_left for each in standings if each.target.due),
        goal=_only(each.target.goal for each in standings),
    )


def other_goals(targets: Iterable[Target]) -> tuple[OtherGoal, ...]:
    """Return the goals that other publications name, each once."""
    found = [OtherGoal(each.also_reported, each.also_reference) for each in targets if each.also_reported is not None]
    return tuple(dict.fromkeys(found))


def _only(values: Iterable[_T]) -> _T | None:
    """Return the value they all share; None where they differ."""
    different = set(values)
    return different.pop() if len(different) == 1 else None


def _place(kpi: Kpi) -> tuple[int, str]:
    return (kpi.board if kpi.board is not None else 1_000, kpi.id)
