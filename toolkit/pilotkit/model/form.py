"""Forms: what a procedure asks a person, page by page, as JSON Schema with words in every language."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, field_validator

from pilotkit.model.form_schema import check_schema
from pilotkit.model.text import Identifier, LocalText, Noun


class Question(Noun):
    """The words of one property of a page's schema."""

    label: LocalText
    hint: LocalText | None = None
    options: dict[str, LocalText] = Field(default_factory=dict)
    """The words of each value of an ``enum``."""


class FormPage(Noun):
    """One screen: a schema of type ``object``, and its questions' words by property.

    Its schema is of the part of JSON Schema (draft 2020-12) that forms use, within bounds.
    """

    id: Identifier
    title: LocalText
    schema_: Annotated[dict[str, Any], Field(alias="schema")]
    questions: dict[str, Question]

    @field_validator("schema_")
    @classmethod
    def _is_bounded(cls, schema: dict[str, Any]) -> dict[str, Any]:
        check_schema(schema)
        return schema


class Form(Noun):
    """``model/forms/<id>.yaml``: the pages between a person's own details and the documents."""

    id: Identifier
    pages: Annotated[tuple[FormPage, ...], Field(min_length=1)]
