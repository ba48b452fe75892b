"""What is late and what will be, for whoever can move people to where they are needed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pilotkit import View
from pilotkit.cases import unit_of
from pilotkit_counter.clock_text import duration

if TYPE_CHECKING:
    from pilotkit.cases import UrgentCase
    from pilotkit.pages import PageRequest

HOURS = (8, 16, 40)
"""Working hours to look ahead: a day, two, a week."""
SHOWN = 100


def show_outlook(request: PageRequest) -> View:
    """Show the outlook by unit and role, and the most pressing cases."""
    asked = request.query.get("hours", "")
    hours = int(asked) if asked in {str(each) for each in HOURS} else HOURS[1]
    found = request.officer_desk.outlook(Decimal(hours))
    return View(
        "counter/outlook.html",
        {
            "found": found,
            "hours": hours,
            "choices": HOURS,
            "lines": [_line(request, each) for each in found.pressing[:SHOWN]],
            "total": len(found.pressing),
            "late": sum(each.is_late for each in found.pressing),
            "coming": sum(not each.is_late and each.slack < timedelta(0) for each in found.pressing),
            "units": {code: unit.name for code, unit in request.catalog.units.items()},
            "roles": {id_: role.name for id_, role in request.catalog.roles.items()},
        },
    )


def _line(request: PageRequest, each: UrgentCase) -> dict[str, Any]:
    procedure = request.catalog.procedures.get(each.case.procedure)
    unit = unit_of(request.catalog, each.case)
    return {
        "case": each.case,
        "procedure": procedure.name if procedure else each.case.procedure,
        "unit": unit.name if unit else each.case.unit,
        "role": each.role,
        "mark": "late" if each.is_late else "at_risk" if each.slack < timedelta(0) else "on_track",
        "left": duration(request, abs(each.left)),
        "is_past": each.left < timedelta(0),
        "needed": duration(request, each.needed),
    }
