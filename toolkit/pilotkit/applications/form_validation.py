"""Forms: what people type becomes data of the types that a page's JSON Schema (draft 2020-12) wants, or a problem.

A page's schema is of type ``object``. A property is text, a whole number, a number, yes or no, or a list of such. One
word is our own: ``x-not-after: today`` beside the format ``date``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import chain
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend

from pilotkit.applications.form_errors import FormError
from pilotkit.model.form import Form, FormPage
from pilotkit.model.linear_pattern import linear_pattern
from pilotkit.model.plain_data import PlainData
from pilotkit.model.text import is_writable

LONGEST = 4000
"""The most characters of an answer where the schema sets no limit."""
MOST = 200
"""The most answers to one question where the schema sets no limit."""
FORMATS = FormatChecker(formats=())
"""Formats that are checked; any other is a note to the reader."""
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?")
_YES, _NO = frozenset({"true", "yes", "on", "1"}), frozenset({"false", "no", "off", "0"})


@dataclass(frozen=True)
class Reading:
    """What became of a page that was sent."""

    answers: dict[str, Any]
    """By property; what cannot be converted stays as it was typed."""
    problems: tuple[FormError, ...]
    """At most one for each property, in the order of the page."""


def read_page(page: FormPage, posted: Mapping[str, Sequence[str]]) -> Reading:
    """Convert and check what a browser sent for a page.

    Args:
        page: which.
        posted: every field's values. Fields that are not the page's are passed over: a browser sends tokens too.
    """
    answers = convert(page, posted)
    return Reading(answers, check_page(page, answers))


def convert(page: FormPage, posted: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Typed text as the schema's types; an empty field is an answer that was not given."""
    answers: dict[str, Any] = {}
    for name, schema in properties_of(page).items():
        values = [text for value in posted.get(name, ()) if (text := _tidied(value))]
        if values:
            kind = type_of(schema)
            answers[name] = (
                [_converted(type_of(_items(schema)), value) for value in values]
                if kind == "array"
                else _converted(kind, values[-1])
            )
    return answers


def check_page(page: FormPage, answers: Mapping[str, Any], today: date | None = None) -> tuple[FormError, ...]:
    """Return what is wrong with a page's answers; empty when all is well.

    Args:
        page: which.
        answers: by property.
        today: the local day that ``x-not-after`` asks for; None: it is not asked.
    """
    known = properties_of(page)
    found: dict[str, FormError] = {name: FormError(name, "unknown") for name in answers if name not in known}
    given = {name: value for name, value in answers.items() if name in known}
    for problem in chain(_found(page, given), _too_late(page, given, today)):
        found.setdefault(problem.question, problem)
    order = [*known, *(name for name in found if name not in known)]
    return tuple(found[name] for name in order if name in found)


def check_form(form: Form, answers: Mapping[str, Any], today: date | None = None) -> dict[str, tuple[FormError, ...]]:
    """Return what is wrong with the answers of all pages together, by page; what no page asks is on the first."""
    pages = {page.id: answers_of(page, answers) for page in form.pages}
    problems = {page.id: check_page(page, pages[page.id], today) for page in form.pages}
    stray = [name for name in answers if not any(name in each for each in pages.values())]
    first = form.pages[0].id
    problems[first] = (*problems[first], *(FormError(name, "unknown") for name in stray))
    return {page: found for page, found in problems.items() if found}


