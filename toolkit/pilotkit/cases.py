"""Cases: what services take and answer with, forms, payments, printed documents and tickets."""

from pilotkit.lazy_names import lazy_names

_MODULES = {
    "applications.applications": "Applications",
    "applications.tracking": "CaseTracking",
    "casework.jurisdiction": "unit_of",
    "casework.officer_desk": "OfficerDesk",
    "casework.printing": "bind print_document",
    "errors": "RefusedError",
    "model.access": "Authority",
    "model.application": "Receipt",
    "model.case": "Application Case CaseEvent CaseStatus EventKind",
    "model.form": "Form FormPage Question",
    "model.payment": "Payment PaymentConnector PaymentOrder PaymentState",
    "model.personal": "Attachment Content Person PersonalFile",
    "model.printing": "DocumentTemplate PrintRequest",
    "model.procedure": "Transition",
    "model.ticket": "Ticket TicketState",
    "model.work_item": "ClockState Countdown Group Outcome UrgentCase WorkItem WorkListQuery Workload",
    "payments.bank_statements": "BankStatements amount_in",
}
__getattr__, _HOMES = lazy_names(__name__, _MODULES)
__all__ = sorted(_HOMES)  # noqa: PLE0605  # a list, but computed from the modules above
