"""KPI: definitions, the targets that heads are accountable for, and values.

The interface in its two forms: data (:class:`Kpi`, SQL boolean expressions over documented columns) and, where an
expression is not enough (an index, a survey), a protocol (:class:`KpiFormula`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate
from typing import Annotated, Literal, Protocol, Self, runtime_checkable

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from pilotkit.model.source import Certainty, Sourced
from pilotkit.model.text import Identifier, LocalText, Noun

NESTING = 20
"""The maximum nesting of parentheses in an expression."""


def _flat_enough(text: str) -> str:
    if max(accumulate((mark == "(") - (mark == ")") for mark in text), default=0) > NESTING:
        raise ValueError(f"nests deeper than {NESTING} parentheses")
    return text


Expression = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(_flat_enough)]
"""SQL over the documented columns of a fact table; its grammar is checked where it is computed."""
FactTable = Literal["cases", "support", "procedures", "points", "people"]


class Kpi(Sourced):
    """One measure over the rows of a fact table: a share of the rows, or a quantile of a value.

    A share is ``numerator`` over ``denominator``: rows counted, or with ``weight`` their weights added up. A quantile
    is the smallest ``value`` that at least ``fraction`` of the denominator's rows do not exceed; rows without a value
    do not count.
    """

    id: Identifier
    name: LocalText
    question: LocalText
    """Its question, in one plain sentence."""
    numerator_name: LocalText
    """A description of the numerator, or of a quantile's value, shown beside the figure."""
    denominator_name: LocalText
    of: FactTable = "cases"
    """Its fact table."""
    statistic: Literal["share", "quantile"] = "share"
    """Share (numerator over denominator), or quantile of a value, such as a median."""
    numerator: Expression = ""
    """Of a share: a SQL boolean expression over the table's documented columns; counted among the denominator's
    rows."""
    denominator: Expression = "TRUE"
    """A SQL boolean expression that selects the rows."""
    weight: Expression | None = None
    """Of a share: a whole-number expression that is never negative; its sum is taken instead of the number of rows."""
    value: Expression | None = None
    """Of a quantile: a whole-number expression, in ``unit``."""
    fraction: Annotated[Decimal, Field(gt=0, le=1, max_digits=9)] | None = None
    """Of a quantile: 0.5 is the median."""
    unit: Literal["percent", "minutes", "seconds", "number"] = "percent"
    direction: Literal["up", "down"] = "up"
    since: date | None = None
    minimum: Annotated[int, Field(ge=1)] = 1
    """With fewer rows than this in the denominator (of a weighted share: a smaller sum) it is not measurable and has
    no figure."""
    board: int | None = None
    """Its position in the board's first row; absent: not in it."""

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        is_share = self.statistic == "share"
        if is_share and not self.numerator:
            raise ValueError("a share needs a numerator")
        if is_share and (self.value is not None or self.fraction is not None or self.unit != "percent"):
            raise ValueError("a share has no value and no fraction, and its unit is percent")
        if not is_share and (self.value is None or self.fraction is None or self.unit == "percent"):
            raise ValueError("a quantile needs a value, a fraction and the value's unit: minutes, seconds or number")
        if not is_share and (self.numerator or self.weight is not None):
            raise ValueError("a quantile has no numerator and no weight")
        return self

    @property
    def definition_hash(self) -> str:
        """Twelve hexadecimal digits that change if and only if the definition of the count changes."""
        return _hash_of(
            self.of, self.numerator, self.denominator, self.unit, self.minimum, self.weight, self.value, self.fraction
        )


@lru_cache(maxsize=1024)
def _hash_of(
    of: str,
    numerator: str,
    denominator: str,
    unit: str,
    minimum: int,
    weight: str | None,
    value: str | None,
    fraction: Decimal | None,
) -> str:
    counted = {"of": of, "numerator": numerator, "denominator": denominator, "unit": unit, "minimum": minimum}
    more = {"weight": weight, "value": value, "fraction": fraction and str(fraction.normalize())}
    counted |= {name: said for name, said in more.items() if said is not None}
    return hashlib.sha256(json.dumps(counted, sort_keys=True).encode()).hexdigest()[:12]


class FormulaInput(Noun):
    """One share that a formula is computed from: reported by another system, or measured here."""

    id: Identifier
    name: LocalText
    """A description of numerator and denominator."""
    measured: Kpi | None = None
    """The KPI that measures it from this deployment's cases; absent: it can only be reported."""


class ReportedCount(Noun):
    """A count that another system publishes for a unit: one row of ``local/index_inputs.csv``. Never packed."""

    unit: str
    """The unit's code."""
    input: Identifier
    """The id of a :class:`FormulaInput`."""
    numerator: Annotated[int, Field(ge=0)]
    """At most the denominator."""
    denominator: Annotated[int, Field(ge=0)]
    """The denominator of the share."""
    as_of: date
    """Its reference day."""
    source: Annotated[str, Field(min_length=1)]
    """Where it was published, such as the portal's page."""

    @model_validator(mode="after")
    def _is_a_share(self) -> Self:
        if self.numerator > self.denominator:
            raise ValueError(f"numerator {self.numerator} is more than the denominator {self.denominator}")
        return self


