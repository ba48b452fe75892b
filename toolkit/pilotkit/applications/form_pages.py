"""Pages of a form: questions out of a JSON Schema, answers out of what was posted, and what is wrong with them.

What a person wrote is kept as it was written, so that a page with a mistake comes back with every answer in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self

from pilotkit.applications.form_errors import FormError
from pilotkit.applications.form_validation import check_page
from pilotkit.model.form import FormPage, Question
from pilotkit.model.plain_data import PlainData
from pilotkit.model.surface import FormData

LONG = 200
"""A text that may be longer than this, in characters, gets several lines."""
IN_THE_FUTURE = "in_the_future"
"""The kind of problem of a day that ``x-not-after: today`` rules out."""
DATE_PARTS = ("day", "month", "year")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}([. ]\d{3})+")
_DIGITS_ONLY = re.compile(r"\^(\[0-9\]|\\d)")


class FieldKind(StrEnum):
    """How a question is asked."""

    TEXT = "text"
    LONG = "long"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    SEVERAL = "several"
    YES_OR_NO = "yes_or_no"


@dataclass(frozen=True)
class FormField:
    """One question with the answer so far."""

    name: str
    kind: FieldKind
    question: Question
    schema: Mapping[str, Any]
    is_required: bool
    given: tuple[str, ...] = ()
    """As it was written; of a date day, month and year."""
    answer: Any = None
    """As plain data; None where there is none."""
    problem: FormError | None = None

    @property
    def options(self) -> tuple[str, ...]:
        """The values to choose from."""
        return tuple(str(each) for each in self.schema.get("items", self.schema).get("enum", ()))

    @property
    def longest(self) -> int | None:
        """How many characters it may have."""
        return self.schema.get("maxLength")

    @property
    def is_digits(self) -> bool:
        """Whether a keyboard of digits is enough."""
        return self.kind is FieldKind.NUMBER or bool(_DIGITS_ONLY.match(self.schema.get("pattern", "")))

    @property
    def anchor(self) -> str:
        """The id of its first input, where a link from the error summary leads."""
        return f"{self.name}-day" if self.kind is FieldKind.DATE else self.name


@dataclass(frozen=True)
class FilledPage:
    """A page of a form with what was answered."""

    page: FormPage
    fields: tuple[FormField, ...]

    @classmethod
    def of_answers(cls, page: FormPage, answers: Mapping[str, Any]) -> Self:
        """Return the page with answers as they are kept, and without a word about what is missing."""
        kept = {name: answers.get(name) for name in _names(page)}
        return cls(page, tuple(_field(page, name, _written(answer), answer) for name, answer in kept.items()))

    @classmethod
    def of_posted(cls, page: FormPage, posted: FormData, today: date) -> Self:
        """Return the page as it was sent, with what is wrong with it.

        A property with ``x-not-after: today`` may not lie in the future.
        """
        given = {name: _given(_kind(_property(page, name)), name, posted) for name in _names(page)}
        answers = {name: _answer(_kind(_property(page, name)), given[name]) for name in given}
        answers = {name: answer for name, answer in answers.items() if answer is not None}
        wrong = _problems(page, answers, today)
        return cls(page, tuple(_field(page, name, given[name], answers.get(name), wrong.get(name)) for name in given))

    @property
    def answers(self) -> dict[str, Any]:
        """What was answered, by question."""
        return {field.name: field.answer for field in self.fields if field.answer is not None}

    @property
    def problems(self) -> tuple[FormField, ...]:
        """The questions whose answers do not do."""
        return tuple(field for field in self.fields if field.problem)


def _names(page: FormPage) -> tuple[str, ...]:
    """In the order of the schema; what has no words is not asked."""
    return tuple(name for name in page.schema_.get("properties", {}) if name in page.questions)


def _property(page: FormPage, name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = page.schema_["properties"][name]
    return found


def _field(
    page: FormPage, name: str, given: tuple[str, ...], answer: PlainData, problem: FormError | None = None
) -> FormField:
    schema = _property(page, name)
    is_required = name in page.schema_.get("required", ()) or name in set(_asked_sometimes(page.schema_))
    return FormField(name, _kind(schema), page.questions[name], schema, is_required, given, answer, problem)


def _asked_sometimes(schema: PlainData) -> Iterator[str]:
    """Yield what is required on a condition: its words say when, so that it is not called optional."""
    if not isinstance(schema, Mapping):
        return
    for key in ("then", "else"):
        yield from schema.get(key, {}).get("required", ())
    for names in schema.get("dependentRequired", {}).values():
        yield from names
    for part in schema.get("allOf", ()):
        yield from _asked_sometimes(part)


def _kind(schema: Mapping[str, Any]) -> FieldKind:
    kind = schema.get("type")
    if kind in ("integer", "number"):
        return FieldKind.NUMBER
    if kind == "boolean":
        return FieldKind.YES_OR_NO
    if kind == "array":
        return FieldKind.SEVERAL
    if "enum" in schema:
        return FieldKind.CHOICE
    if schema.get("format") == "date":
        return FieldKind.DATE
    return FieldKind.LONG if schema.get("maxLength", 0) > LONG else FieldKind.TEXT


def _given(kind: FieldKind, name: str, posted: FormData) -> tuple[str, ...]:
    if kind is FieldKind.DATE:
        parts = tuple(posted.get(f"{name}-{part}").strip() for part in DATE_PARTS)
        return parts if any(parts) else ()
    return tuple(value for each in posted.all(name) if (value := each.strip()))


def _answer(kind: FieldKind, given: tuple[str, ...]) -> PlainData:
    """As plain data; what cannot be understood stays as it was written, and the schema refuses it."""
    return _READ[kind](given) if given else None


def _date(given: tuple[str, ...]) -> str:
    day, month, year = given
    return f"{year}-{month.zfill(2)}-{day.zfill(2)}"


def _number(given: tuple[str, ...]) -> int | float | str:
    text = given[-1]
    plain = re.sub(r"[. ]", "", text) if _THOUSANDS.fullmatch(text) else text.replace(",", ".")
    if not re.fullmatch(r"[+-]?[0-9]{1,18}(\.[0-9]{1,9})?", plain):
        return text
    number = Decimal(plain)
    return int(number) if number == number.to_integral_value() else float(number)


def _yes_or_no(given: tuple[str, ...]) -> bool | str:
    return {"true": True, "false": False}.get(given[-1], given[-1])


def _last(given: tuple[str, ...]) -> str:
    return given[-1]


_READ: Mapping[FieldKind, Callable[[tuple[str, ...]], Any]] = {
    FieldKind.TEXT: _last,
    FieldKind.LONG: _last,
    FieldKind.CHOICE: _last,
    FieldKind.NUMBER: _number,
    FieldKind.DATE: _date,
    FieldKind.SEVERAL: list,
    FieldKind.YES_OR_NO: _yes_or_no,
}


def _written(answer: PlainData) -> tuple[str, ...]:
    """Return an answer as one would write it."""
    if answer is None:
        return ()
    if isinstance(answer, bool):
        return ("true" if answer else "false",)
    if isinstance(answer, list):
        return tuple(str(each) for each in answer)
    parts = str(answer).split("-")
    if re.fullmatch(r"\d{4}-\d\d-\d\d", str(answer)):
        return tuple(part.lstrip("0") for part in reversed(parts))
    return (str(answer),)


def _problems(page: FormPage, answers: Mapping[str, Any], today: date) -> dict[str, FormError]:
    """Return what is wrong, by question; of each question the first thing only."""
    found = {problem.question: problem for problem in check_page(page, answers)}
    for name in _names(page):
        if _property(page, name).get("x-not-after") == "today" and str(answers.get(name, "")) > today.isoformat():
            found.setdefault(name, FormError(name, IN_THE_FUTURE))
    return found
