"""Forms: the questions of a procedure, page by page, as JSON Schema with labels in every language."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, field_validator

from pilotkit.model.form_schema import check_schema
from pilotkit.model.text import Identifier, LocalText, Noun


class Question(Noun):
    """The labels of one property of a page's schema."""

    label: LocalText
    hint: LocalText | None = None
    options: dict[str, LocalText] = Field(default_factory=dict)
    """The label of each value of an ``enum``."""


class FormPage(Noun):
    """One screen: a schema of type ``object``, and its questions' labels by property.

    Its schema is in the supported subset of JSON Schema (draft 2020-12), with limits.
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
