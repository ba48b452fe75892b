"""The rows of form 06: who handed the case to whom, when, and whether it was on time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pilotkit import Procedure
from pilotkit.cases import Case, CaseEvent, EventKind, PrintRequest
from pilotkit_vietnam.letterhead import LANGUAGE

APPLICANT = "Người nộp hồ sơ"
_NAMELESS = {"citizen": APPLICANT, "payment": "Hệ thống thanh toán"}
"""Who acts without an account."""
_WHAT = {
    EventKind.RECEIVED: "Tiếp nhận hồ sơ",
    EventKind.ADVANCED: "Chuyển bước",
    EventKind.SUPPLEMENT_REQUESTED: "Yêu cầu bổ sung",
    EventKind.PAYMENT_REQUESTED: "Yêu cầu nghĩa vụ tài chính",
    EventKind.RESUMED: "Tiếp tục giải quyết",
    EventKind.EXTENDED: "Xin lỗi, hẹn lại",
    EventKind.TRANSFERRED: "Chuyển cơ quan giải quyết",
    EventKind.MIGRATED: "Áp dụng phiên bản mới của thủ tục",
    EventKind.STOPPED: "Dừng giải quyết",
    EventKind.REFUSED: "Từ chối",
    EventKind.WITHDRAWN: "Rút hồ sơ",
    EventKind.FINISHED: "Có kết quả",
    EventKind.RETURNED: "Trả kết quả",
}
_TO_THE_PERSON = {
    EventKind.SUPPLEMENT_REQUESTED,
    EventKind.PAYMENT_REQUESTED,
    EventKind.REFUSED,
    EventKind.WITHDRAWN,
    EventKind.RETURNED,
}
_ENDS = {EventKind.REFUSED, EventKind.WITHDRAWN, EventKind.FINISHED}


def describe_handovers(request: PrintRequest) -> list[dict[str, Any]]:
    """One row for each event of the case."""
    zone = request.deployment.catalog.working_time.zone
    rows: list[dict[str, Any]] = []
    holder, state = APPLICANT, dict[str, Any]()
    for event in request.events:
        state |= event.changes
        to = APPLICANT if event.kind in _TO_THE_PERSON else _office(request, state)
        rows.append(
            {
                "at": f"{event.at.astimezone(zone):%H:%M %d/%m/%Y}",
                "giver": holder,
                "taker": to,
                "what": _WHAT[event.kind],
                "actor": _NAMELESS.get(event.actor, event.actor),
                "result": finished_how(request.cases[0], event.at) if event.kind in _ENDS else "",
                "note": _note(event),
            }
        )
        holder = to
    return rows


def finished_how(case: Case, now: datetime) -> str:
    """Whether a case ended before its day, on time or late; empty where it is open and in time, or has no deadline."""
    if case.is_late(now):
        return "Quá hạn"
    if case.finished_at is None or case.due_at is None:
        return ""
    return "Trước hạn" if case.finished_at.date() < case.due_at.date() else "Đúng hạn"


def _office(request: PrintRequest, state: dict[str, Any]) -> str:
    """Return the role whose step the case stands at, and its unit where the case was not always there."""
    catalog, case = request.deployment.catalog, request.cases[0]
    procedure: Procedure | None = request.procedures.get(case.procedure_digest)
    step = next((each for each in procedure.steps if each.id == state.get("step")), None) if procedure else None
    role = catalog.roles.get(step.role) if step else None
    name = role.name.in_language(LANGUAGE) if role else "Cơ quan giải quyết"
    moved = any(event.kind is EventKind.TRANSFERRED for event in request.events)
    return f"{name}, {catalog.unit(state['unit']).name}" if moved and state.get("unit") else name


def _note(event: CaseEvent) -> str:
    return " ".join((event.reason or "").split())
