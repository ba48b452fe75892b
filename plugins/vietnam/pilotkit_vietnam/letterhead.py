"""What every statutory form shares: the head of the page, who applies, days in words, and who signs."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from pilotkit import AdministrativeUnit, Catalog, Procedure
from pilotkit.cases import PrintRequest as Request

LANGUAGE = "vi"
_PADDED_MONTHS = 2


def letterhead(request: Request, number: str) -> dict[str, Any]:
    """Return the head of a form, and the case that it is about.

    Args:
        request: what is printed.
        number: the form's number among the seven, such as ``01``.
    """
    catalog = request.deployment.catalog
    unit = catalog.unit(request.unit)
    case = request.cases[0] if len(request.cases) == 1 else None
    local = request.at.astimezone(catalog.working_time.zone)
    return {
        "form": number,
        "superior": _superior(catalog, unit),
        "unit": ["ỦY BAN NHÂN DÂN", unit.name.upper()],
        "number": request.extras.get("number", ""),
        "place": _place(unit),
        "day": day_in_words(local),
        "code": case.code if case else "",
        "procedure": procedure_name(request, case.procedure_digest) if case else "",
        "applicant": applicant(request),
        "hotline": request.extras.get("contact") or _hotline(catalog),
        "officer": request.extras.get("officer", ""),
    }


def applicant(request: Request) -> dict[str, str]:
    """Who applies; what is not known is empty, and a dotted line on paper."""
    person = request.file.person if request.file else None
    return {
        name: str(getattr(person, name, None) or "")
        for name in ("name", "identity_number", "address", "phone", "email")
    }


def signatory(request: Request) -> str:
    """Return the office that signs for the unit: as the counter says, or the head of the unit."""
    head = request.deployment.catalog.head_of(request.unit or "")
    office = re.split(r" (?:UBND|Ủy ban nhân dân) ", head.office)[0] if head else "Thủ trưởng cơ quan"
    return request.extras.get("signatory") or office


def procedure_name(request: Request, digest: str) -> str:
    """Return what the procedure was called when the case was received."""
    procedure: Procedure | None = request.procedures.get(digest)
    return procedure.name.in_language(LANGUAGE) if procedure else ""


def day_in_words(local: datetime) -> str:
    """Return a day as offices write it: two digits below 10 and for months 1 and 2 (Decree 30/2020, annex I)."""
    month = f"{local.month:02d}" if local.month <= _PADDED_MONTHS else str(local.month)
    return f"ngày {local.day:02d} tháng {month} năm {local.year}"


def moment_in_words(moment: datetime | None, request: Request) -> str:
    """Return a moment as offices write it, where the deployment is; empty for none."""
    if moment is None:
        return ""
    local = moment.astimezone(request.deployment.catalog.working_time.zone)
    return f"{local.hour:02d} giờ {local.minute:02d} phút, {day_in_words(local)}"


def point_name(request: Request, point: str | None) -> str:
    """Return the name of a service point; empty for none, or for one that is there no more."""
    found = request.deployment.catalog.points.get(point) if point else None
    return found.name if found else ""


def _superior(catalog: Catalog, unit: AdministrativeUnit) -> str:
    parent = catalog.units.get(unit.parent or "")
    return f"UBND {parent.name.upper()}" if parent else ""


def _place(unit: AdministrativeUnit) -> str:
    """Return a unit's name without its kind, as it stands before a date."""
    bare = unit.name.removeprefix(unit.kind.capitalize()).strip() or unit.name
    return bare[0].upper() + bare[1:]


def _hotline(catalog: Catalog) -> str:
    contact = catalog.contacts.get("hotline")
    return (contact.phone or "") if contact else ""
