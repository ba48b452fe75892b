"""The statutory forms 01 to 07 of the one-stop regime (Circular 03/2025/TT-VPCP, annex I), and the queue ticket.

Which form is which is stated by public sources; their official layout was not at hand. What stands on each is what
public copies of the older forms (Circular 01/2018/TT-VPCP) ask for, in words of our own: see ``certainty``.

What only the counter knows comes in ``extras``: ``number`` (of the paper), ``contact`` (whom to ask), ``officer``,
``signatory`` (the office that signs), ``return_at`` (where the result is fetched), ``papers`` (what was handed in
besides the files, one a line), ``reason`` and ``until`` (ISO 8601, of an apology that is still a draft), ``volume``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from pilotkit import Certainty, DeadlineUnit, LocalText, Procedure
from pilotkit.cases import Case, CaseEvent, DocumentTemplate, EventKind, PrintRequest, unit_of
from pilotkit_vietnam.control_sheet import describe_handovers, finished_how
from pilotkit_vietnam.letterhead import (
    LANGUAGE,
    letterhead,
    moment_in_words,
    point_name,
    procedure_name,
    signatory,
)

_REFERENCE = "Thông tư 03/2025/TT-VPCP, Phụ lục I"
_DEADLINES = {
    DeadlineUnit.WORKING_DAYS: "ngày làm việc",
    DeadlineUnit.CALENDAR_DAYS: "ngày",
    DeadlineUnit.WORKING_HOURS: "giờ làm việc",
}


def describe_receipt(request: PrintRequest) -> dict[str, Any]:
    """Form 01. The appointment is the one that was made on receipt, however often it moved since."""
    case = request.cases[0]
    return letterhead(request, "01") | {
        "papers": _papers(request),
        "deadline": _deadline(request.procedures.get(case.procedure_digest), case),
        "received": moment_in_words(case.received_at, request),
        "promised": moment_in_words(_promised(request.events[:1]), request),
        "return_at": request.extras.get("return_at") or point_name(request, case.received_at_point),
        "volume": request.extras.get("volume", ""),
    }


def describe_supplement(request: PrintRequest) -> dict[str, Any]:
    """Form 02, of the newest request."""
    return letterhead(request, "02") | {"lines": _lines(_reason(request, EventKind.SUPPLEMENT_REQUESTED))}


def describe_refusal(request: PrintRequest) -> dict[str, Any]:
    """Form 03."""
    return letterhead(request, "03") | {"lines": _lines(_reason(request, EventKind.REFUSED))}


def describe_apology(request: PrintRequest) -> dict[str, Any]:
    """Form 04, of the newest extension.

    A draft, which the head completes and signs, before there is one and wherever ``until`` proposes another day.
    """
    until = request.extras.get("until")
    at = _newest(request.events, EventKind.EXTENDED) if until is None else None
    before = request.events[:at] if at is not None else request.events
    promised = _promised(request.events[: at + 1]) if at is not None else None
    again = promised if until is None else datetime.fromisoformat(until)
    return letterhead(request, "04") | {
        "is_draft": at is None,
        "received": moment_in_words(request.cases[0].received_at, request),
        "promised": moment_in_words(_promised(before), request),
        "reason": _reason(request, EventKind.EXTENDED) if at is not None else request.extras.get("reason", ""),
        "until": moment_in_words(again, request),
        "signatory": signatory(request).upper(),
    }


def describe_stopping(request: PrintRequest) -> dict[str, Any]:
    """Form 05, of the newest stop."""
    at = _newest(request.events, EventKind.STOPPED)
    stopped = request.events[at].at if at is not None else None
    return letterhead(request, "05") | {
        "received": moment_in_words(request.cases[0].received_at, request),
        "stopped": moment_in_words(stopped, request),
        "lines": _lines(_reason(request, EventKind.STOPPED)),
        "signatory": signatory(request).upper(),
    }


def describe_control(request: PrintRequest) -> dict[str, Any]:
    """Form 06."""
    case = request.cases[0]
    return letterhead(request, "06") | {
        "received": moment_in_words(case.received_at, request),
        "promised": moment_in_words(case.promised_at, request),
        "due": moment_in_words(case.due_at, request),
        "rows": describe_handovers(request),
    }


def describe_book(request: PrintRequest) -> dict[str, Any]:
    """Form 07. Who applied is named only where the caller hands people in."""
    zone = request.deployment.catalog.working_time.zone

    def day(moment: datetime | None) -> str:
        return f"{moment.astimezone(zone):%d/%m/%Y %H:%M}" if moment else ""

    rows = []
    for case in request.cases:
        person = request.people.get(case.code)
        rows.append(
            {
                "code": case.code,
                "procedure": procedure_name(request, case.procedure_digest),
                "name": person.name if person else "",
                "address": ", ".join(filter(None, (person.address, person.phone))) if person else "",
                "unit": _unit(request, case),
                "received": day(case.received_at),
                "promised": day(case.promised_at),
                "returned": day(case.returned_at),
                "note": finished_how(case, request.at),
            }
        )
    return letterhead(request, "07") | {"rows": rows, "code": "", "volume": request.extras.get("volume", "")}


def _unit(request: PrintRequest, case: Case) -> str:
    unit = unit_of(request.deployment.catalog, case)
    return unit.name if unit else case.unit


def describe_ticket(request: PrintRequest) -> dict[str, Any]:
    """Return the queue ticket, in Vietnamese with English below."""
    ticket, catalog = request.ticket, request.deployment.catalog
    if ticket is None:
        return {}
    procedure = catalog.procedures.get(ticket.procedure)
    return {
        "point": catalog.point(ticket.point).name,
        "number": f"{ticket.number:03d}",
        "priority": ticket.priority,
        "procedure": procedure.name.in_language(LANGUAGE) if procedure else "",
        "taken": f"{ticket.taken_at.astimezone(catalog.working_time.zone):%H:%M, %d/%m/%Y}",
        "wait": request.extras.get("wait", ""),
    }


def _newest(events: tuple[CaseEvent, ...], kind: EventKind) -> int | None:
    return next((at for at in reversed(range(len(events))) if events[at].kind is kind), None)


def _reason(request: PrintRequest, kind: EventKind) -> str:
    at = _newest(request.events, kind)
    return (request.events[at].reason or "") if at is not None else ""


def _promised(events: tuple[CaseEvent, ...]) -> datetime | None:
    """Return the appointment that held after the last of these events."""
    said = [event.changes["promised_at"] for event in events if event.changes.get("promised_at")]
    return datetime.fromisoformat(said[-1]) if said else None


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _papers(request: PrintRequest) -> list[str]:
    """Return what was handed in: the files by document, and the papers that the counter names."""
    procedure = request.procedures.get(request.cases[0].procedure_digest)
    names = {each.id: each.name.in_language(LANGUAGE) for each in procedure.documents} if procedure else {}
    attached = request.file.attachments if request.file else ()
    files = Counter(each.document for each in attached if each.kind != "result" and each.document in names)
    listed = [f"{names[id_]} (bản điện tử, {count} tệp)" for id_, count in files.items()]
    return listed + _lines(request.extras.get("papers", ""))


def _deadline(procedure: Procedure | None, case: Case) -> str:
    """Return a deadline nobody has published is said to be that, never left to be read as none."""
    offer = procedure.offer(case.channel) if procedure else None
    if offer is None or offer.deadline is None:
        return "chưa công bố"
    return f"{offer.deadline.amount} {_DEADLINES[offer.deadline.unit]}"


def _has(kind: EventKind) -> Callable[[Case, tuple[CaseEvent, ...]], bool]:
    return lambda _case, events: any(event.kind is kind for event in events)


def _owes_an_apology(case: Case, events: tuple[CaseEvent, ...]) -> bool:
    """Open cases too: the head gets the form before the deadline has passed."""
    return case.finished_at is None or any(event.kind is EventKind.EXTENDED for event in events)


def _form(
    number: str,
    vi: str,
    en: str,
    data: Callable[[PrintRequest], dict[str, Any]],
    applies: Callable[[Case, tuple[CaseEvent, ...]], bool],
    subject: Literal["case", "cases"] = "case",
) -> DocumentTemplate:
    return DocumentTemplate(
        id=f"vn.form-{number}",
        title=LocalText({"vi": vi, "en": en}),
        package="pilotkit_vietnam",
        source=f"typst/form-{number}.typ",
        data=data,
        subject=subject,
        applies=applies,
        reference=f"{_REFERENCE}, mẫu số {number}",
        certainty=Certainty.MEDIUM if number in {"01", "02", "03", "04"} else Certainty.LOW,
    )


DOCUMENTS = (
    _form(
        "01", "Giấy tiếp nhận hồ sơ và hẹn trả kết quả", "Receipt and appointment", describe_receipt,
        _has(EventKind.RECEIVED),
    ),
    _form(
        "02", "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ", "Request to supplement", describe_supplement,
        _has(EventKind.SUPPLEMENT_REQUESTED),
    ),
    _form("03", "Phiếu từ chối giải quyết hồ sơ", "Refusal", describe_refusal, _has(EventKind.REFUSED)),
    _form(
        "04", "Phiếu xin lỗi và hẹn lại ngày trả kết quả", "Apology and new appointment", describe_apology,
        _owes_an_apology,
    ),
    _form("05", "Thông báo dừng giải quyết hồ sơ", "Notice of stopping", describe_stopping, _has(EventKind.STOPPED)),
    _form(
        "06", "Phiếu kiểm soát quá trình giải quyết hồ sơ", "Process control sheet", describe_control,
        _has(EventKind.RECEIVED),
    ),
    _form("07", "Sổ theo dõi hồ sơ", "Tracking book", describe_book, lambda _case, _events: True, "cases"),
    DocumentTemplate(
        id="vn.ticket",
        title=LocalText({"vi": "Phiếu số thứ tự", "en": "Queue ticket"}),
        package="pilotkit_vietnam",
        source="typst/ticket.typ",
        data=describe_ticket,
        subject="ticket",
    ),
)  # fmt: skip
"""Forms 05 to 07 have other numbers in the older regime, so less is known of how they look now."""
