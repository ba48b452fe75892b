"""The core's own printed document: a queue ticket, offered through the same hook as any plugin's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pilotkit.model.printing import DocumentTemplate
from pilotkit.model.text import LocalText

if TYPE_CHECKING:
    from pilotkit.model.printing import PrintRequest


def describe_ticket(request: PrintRequest) -> dict[str, Any]:
    """Return what stands on a ticket."""
    ticket, catalog = request.ticket, request.deployment.catalog
    assert ticket is not None  # noqa: S101  # printing a ticket hands one in
    procedure = catalog.procedures.get(ticket.procedure)
    taken = ticket.taken_at.astimezone(catalog.working_time.zone)
    return {
        "point": catalog.point(ticket.point).name,
        "number": f"{ticket.number:03d}",
        "priority": ticket.priority,
        "procedure": procedure.name.in_language("en") if procedure else "",
        "taken": f"{taken:%Y-%m-%d %H:%M}",
        "wait": request.extras.get("wait", ""),
    }


TICKET = DocumentTemplate(
    id="core.ticket",
    title=LocalText({"en": "Queue ticket"}),
    package="pilotkit",
    source="casework/papers/ticket.typ",
    data=describe_ticket,
    subject="ticket",
)
