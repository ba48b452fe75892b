"""Plain data into nouns, with refusals in the project's own words."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pilotkit.errors import DataError, Place
from pilotkit.model.plain_data import PlainData
from pilotkit.reading.yaml_data import line_of_key

_N = TypeVar("_N", bound=BaseModel)


def noun_from(kind: type[_N], data: PlainData, name: str, *, key: str = "", text: str = "") -> _N:
    """Return ``data`` as a noun of ``kind``.

    Args:
        kind: the noun's class.
        data: plain data, as the parsers give it.
        name: what errors call the file.
        key: where in the file ``data`` stands.
        text: the file's text, if at hand, to find the line of a wrong key.

    Raises:
        DataError: the first thing that is wrong, with how many more there are.
    """
    try:
        return kind.model_validate(data)
    except ValidationError as problem:
        raise data_error(problem, name, key=key, text=text) from None


def data_error(
    problem: ValidationError, name: str, *, key: str = "", line: int | None = None, text: str = "", secret: bool = False
) -> DataError:
    """Return a pydantic refusal in the project's own words; a ``secret`` value is never shown."""
    errors = _to_the_point(problem.errors(include_url=False, include_context=False))
    first = errors[0]
    parts = [str(part) for part in first["loc"] if "[" not in str(part)]
    path = ".".join([part for part in (key, *parts) if part])
    hidden = secret or first["type"] == "missing" or isinstance(first["input"], dict | list)
    given = "" if hidden else f" (got {_shown(first['input'])})"
    more = f" {len(errors) - 1} more in this file." if len(errors) > 1 else ""
    message, remedy = _WORDS.get(first["type"], (first["msg"].removeprefix("Value error, "), "Correct the value."))
    if text and line is None:
        line = line_of_key(text, path)
    return DataError(f"{message}{given}.{more}", where=Place(name, path, line), remedy=remedy)


def _shown(value: PlainData) -> str:
    try:
        return f"{value!r:.80}"
    except ValueError:  # Python writes out no number of more than 4300 digits
        return "a number without end"


def _to_the_point(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """Without what only follows from another error.

    Such as a list that is too short for want of the item that is wrong in it, or a list that is not the one word
    which could stand there instead.
    """
    inner = {error["loc"][:length] for error in errors for length in range(len(error["loc"]))}
    return [
        error
        for error in errors
        if error["loc"] not in inner
        and not (error["type"] == "literal_error" and isinstance(error["input"], dict | list))
    ] or errors


_WORDS = {
    "missing": ("is required", "Add it."),
    "extra_forbidden": ("is not a key that pilotkit knows", "Remove it, or correct its spelling."),
}
