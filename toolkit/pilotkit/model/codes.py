"""Statutory code lists, and patterns of identifiers."""

from __future__ import annotations

from string import Formatter
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from pilotkit.model.linear_pattern import linear_pattern
from pilotkit.model.source import Certainty
from pilotkit.model.text import Identifier, LocalText, Noun

_FIELDS = {"prefix", "yymmdd", "yyyymmdd", "number"}


class Code(Noun):
    """One value of a list."""

    code: str
    name: LocalText
    maps_to: Identifier | None = None
    """The pilotkit value that it stands for, such as a case status or a channel."""


class CodeList(Noun):
    """A closed list of values, such as the national case statuses."""

    id: Identifier
    name: LocalText
    reference: str
    certainty: Certainty
    codes: Annotated[tuple[Code, ...], Field(min_length=1)]


class IdentifierPattern(Noun):
    """The pattern of one kind of identifiers; pilot.toml chooses among those that plugins offer."""

    id: Identifier
    kind: Literal["procedure", "case", "result", "unit"]
    pattern: str
    """A regular expression (RE2 syntax) that a whole identifier matches."""
    example: str
    template: str | None = None
    """The template of a new identifier, with ``{prefix} {yymmdd} {yyyymmdd} {number}``."""
    reference: str
    certainty: Certainty

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        linear_pattern(pattern)
        return pattern

    @field_validator("template")
    @classmethod
    def _can_be_filled(cls, template: str | None) -> str | None:
        if template is not None:
            fields = {field for _, field, _, _ in Formatter().parse(template) if field is not None}
            if "number" not in fields or not fields <= _FIELDS:
                raise ValueError(f"needs {{number}}, and may hold {', '.join(sorted(_FIELDS))}")
        return template

    @model_validator(mode="after")
    def _is_shown_by_its_example(self) -> Self:
        if not self.matches(self.example):
            raise ValueError(f"the example {self.example!r} does not follow the pattern")
        return self

    def matches(self, identifier: str) -> bool:
        """Return whether the whole of ``identifier`` matches the pattern."""
        return linear_pattern(self.pattern).fullmatch(identifier) is not None
