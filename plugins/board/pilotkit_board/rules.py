"""When the operations centre asks for a decision: thresholds as data, with a deployment's own on top."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pilotkit import DataError, Place

OWN = Path("local/operations.toml")
Count = Annotated[int, Field(ge=1)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LongWait(_Table):
    """People wait too long at a point."""

    minutes: Count
    people: Count


class WillBeLate(_Table):
    """Cases of a unit have more work left than time."""

    hours: Annotated[Decimal, Field(gt=0, le=400)]
    cases: Count
    cases_per_officer: Count


class Late(_Table):
    """Cases of a unit are past their deadline."""

    cases: Count


class Silence(_Table):
    """Points are out of order, or have never been heard of."""

    points: Count


class Understaffed(_Table):
    """A point has fewer people than the norm asks for."""

    missing: Count


class Dissatisfied(_Table):
    """Too many people were not satisfied today."""

    percent: Annotated[Decimal, Field(gt=0, le=100)]
    ratings: Count


class Rules(_Table):
    """Every threshold."""

    long_wait: LongWait
    will_be_late: WillBeLate
    late: Late
    out_of_order: Silence
    never_heard: Silence
    understaffed: Understaffed
    dissatisfied: Dissatisfied


def rules_of(folder: Path) -> Rules:
    """Return the rules of a deployment: the plugin's, with ``local/operations.toml`` on top where there is one.

    Raises:
        DataError: the file is no TOML, or has a key or a value that no rule has; nothing of it is used then.
    """
    tables = tomllib.loads(files(__package__).joinpath("rules.toml").read_text(encoding="utf-8"))
    own = folder / OWN
    if own.is_file():
        tables = _merged(tables, _read(own))
    try:
        return Rules.model_validate(tables)
    except ValidationError as problem:
        first = problem.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise DataError(
            f"{key}: {first['msg']}.", where=Place(str(OWN), key), remedy="Compare it with the table in the how-to."
        ) from None


def _read(own: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(own.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise DataError(f"it is no TOML: {problem}.", where=Place(str(OWN)), remedy="Mend it.") from None


def _merged(tables: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    both = {**tables, **own}
    return both | {name: {**table, **own[name]} for name, table in tables.items() if isinstance(own.get(name), dict)}