@runtime_checkable
class KpiFormula(Protocol):
    """A measure beyond SQL expressions, worth points of an index. A plugin offers one in ``register_kpis``."""

    @property
    def id(self) -> str:
        """The id of the measure; unique among all KPI."""

    @property
    def name(self) -> LocalText:
        """The name for people."""

    @property
    def index(self) -> str:
        """The index that its points belong to; formulas of one index are summed."""

    @property
    def group(self) -> LocalText:
        """The group of the index that it belongs to."""

    @property
    def maximum(self) -> Decimal:
        """The maximum number of points."""

    @property
    def version(self) -> str:
        """The edition of the index; changes if and only if the computation may change."""

    @property
    def valid_from(self) -> date:
        """The first day it is defined for."""

    @property
    def valid_until(self) -> date | None:
        """The last day it is defined for; None while in force."""

    @property
    def options(self) -> Mapping[str, str]:
        """The deployment's choices where sources disagree, by option."""

    @property
    def reference(self) -> str:
        """The publication it follows."""

    @property
    def certainty(self) -> Certainty:
        """The certainty that the formula is the publication's."""

    @property
    def evidence(self) -> LocalText:
        """The material that the formula was verified with."""

    @property
    def inputs(self) -> Sequence[FormulaInput]:
        """The shares it is computed from."""

    def compute(self, inputs: Mapping[str, tuple[int, int]]) -> Fraction | None:
        """Return the points, 0 to ``maximum``, from numerator and denominator of each input; None: not measurable."""


class Goal(Sourced):
    """A package's goal for every unit of a level: ``model/kpis/goals.yaml``. Targets are made from it."""

    id: Identifier
    kpi: Identifier
    goal: Annotated[Decimal, Field(ge=0, le=100)]
    levels: Annotated[tuple[Literal["province", "commune"], ...], Field(min_length=1)]


class Target(Sourced):
    """A KPI assigned to the head of a unit: ``local/targets.csv``."""

    kpi: Identifier
    unit: str
    unit_from: date | None = None
    """The first day of the unit, where another unit has its code today; absent: today's unit."""
    head: Identifier | None = None
    goal: Annotated[Decimal, Field(ge=0, le=100)]
    assigned: date | None = None
    due: date | None = None
    also_reported: Annotated[Decimal, Field(ge=0, le=100)] | None = None
    """A goal that another publication names: shown beside, never combined."""
    also_reference: Identifier | None = None


class TargetStatus(StrEnum):
    """The status of a target. Before the due date ``missed`` means that the goal can no longer be reached."""

    MET = "met"
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    MISSED = "missed"
    NOT_MEASURABLE = "not_measurable"


class Figure(Noun):
    """A share, or a quantile such as a median, with its components."""

    statistic: Literal["share", "quantile"] = "share"
    """The form of the KPI, which decides between ``percent`` and ``amount``."""
    numerator: int
    """Of a quantile: the value itself, in the KPI's unit; 0 where there are no rows, and then it is not measurable."""
    denominator: Annotated[int, Field(ge=0)]
    """Of a quantile: the number of rows with a value."""
    minimum: Annotated[int, Field(ge=0)] = 1
    """The minimum number of rows to be measurable."""

    @property
    def is_measurable(self) -> bool:
        """Whether there are enough rows to measure."""
        return self.denominator >= max(1, self.minimum)

    @property
    def share(self) -> Fraction | None:
        """The exact share, 0 to 1; None when not measurable, and for a quantile."""
        return Fraction(self.numerator, self.denominator) if self.is_measurable and self.statistic == "share" else None

    @property
    def amount(self) -> int | None:
        """A quantile in the KPI's unit; None when not measurable, and for a share."""
        return self.numerator if self.is_measurable and self.statistic == "quantile" else None

    @property
    def percent(self) -> Decimal | None:
        """The share in percent, exact to four places, half to even; None when not measurable."""
        return None if self.share is None else Decimal(round(self.share * 1_000_000)).scaleb(-4)


class ToldFigure(Figure):
    """A figure from an external source, validated to be possible."""

    @model_validator(mode="after")
    def _can_be(self) -> Self:
        if self.statistic == "share" and not 0 <= self.numerator <= self.denominator:
            raise ValueError(f"a share cannot be {self.numerator} of {self.denominator}")
        return self


class KpiValue(Figure):
    """A figure with its full context, to reproduce it and to judge its comparability."""

    kpi: str
    unit: str | None = None
    unit_from: date | None = None
    """The first day of the unit, which with its code identifies it; absent where only the code was requested."""
    procedure: str | None = None
    month: str | None = None
    """``2025-07``."""
    channel: str | None = None
    definition_hash: str
    location_version: str
    as_of: datetime
    completeness: Annotated[Decimal, Field(ge=0, le=100)] | None = None
    """Completeness: percent of the expected rows that have reached the facts with the values that the KPI needs; None
    of no rows."""
    apportioned: bool = False
    """Whether it includes a share of a divided unit's cases, and so is not counted case by case."""


class ReportedFigure(Noun):
    """A published figure of the pilot: ``local/figures.csv``. It belongs to its deployment and is never packed."""

    id: Identifier
    value: Decimal
    label: str
    as_of: date | None = None
    reference: Identifier
    certainty: Certainty