def answers_of(page: FormPage, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the answers that this page asks for."""
    return {name: answers[name] for name in properties_of(page) if name in answers}


def properties_of(page: FormPage) -> dict[str, Any]:
    """Return the schema of each property of a page, in order."""
    properties = page.schema_.get("properties", {})
    return properties if isinstance(properties, dict) else {}


def required_of(page: FormPage) -> frozenset[str]:
    """Return the properties that a page always wants."""
    return frozenset(page.schema_.get("required", ()))


def type_of(schema: PlainData) -> str:
    """Return the type of a property, of :data:`pilotkit.model.form_schema.TYPES`; ``string`` where it names none."""
    kind = schema.get("type", "string") if isinstance(schema, dict) else "string"
    kinds = [each for each in (kind if isinstance(kind, list) else [kind]) if each != "null"]
    return kinds[0] if kinds else "string"


def _tidied(value: str) -> str:
    """Without what surrounds it; lines end the way they do in JSON, not as HTML sends them."""
    return value.replace("\r\n", "\n").strip()


def _converted(kind: str, text: str) -> PlainData:
    if kind == "integer" and _INTEGER.fullmatch(text):
        return int(text)
    if kind == "number" and _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    if kind == "boolean" and text.lower() in _YES | _NO:
        return text.lower() in _YES
    return text


def _items(schema: PlainData) -> PlainData:
    return schema.get("items", {}) if isinstance(schema, dict) else {}


def _found(page: FormPage, answers: dict[str, Any]) -> Iterator[FormError]:
    beyond = list(_beyond_bounds(answers))
    yield from beyond
    if beyond:
        return  # judged when they are within bounds: what is longer takes longer
    for name in sorted(required_of(page)):
        if name in answers and answers[name] in ("", [], None):
            yield FormError(name, "required")
    for error in _validator(page).iter_errors(answers):
        yield from _said(error)


def _too_late(page: FormPage, answers: Mapping[str, Any], today: date | None) -> Iterator[FormError]:
    for name, schema in properties_of(page).items() if today else ():
        wants_past = isinstance(schema, dict) and schema.get("x-not-after") == "today"
        if wants_past and str(answers.get(name, "")) > str(today):
            yield FormError(name, "in_the_future")


def _beyond_bounds(answers: Mapping[str, Any]) -> Iterator[FormError]:
    for name, value in answers.items():
        values = value if isinstance(value, list) else [value]
        if len(values) > MOST:
            yield FormError(name, "too_many", {"limit": str(MOST)})
        elif any(isinstance(each, str) and len(each) > LONGEST for each in values):
            yield FormError(name, "too_long", {"limit": str(LONGEST)})
        elif not is_writable(value):
            yield FormError(name, "not_valid")


def _validator(page: FormPage) -> Validator:
    return _made(json.dumps(page.schema_, sort_keys=True, default=str))


def _follows(_: Validator, pattern: str, instance: object, __: object) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not linear_pattern(pattern).search(instance):
        yield ValidationError(f"does not match {pattern!r}")


_FormValidator: Callable[..., Validator] = extend(Draft202012Validator, {"pattern": _follows})  # type: ignore[no-untyped-call]


@lru_cache(maxsize=512)
def _made(schema: str) -> Validator:
    return _FormValidator(json.loads(schema), format_checker=FORMATS)


def _said(error: ValidationError) -> Iterator[FormError]:
    """Yield an error in the words of :data:`~pilotkit.applications.form_errors.MESSAGES`; never the schema's own."""
    name = str(error.absolute_path[0]) if error.absolute_path else ""
    if error.validator in {"required", "dependentRequired"} and not name:
        for missing in _missing(error):
            yield FormError(missing, "required")
    elif error.validator in _LIMITS:
        yield FormError(name, _LIMITS[error.validator], {"limit": str(error.validator_value)})
    elif error.validator == "type":
        yield FormError(name, _TYPES.get(type_of({"type": error.validator_value}), "not_valid"))
    elif error.validator == "format":
        yield FormError(name, _FORMATS.get(str(error.validator_value), "not_valid"))
    else:
        yield FormError(name, _PLAIN.get(str(error.validator), "not_valid"))


def _missing(error: ValidationError) -> list[str]:
    wanted: Any = error.validator_value
    given: Any = error.instance
    if isinstance(wanted, dict):
        wanted = [each for name, needed in wanted.items() if name in given for each in needed]
    return [name for name in wanted if name not in given]


_LIMITS = {
    "minLength": "too_short", "maxLength": "too_long", "minimum": "too_small", "maximum": "too_large",
    "exclusiveMinimum": "not_more", "exclusiveMaximum": "not_less", "multipleOf": "not_a_step", "minItems": "too_few",
    "maxItems": "too_many",
}  # fmt: skip
_TYPES = {
    "string": "not_text", "integer": "not_whole_number", "number": "not_number", "boolean": "not_yes_or_no",
    "array": "not_a_list",
}  # fmt: skip
_FORMATS = {"date": "not_date", "email": "not_email"}
_PLAIN = {"enum": "not_one_of", "const": "not_one_of", "pattern": "pattern", "uniqueItems": "twice"}


@FORMATS.checks("date")
def _is_date(value: object) -> bool:
    """Return a day of the calendar, as RFC 3339 writes it; JSON Schema asks formats of text only."""
    if not isinstance(value, str):
        return True
    try:
        return _DATE.fullmatch(value) is not None and date.fromisoformat(value) is not None
    except ValueError:
        return False


@FORMATS.checks("email")
def _is_email(value: object) -> bool:
    return not isinstance(value, str) or _EMAIL.fullmatch(value) is not None
