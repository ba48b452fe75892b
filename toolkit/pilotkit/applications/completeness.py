"""Is a draft ready to be sent? What is still missing, in the order in which a person is asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pilotkit.applications.form_validation import check_form
from pilotkit.catalog.catalog import Catalog
from pilotkit.model.application import Draft, Gap
from pilotkit.model.procedure import Document, Procedure

_UPLOADED = frozenset({"original", "copy", "electronic"})
"""Kinds of documents that are sent as files. A form is filled in, and what is presented is shown, not handed in."""


def gaps(catalog: Catalog, draft: Draft, today: date) -> Iterator[Gap]:
    """Everything that is still to be done before this draft can be sent; nothing when it is ready."""
    procedure = catalog.procedure(draft.procedure)
    if draft.unit is None:
        yield Gap(part="unit", message="Say which unit decides.")
    if draft.person is None:
        yield Gap(part="person", message="Say who applies.")
    yield from _in_answers(catalog, procedure, draft, today)
    sent = {each.document for each in draft.attachments}
    for document in wanted(procedure):
        if document.id not in sent:
            yield Gap(part="document", id=document.id, message="Send this document.")


def wanted(procedure: Procedure) -> tuple[Document, ...]:
    """Return the documents that every application must bring as a file.

    Not those that are needed under a condition only, which nobody but an officer can judge, and not those that a
    register knows already.
    """
    return tuple(
        each
        for each in procedure.documents
        if each.required and each.kind in _UPLOADED and each.condition is None and each.reusable_from is None
    )


def _in_answers(catalog: Catalog, procedure: Procedure, draft: Draft, today: date) -> Iterator[Gap]:
    form = catalog.forms.get(procedure.form or "")
    wrong = check_form(form, draft.answers, today) if form else {}
    for page in form.pages if form else ():
        problems = wrong.get(page.id, ())
        if problems or page.id not in draft.pages_done:
            words = " ".join(f"{each.question}: {each.text}" for each in problems)
            yield Gap(part="page", id=page.id, message=words or "Answer this page.")
    handler = catalog.handlers.get(procedure.code)
    if handler is not None and not wrong:
        for sentence in handler.validate(draft.answers):
            yield Gap(part="answers", message=sentence)
