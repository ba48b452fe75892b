"""Formulas evaluated: an index's points for a unit, and which part of the index they cover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Literal

from pilotkit.catalog.catalog import Catalog
from pilotkit.catalog.deployment import Deployment
from pilotkit.errors import DataError, DuplicateError, Place
from pilotkit.measures.measures import Measures
from pilotkit.measures.scan import Window
from pilotkit.measures.unit_values import counts_by_unit
from pilotkit.model.kpi import FormulaInput, KpiFormula, ReportedCount
from pilotkit.model.location import UnitKey

FILE = "local/index_inputs.csv"


@dataclass(frozen=True)
class InputValue:
    """The share that went into a formula, and where it came from."""

    input: FormulaInput
    numerator: int
    denominator: int
    as_of: date
    origin: Literal["reported", "measured"]
    source: str | None
    """Where a reported one was read."""


@dataclass(frozen=True)
class FormulaValue:
    """The points that one formula gives."""

    formula: KpiFormula
    points: Fraction | None
    """None when not measurable: an input is missing, or its denominator is zero and the formula does not say more."""
    inputs: tuple[InputValue, ...]
    missing: tuple[FormulaInput, ...]


@dataclass(frozen=True)
class IndexValue:
    """An index of one unit. ``points`` are of ``covered``, not of ``maximum``, where something is not measurable."""

    index: str
    unit: str
    as_of: date
    values: tuple[FormulaValue, ...]

    @property
    def points(self) -> Fraction | None:
        """The sum of what is measurable; None when nothing is."""
        known = [value.points for value in self.values if value.points is not None]
        return sum(known, Fraction()) if known else None

    @property
    def covered(self) -> Fraction:
        """The most points that the measurable formulas could give."""
        return sum((Fraction(each.formula.maximum) for each in self.values if each.points is not None), Fraction())

    @property
    def maximum(self) -> Fraction:
        """The most points of the whole index."""
        return sum((Fraction(each.formula.maximum) for each in self.values), Fraction())


def index_values(
    deployment: Deployment, measures: Measures, *, unit: str | None = None, as_of: datetime | None = None
) -> tuple[IndexValue, ...]:
    """Every index of a unit, the province where none is named. A reported count stands above one measured here.

    Raises:
        UnknownError: no such unit.
        DataError: ``local/index_inputs.csv`` names what is not there, or says the same thing twice.
    """
    catalog = deployment.catalog
    code = catalog.unit(unit or catalog.settings.deployment.province).code
    moment = as_of or measures.present()
    day = moment.astimezone(catalog.working_time.zone).date()
    formulas = [each for each in catalog.formulas.values() if _is_in_force(each, day)]
    check_reported(catalog)
    own = [row for row in catalog.reported_counts if catalog.lineage.holder(row.unit, row.as_of) == catalog.unit(code)]
    reported = {each.input.id: each for each in _reported(own, formulas, day)}
    others = {each.id: each for formula in formulas for each in formula.inputs if each.id not in reported}
    place = None if code == catalog.settings.deployment.province else catalog.unit(code).key
    found = reported | {each.input.id: each for each in _measured(catalog, measures, others, place, moment, day)}
    by_index: dict[str, list[FormulaValue]] = {}
    for formula in formulas:
        by_index.setdefault(formula.index, []).append(_value(formula, found))
    return tuple(IndexValue(index, code, day, tuple(values)) for index, values in by_index.items())


def check_reported(catalog: Catalog) -> None:
    """Refuse reported counts of an unknown unit or input, and two of the same day.

    Raises:
        DataError: the first such row, with its line.
    """
    inputs = {each.id for formula in catalog.formulas.values() for each in formula.inputs}
    seen: set[tuple[str, str, date]] = set()
    for line, row in enumerate(catalog.reported_counts, start=2):
        if catalog.lineage.holder(row.unit, row.as_of) is None:
            raise DataError(
                f"there is no unit '{row.unit}'.", where=Place(FILE, "unit", line), remedy="See local/units.csv."
            )
        if row.input not in inputs:
            raise DataError(
                f"no formula has the input '{row.input}'.",
                where=Place(FILE, "input", line),
                remedy=f"Inputs are: {', '.join(sorted(inputs)) or 'none, as no plugin brings a formula'}.",
            )
        key = (row.unit, row.input, row.as_of)
        if key in seen:
            raise DuplicateError(
                f"'{row.input}' of unit '{row.unit}' as of {row.as_of} stands twice.",
                where=Place(FILE, "input", line),
                remedy="Remove one row.",
            )
        seen.add(key)


def _is_in_force(formula: KpiFormula, day: date) -> bool:
    return formula.valid_from <= day and (formula.valid_until is None or day <= formula.valid_until)


def _reported(rows: Sequence[ReportedCount], formulas: Sequence[KpiFormula], day: date) -> list[InputValue]:
    """Return the newest reported count of each input; later ones come last."""
    inputs = {each.id: each for formula in formulas for each in formula.inputs}
    known = sorted((row for row in rows if row.as_of <= day), key=lambda row: row.as_of)
    return [
        InputValue(inputs[row.input], row.numerator, row.denominator, row.as_of, "reported", row.source)
        for row in known
        if row.input in inputs
    ]


def _measured(
    catalog: Catalog,
    measures: Measures,
    wanted: Mapping[str, FormulaInput],
    place: UnitKey | None,
    moment: datetime,
    day: date,
) -> list[InputValue]:
    """Return what the own cases give. A unit without cases has 0 of 0, and each formula says what that means."""
    asked = [(each, each.measured) for each in wanted.values() if each.measured is not None]
    if not asked:
        return []
    found = counts_by_unit(catalog, measures.facts, [kpi for _, kpi in asked], Window(None, moment), day)
    counts = found[place].counts if place in found else ((0, 0),) * len(asked)
    return [
        InputValue(each, *count, day, "measured", None)
        for (each, kpi), count in zip(asked, counts, strict=True)
        if count[1] == 0 or count[1] >= kpi.minimum
    ]


def _value(formula: KpiFormula, found: Mapping[str, InputValue]) -> FormulaValue:
    known = tuple(found[each.id] for each in formula.inputs if each.id in found)
    missing = tuple(each for each in formula.inputs if each.id not in found)
    counts = {each.input.id: (each.numerator, each.denominator) for each in known}
    return FormulaValue(formula, None if missing else formula.compute(counts), known, missing)
