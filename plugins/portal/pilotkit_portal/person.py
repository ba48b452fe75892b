"""Who applies: the one page that every application has, asked like the pages of a procedure's own form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pilotkit import LocalText
from pilotkit.cases import FormPage, Person, Question

if TYPE_CHECKING:
    from pilotkit.pages import PageRequest

PAGE = "you"
_PHONE = r"^[+]?[0-9][0-9 .()-]{6,24}$"
_IDENTITY = r"^[0-9A-Za-z][0-9A-Za-z .-]{3,29}$"
_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 2, "maxLength": 200, "x-autocomplete": "name"},
        "identity_number": {"type": "string", "pattern": _IDENTITY, "maxLength": 30},
        "born": {"type": "string", "format": "date", "x-not-after": "today"},
        "phone": {"type": "string", "pattern": _PHONE, "maxLength": 25, "x-autocomplete": "tel", "x-type": "tel"},
        "email": {"type": "string", "format": "email", "maxLength": 200, "x-autocomplete": "email", "x-type": "email"},
        "address": {"type": "string", "maxLength": 200, "x-autocomplete": "street-address"},
    },
    "required": ["name", "identity_number", "phone"],
    "additionalProperties": False,
}


def person_page(request: PageRequest) -> FormPage:
    """Return the page, in the visitor's language."""

    def words(text: str) -> LocalText:
        return LocalText({request.language: text})

    _ = request.gettext
    questions = {
        "name": Question(label=words(_("Your full name")), hint=words(_("As it stands on your identity card."))),
        "identity_number": Question(
            label=words(_("Your identity number")),
            hint=words(_("With it the registers are looked up for you, so that you need not hand in what they know.")),
        ),
        "born": Question(label=words(_("Your date of birth")), hint=words(_("Such as 27 3 1990."))),
        "phone": Question(label=words(_("Your phone number")), hint=words(_("So that we can reach you about it."))),
        "email": Question(label=words(_("Your e-mail address"))),
        "address": Question(label=words(_("Where you live"))),
    }
    title = words(_("Your details"))
    return FormPage.model_validate({"id": PAGE, "title": title, "schema": dict(_SCHEMA), "questions": questions})


def answers_of(person: Person | None) -> dict[str, Any]:
    """Return a person as the page's answers."""
    return {} if person is None else person.model_dump(mode="json", exclude_none=True)


def person_of(answers: Mapping[str, Any]) -> Person:
    """Return the page's answers as a person; they have been checked."""
    return Person.model_validate(dict(answers))
