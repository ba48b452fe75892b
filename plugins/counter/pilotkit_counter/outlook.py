"""What is late and what will be, for whoever can move people to where they are needed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from pilotkit import Pressing, View, Visit, unit_of
from pilotkit_counter.wording import duration

HOURS = (8, 16, 40)
"""Working hours to look ahead: a day, two, a week."""
SHOWN = 100


def show_outlook(visit: Visit) -> View:
    """The outlook by unit and role, and the most pressing cases."""
    asked = visit.query.get("hours", "")
    hours = int(asked) if asked in {str(each) for each in HOURS} else HOURS[1]
    found = visit.backoffice.desk(visit.authority).outlook(Decimal(hours))
    return View(
        "counter/outlook.html",
        {
            "found": found,
            "hours": hours,
            "choices": HOURS,
            "lines": [_line(visit, each) for each in found.pressing[:SHOWN]],
            "total": len(found.pressing),
            "late": sum(each.is_late for each in found.pressing),
            "coming": sum(not each.is_late and each.slack < timedelta(0) for each in found.pressing),
            "units": {code: unit.name for code, unit in visit.catalog.units.items()},
            "roles": {id_: role.name for id_, role in visit.catalog.roles.items()},
        },
    )


def _line(visit: Visit, each: Pressing) -> dict[str, Any]:
    procedure = visit.catalog.procedures.get(each.case.procedure)
    unit = unit_of(visit.catalog, each.case)
    return {
        "case": each.case,
        "procedure": procedure.name if procedure else each.case.procedure,
        "unit": unit.name if unit else each.case.unit,
        "role": each.role,
        "mark": "late" if each.is_late else "at_risk" if each.slack < timedelta(0) else "on_track",
        "left": duration(visit, abs(each.left)),
        "is_past": each.left < timedelta(0),
        "needed": duration(visit, each.needed),
    }
