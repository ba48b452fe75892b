"""Filling a draft in: its pages, its documents, and what registers know of whoever has signed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pilotkit.applications.form_validation import answers_of, properties_of
from pilotkit.catalog.catalog import Catalog
from pilotkit.errors import CaseError, UnknownError
from pilotkit.model.application import Draft
from pilotkit.model.form import Form, FormPage
from pilotkit.model.personal import Content, Person
from pilotkit.model.procedure import Procedure


def prefilled(catalog: Catalog, code: str, person: Person, known_as: Person | None) -> dict[str, Any]:
    """Return what a handler's registers know, of what the form asks.

    Args:
        catalog: with the handlers.
        code: the procedure.
        person: as typed.
        known_as: what a provider says of whoever asks. Only about them are registers asked.
    """
    procedure = catalog.procedure(code)
    handler, form = catalog.handlers.get(code), catalog.forms.get(procedure.form or "")
    if handler is None or form is None or not _is_one(person, known_as):
        return {}
    known = handler.prefill(person.model_dump(mode="json", exclude_none=True))
    asked = {name for page in form.pages for name in properties_of(page)}
    return {name: value for name, value in known.items() if name in asked}


def page_of(form: Form | None, page_id: str) -> FormPage:
    """Return a page of a form.

    Raises:
        UnknownError: it has none of that name.
    """
    for page in form.pages if form else ():
        if page.id == page_id:
            return page
    raise UnknownError(f"the form has no page '{page_id}'.", remedy="Load the form again.")


def with_page(draft: Draft, page: FormPage, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a draft changes when one page is answered, in place of what it said before."""
    others = {name: value for name, value in draft.answers.items() if name not in answers_of(page, draft.answers)}
    done = tuple(dict.fromkeys((*draft.pages_done, page.id)))
    return {"answers": {**others, **answers}, "pages_done": done}


def check_document(procedure: Procedure, content: Content) -> None:
    """Whether a file is for a document that the procedure asks for.

    Raises:
        CaseError: it is not.
    """
    known = [document.id for document in procedure.documents]
    if content.document not in known:
        raise CaseError(
            f"procedure {procedure.code} asks for no document '{content.document}'.",
            remedy=f"Send one of: {', '.join(known) or 'none'}.",
        )


def _is_one(typed: Person, known_as: Person | None) -> bool:
    number = known_as.identity_number if known_as else None
    return bool(number) and number == typed.identity_number
