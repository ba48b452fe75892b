"""The cases behind a number: exactly as many as it counted, page by page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, cast

from pilotkit import View
from pilotkit_board.query_parameters import (
    UnanswerableError,
    asked_day,
    asked_moment,
    asked_page,
    echo,
    known_kpi,
    known_unit,
    one_of,
    to_board,
    with_error_page,
)
from pilotkit_board.source_rows import names_of, shown

if TYPE_CHECKING:
    from pilotkit import Kpi, LocalText
    from pilotkit.figures import CasePage, Measures
    from pilotkit.pages import PageRequest

ON_A_PAGE = 50
PARTS = {"numerator": 0, "rest": 1, "denominator": 2}
Part = Literal["numerator", "rest", "denominator"]
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class CaseLine:
    """One case of the list."""

    code: str
    procedure: LocalText | str
    """Its name, or the code of one that is no longer described."""
    unit: str
    channel: str
    received: datetime
    due: datetime | None
    finished: datetime | None
    is_late: bool


def asked_cases(request: PageRequest) -> tuple[Kpi, Part, dict[str, Any]]:
    """Return the measure, the part of its number and the group, period and instant that an address asks for.

    Raises:
        UnanswerableError: one of them is not there, or cannot be understood.
    """
    kpi = known_kpi(request, request.query.get("kpi", ""))
    part = cast("Part", one_of(request, "part", PARTS, "denominator"))
    return kpi, part, {**_group(request), "since": asked_day(request, "since"), "as_of": asked_moment(request)}


@with_error_page
def show_cases(request: PageRequest) -> View:
    """Show the cases of one part of a number."""
    kpi, part, asked = asked_cases(request)
    measures: Measures = request.measures
    found, number = _page(measures, kpi.id, part, asked, asked_page(request))
    counts = _counts(measures, kpi.id, part, found.total, asked)
    names = names_of(found.rows) if kpi.of != "cases" else ()
    unit = request.catalog.units.get(asked["unit"] or "")
    if not counts["denominator"]:
        _check_procedure(request, asked["procedure"])
    return View(
        "board/cases.html",
        {
            "kpi": kpi,
            "part": part,
            "unit": unit,
            "is_mixed": unit is None or unit.level == "province",
            "procedure": request.catalog.procedures.get(asked["procedure"] or ""),
            "month": asked["month"],
            "since": asked["since"],
            "moment": asked["as_of"],
            "counts": counts,
            "lines": [_line(request, row) for row in found.rows] if kpi.of == "cases" else [],
            "columns": names,
            "rows": [[shown(request, name, row[name]) for name in names] for row in found.rows],
            "page": number,
            "pages": max(1, -(-found.total // ON_A_PAGE)),
            "first": (number - 1) * ON_A_PAGE + 1,
            "kept": {key: value for key, value in request.query.items() if key in _KEPT},
            "is_simulated": measures.simulated_until is not None,
        },
    )


_KEPT = ("kpi", "unit", "procedure", "month", "since", "as_of")


def _group(request: PageRequest) -> dict[str, str | None]:
    """Return the unit, procedure and month that narrow the list."""
    unit, procedure, month = (request.query.get(key) or None for key in ("unit", "procedure", "month"))
    if unit:
        known_unit(request, unit)
    if month and not _MONTH.fullmatch(month):
        raise UnanswerableError(
            request.gettext("“%(month)s” is not a month.") % {"month": echo(month)},
            request.gettext("Write the month as year-month, for example %(example)s.") % {"example": "2025-07"},
            status=400,
            choices=to_board(request),
        )
    return {"unit": unit, "procedure": procedure, "month": month}


def _check_procedure(request: PageRequest, code: str | None) -> None:
    """Raise :class:`UnknownError` for a procedure that is neither described nor has cases."""
    if code and code not in request.catalog.procedures:
        raise UnanswerableError(
            request.gettext("There is no procedure with the code “%(code)s” here.") % {"code": echo(code)},
            request.gettext("Go back to the board and open the number again."),
            choices=to_board(request),
        )


def _page(measures: Measures, kpi: str, part: Part, asked: dict[str, Any], number: int) -> tuple[CasePage, int]:
    """Return the page asked for, or the last one where there are not so many."""
    found = measures.cases(kpi, part=part, limit=ON_A_PAGE, offset=(number - 1) * ON_A_PAGE, **asked)
    last = max(1, -(-found.total // ON_A_PAGE))
    if number <= last:
        return found, number
    return measures.cases(kpi, part=part, limit=ON_A_PAGE, offset=(last - 1) * ON_A_PAGE, **asked), last


def _counts(measures: Measures, kpi: str, part: Part, total: int, asked: dict[str, Any]) -> dict[str, int]:
    """How many cases each part has: numerator and rest make the denominator, so one more question is enough."""
    other: Part = "numerator" if part == "denominator" else "denominator"
    known = {part: total, other: measures.cases(kpi, part=other, limit=0, **asked).total}
    whole = known["denominator"]
    numerator = known["numerator"] if "numerator" in known else whole - known["rest"]
    return {"numerator": numerator, "rest": whole - numerator, "denominator": whole}


def _line(request: PageRequest, row: dict[str, Any]) -> CaseLine:
    def instant(microseconds: int | None) -> datetime | None:
        if microseconds is None:
            return None
        return (_EPOCH + timedelta(microseconds=microseconds)).astimezone(request.zone)

    procedure = request.catalog.procedures.get(row["procedure"])
    unit = request.catalog.lineage.named(row["unit"], row["unit_from"]) if row["unit_from"] else None
    return CaseLine(
        code=row["code"],
        procedure=procedure.name if procedure else row["procedure"],
        unit=unit.name if unit else row["unit"],
        channel=row["channel"],
        received=cast("datetime", instant(row["received_at"])),
        due=instant(row["due_at"]),
        finished=instant(row["finished_at"]),
        is_late=row["is_late"],
    )
