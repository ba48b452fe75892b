"""What a province is asked: at most six questions, each with an answer that holds when nobody is there to ask."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pilotkit.errors import DataError, Place, TemplateError
from pilotkit.model.plain_data import PlainData
from pilotkit.scaffold.rendering import PROMPTS

MAXIMUM_QUESTIONS = 6
MAXIMUM_ANSWER = 200
UNITS_FILE = "units_file"
"""An answer that is never asked for: a CSV file of units, where no plugin knows the country."""
PROVINCE = "province"
_DAYS = 30
_FILE = "the answers"


@dataclass(frozen=True)
class TemplateQuestion:
    """One question of a template."""

    id: str
    prompt: str
    default: str
    choices: tuple[str, ...] = ()


def questions_of(settings: Mapping[str, Any]) -> tuple[TemplateQuestion, ...]:
    """Return the questions of a ``cookiecutter.json``.

    Raises:
        TemplateError: more than six, or one whose default is neither words nor a list of choices.
    """
    prompts = settings.get(PROMPTS, {})
    asked = {key: value for key, value in settings.items() if not key.startswith("_")}
    if len(asked) > MAXIMUM_QUESTIONS:
        raise TemplateError(f"asks {len(asked)} questions; {MAXIMUM_QUESTIONS} is the most.", where=_settings())
    return tuple(_question(key, value, prompts) for key, value in asked.items())


def _question(key: str, value: PlainData, prompts: PlainData) -> TemplateQuestion:
    choices = tuple(value) if isinstance(value, list) else ()
    default = choices[0] if choices else value
    if not isinstance(default, str) or not all(isinstance(choice, str) for choice in choices):
        raise TemplateError("is neither words nor a list of words.", where=_settings(key), remedy="Quote it.")
    prompt = prompts.get(key) if isinstance(prompts, dict) else None
    return TemplateQuestion(key, prompt if isinstance(prompt, str) else key, default, choices)


def answer(
    questions: tuple[TemplateQuestion, ...],
    given: Mapping[str, str],
    ask: Callable[[TemplateQuestion], str] | None,
    *,
    languages: tuple[str, ...],
    today: date,
) -> dict[str, str]:
    """Every question's answer: the one given, else the one ``ask`` brings, else the question's own.

    Raises:
        DataError: an answer to a question that is not asked, or one that cannot be.
    """
    _check_names(questions, given)
    answers: dict[str, str] = {}
    for question in questions:
        fallback = _fallback(question, answers, languages, today)
        said = given.get(question.id)
        if said is None and ask is not None:
            said = ask(TemplateQuestion(question.id, question.prompt, fallback, question.choices))
        answers[question.id] = _checked(question, fallback if said is None else said, languages)
    _check_dates(answers)
    return answers


def _fallback(question: TemplateQuestion, answers: Mapping[str, str], languages: tuple[str, ...], today: date) -> str:
    if question.default:
        return question.default
    if question.id == "language":
        return languages[0]
    if question.id == "assigned_on":
        return today.isoformat()
    if question.id == "due_on":
        start = answers.get("assigned_on") or today.isoformat()
        return (date.fromisoformat(start) + timedelta(days=_DAYS)).isoformat()
    return ""


def _check_names(questions: tuple[TemplateQuestion, ...], given: Mapping[str, str]) -> None:
    known = [question.id for question in questions]
    for name in given:
        if name not in {*known, PROVINCE, UNITS_FILE}:
            close = get_close_matches(name, known, 1)
            raise DataError(
                "is not a question of this package.",
                where=Place(_FILE, name),
                remedy=f"Did you mean '{close[0]}'?" if close else f"Questions are: {', '.join(known)}.",
            )


def _checked(question: TemplateQuestion, said: object, languages: tuple[str, ...]) -> str:
    where = Place(_FILE, question.id)
    if not isinstance(said, str) or len(said) > MAXIMUM_ANSWER or any(_is_control(mark) for mark in said):
        raise DataError(
            f"must be one line of at most {MAXIMUM_ANSWER} characters.", where=where, remedy="Shorten or quote it."
        )
    choices = languages if question.id == "language" else question.choices
    if choices and said not in choices:
        raise DataError(f"'{said}' is not a choice.", where=where, remedy=f"Choose one of: {', '.join(choices)}.")
    if question.id in {"assigned_on", "due_on"}:
        _day(said, where)
    if question.id == "database" and _has_password(said):
        raise DataError(
            "holds a password, which would be written into files.",
            where=where,
            remedy="Leave the password out, and give the whole address in PILOTKIT_STORAGE__URL.",
        )
    return said


def _is_control(mark: str) -> bool:
    return unicodedata.category(mark) in {"Cc", "Cs", "Zl", "Zp"}


def _day(said: str, where: Place) -> date:
    try:
        day = date.fromisoformat(said)
    except ValueError:
        raise DataError(f"'{said}' is not a day.", where=where, remedy="Write it as 2025-07-21.") from None
    if not date(1900, 1, 1) <= day <= date(2099, 1, 1):
        raise DataError(f"{said} is too far away.", where=where, remedy="Name a day of these years.")
    return day


def _check_dates(answers: Mapping[str, str]) -> None:
    start, end = answers.get("assigned_on"), answers.get("due_on")
    if start and end and date.fromisoformat(end) < date.fromisoformat(start):
        raise DataError(
            f"is before assigned_on ({start}).", where=Place(_FILE, "due_on"), remedy="Name that day or a later one."
        )


def _has_password(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.password is not None or "password" in dict(parse_qsl(parts.query, keep_blank_values=True))
    except ValueError:
        return False


def _settings(key: str = "") -> Place:
    return Place("template/cookiecutter.json", key)
