"""The person at the counter: the questions about them, apart from those of the procedure's own form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pilotkit import LocalText
from pilotkit.cases import FormPage, Person, Question

if TYPE_CHECKING:
    from pilotkit.pages import PageRequest

PREFIX = "applicant_"
"""In front of every field, because a procedure's form may ask for a name too: the child's."""
_SCHEMA: Mapping[str, Mapping[str, Any]] = {
    "identity_number": {"type": "string", "pattern": r"^[0-9A-Za-z][0-9A-Za-z .-]{3,29}$", "maxLength": 30},
    "name": {"type": "string", "minLength": 2, "maxLength": 200},
    "born": {"type": "string", "format": "date", "x-not-after": "today"},
    "phone": {"type": "string", "pattern": r"^[+]?[0-9][0-9 .()-]{6,24}$", "maxLength": 25, "x-type": "tel"},
    "email": {"type": "string", "format": "email", "maxLength": 200, "x-type": "email"},
    "address": {"type": "string", "maxLength": 200},
}


def applicant_page(request: PageRequest) -> FormPage:
    """Return the questions, in the language of the officer."""
    _ = request.gettext
    words = {
        "identity_number": _("Identity number"),
        "name": _("Full name"),
        "born": _("Date of birth"),
        "phone": _("Phone number"),
        "email": _("E-mail address"),
        "address": _("Where the person lives"),
    }
    questions = {PREFIX + name: Question(label=LocalText({request.language: text})) for name, text in words.items()}
    schema = {
        "type": "object",
        "properties": {PREFIX + name: dict(each) for name, each in _SCHEMA.items()},
        "required": [PREFIX + "name"],
    }
    title = LocalText({request.language: _("The person")})
    return FormPage.model_validate({"id": "applicant", "title": title, "schema": schema, "questions": questions})


def person_of(answers: Mapping[str, Any]) -> Person:
    """Return the answers as a person; they have been checked."""
    return Person.model_validate({name.removeprefix(PREFIX): value for name, value in answers.items()})


def answers_of(person: Person) -> dict[str, Any]:
    """Return a person as answers."""
    return {PREFIX + name: value for name, value in person.model_dump(mode="json", exclude_none=True).items()}
