"""The index of Decision 766/QĐ-TTg as formulas, read from ``index_766.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from pilotkit import Certainty, DataError, LocalText, Place
from pilotkit.data import Noun, noun_from, read_yaml
from pilotkit.figures import FormulaInput

FILE = "index_766.yaml"
Positive = Annotated[Decimal, Field(gt=0)]


class Term(Noun):
    """One addend: points in proportion to a share, full from ``full_at`` on."""

    input: FormulaInput
    points: Positive
    full_at: Annotated[Decimal, Field(gt=0, le=1)] = Decimal(1)
    capped: bool = True
    """Whether a share above ``full_at`` gives no more; else only the formula's maximum holds it."""
    empty: Literal["not_measurable", "zero", "full"] = "not_measurable"
    """What a zero denominator means."""

    def compute(self, numerator: int, denominator: int) -> Fraction | None:
        """Return the exact points; None when not measurable."""
        if denominator == 0:
            return {"not_measurable": None, "zero": Fraction(), "full": Fraction(self.points)}[self.empty]
        reached = Fraction(numerator, denominator) / Fraction(self.full_at)
        return Fraction(self.points) * (min(Fraction(1), reached) if self.capped else reached)


class IndexFormula(Noun):
    """A sum of terms, held to ``maximum``; a :class:`pilotkit.KpiFormula`."""

    id: str
    index: str
    group: LocalText
    name: LocalText
    maximum: Positive
    version: str
    valid_from: date
    valid_until: date | None = None
    options: dict[str, str]
    reference: str
    certainty: Certainty
    evidence: LocalText
    terms: Annotated[tuple[Term, ...], Field(min_length=1)]

    @property
    def inputs(self) -> tuple[FormulaInput, ...]:
        """The shares that it is computed from."""
        return tuple(term.input for term in self.terms)

    def compute(self, inputs: Mapping[str, tuple[int, int]]) -> Fraction | None:
        """Return the exact points, 0 to ``maximum``; None when an input is missing or not measurable."""
        parts = [term.compute(*inputs[term.input.id]) for term in self.terms if term.input.id in inputs]
        known = [part for part in parts if part is not None]
        return min(Fraction(self.maximum), sum(known, Fraction())) if len(known) == len(self.terms) else None


def index_formulas(chosen: Mapping[str, str]) -> tuple[IndexFormula, ...]:
    """Every formula of the index, under the options that a deployment chose.

    Raises:
        DataError: an option or a choice that there is not.
    """
    data = read_yaml(Path(__file__).with_name(FILE), FILE)
    options = _options(data["options"], chosen)
    shared = {"index": data["id"], **{key: data[key] for key in ("version", "valid_from", "reference")}}
    return tuple(_formula(each, shared, options) for each in data["formulas"])


def _options(offered: list[dict[str, Any]], chosen: Mapping[str, str]) -> dict[str, str]:
    choices = {each["id"]: each["choices"] for each in offered}
    for option, choice in chosen.items():
        place = Place("pilot.toml", f"plugins.options.vietnam.{option}")
        if option not in choices:
            raise DataError("is no option.", where=place, remedy=f"Options are: {', '.join(choices)}.")
        if choice not in choices[option]:
            raise DataError(
                f"has no choice '{choice}'.", where=place, remedy=f"Choices are: {', '.join(choices[option])}."
            )
    return {each["id"]: chosen.get(each["id"], each["default"]) for each in offered}


def _formula(data: dict[str, Any], shared: dict[str, Any], options: dict[str, str]) -> IndexFormula:
    own = {option for term in data["terms"] for option in term.get("variants", {})}
    terms = [_term(term, options) for term in data["terms"]]
    taken = {option: options[option] for option in options if option in own}
    return noun_from(IndexFormula, {**shared, **data, "terms": terms, "options": taken}, FILE, key=data["id"])


def _term(data: dict[str, Any], options: dict[str, str]) -> dict[str, Any]:
    term = {key: value for key, value in data.items() if key != "variants"}
    for option, variants in data.get("variants", {}).items():
        term |= variants.get(options[option], {})
    return term
