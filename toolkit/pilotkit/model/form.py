"""Forms: the questions of a procedure, page by page, as JSON Schema with labels in every language."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from pilotkit.model.text import Identifier, LocalText, Noun


class Question(Noun):
    """The labels of one property of a page's schema."""

    label: LocalText
    hint: LocalText | None = None
    options: dict[str, LocalText] = Field(default_factory=dict)
    """The label of each value of an ``enum``."""


class FormPage(Noun):
    """One screen: a JSON Schema (draft 2020-12) of type ``object``, and its questions' labels by property."""

    id: Identifier
    title: LocalText
    schema_: Annotated[dict[str, Any], Field(alias="schema")]
    questions: dict[str, Question]


class Form(Noun):
    """``model/forms/<id>.yaml``: the pages between a person's own details and the documents."""

    id: Identifier
    pages: Annotated[tuple[FormPage, ...], Field(min_length=1)]
