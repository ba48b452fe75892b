"""``index``, ``cost``: what formulas make of counts."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pilotkit.cli.output import AsJson, add_row, console, meter, new_table, print_json, say
from pilotkit.cli.package_commands import DeploymentPath, parsed_day

if TYPE_CHECKING:
    from pilotkit.measures.costs import CostChange
    from pilotkit.measures.formulas import FormulaValue, IndexValue


def index(
    deployment: DeploymentPath,
    unit: Annotated[str | None, typer.Option(help="A unit's code; the province where none is named.")] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="What was known at the end of that day.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Every index that plugins bring: its points, and which part of the whole they cover."""
    from pilotkit.measures.formulas import index_values
    from pilotkit.measures.measures import Measures

    opened = _opened(deployment)
    measures, day = Measures(opened), parsed_day(as_of)
    with meter("Counting"):
        values = index_values(opened, measures, unit=unit, as_of=measures.end_of(day) if day else None)
    simulated = measures.simulated_until is not None
    if as_json:
        print_json([_plain_index(value) | {"simulated": simulated} for value in values])
        return
    for value in values:
        _print_index(value, opened.settings.deployment.languages[0])
    if not values:
        say("No plugin of this deployment brings an index that is in force.")
    elif simulated:
        say("What is measured here is simulated: it says nothing about any office.")


def cost(deployment: DeploymentPath, as_json: AsJson = False) -> None:
    """Print what procedures cost those who use them, before and after their redesign."""
    from pilotkit.measures.costs import cost_changes, year_total

    opened = _opened(deployment)
    changes, currency = cost_changes(opened.catalog), opened.settings.deployment.currency
    if as_json:
        print_json([_plain_cost(change) | {"currency": currency} for change in changes])
        return
    table = new_table("Procedure", "A case", "Saved", "A year", "Saved", "Certainty")
    for each in changes:
        case = (_change(each.case_before, each.case_after), _percent(each.case_saved))
        year = (_change(each.year_before, each.year_after), _percent(each.year_saved))
        add_row(table, each.cost.procedure, *case, *year, each.cost.certainty.value)
    console.print(table)
    before, after = year_total(changes)
    say(f"In {currency}. A year of all: {_amount(before)} before, {_amount(after)} after.")
    for wage in {change.wage.id: change.wage for change in changes}.values():
        say(f"An hour: {wage.amount:,} ({wage.id}, certainty {wage.certainty.value}).")


def print_points(indices: Sequence[IndexValue], language: str) -> None:
    """Print the points that every formula gives, one line each."""
    if not indices:
        return
    table = new_table("Index", "Formula", "Points", "Version")
    for value in indices:
        for each in value.values:
            name = each.formula.name.in_language(language)
            add_row(table, value.index, name, _points(each), each.formula.version)
    console.print(table)
    say("What went into the points: pilotkit index.")


def plain_points(indices: Sequence[IndexValue]) -> list[dict[str, Any]]:
    """Return the points that every formula gives, beside the figures of KPI."""
    return [
        {
            "kpi": each.formula.id, "statistic": "formula", "unit": value.unit, "as_of": value.as_of.isoformat(),
            "index": value.index, "version": each.formula.version, "points": _number(each.points),
            "maximum": _number(Fraction(each.formula.maximum)),
        }
        for value in indices
        for each in value.values
    ]  # fmt: skip


def _points(value: FormulaValue) -> str:
    return "not measurable" if value.points is None else f"{float(value.points):.2f} / {value.formula.maximum}"


def _opened(folder: Path) -> Any:
    from pilotkit.catalog.deployment import Deployment

    return Deployment(folder)


def _print_index(value: IndexValue, language: str) -> None:
    table = new_table("Group", "Metric", "Of", "Points", "Certainty")
    for each in value.values:
        formula = each.formula
        shares = "; ".join(f"{found.numerator:,} / {found.denominator:,} {found.origin}" for found in each.inputs)
        group, name = formula.group.in_language(language), formula.name.in_language(language)
        add_row(table, group, name, shares or "no input", _points(each), formula.certainty.value)
    console.print(table)
    total = "not measurable" if value.points is None else f"{float(value.points):.2f} of {float(value.covered):g}"
    covers = f"covers {float(value.covered):g} of {float(value.maximum):g} points"
    say(f"{value.index}, unit {value.unit}, as of {value.as_of}: {total}; {covers}.")


def _plain_index(value: IndexValue) -> dict[str, Any]:
    return {
        "index": value.index,
        "unit": value.unit,
        "as_of": value.as_of.isoformat(),
        "points": _number(value.points),
        "covered": _number(value.covered),
        "maximum": _number(value.maximum),
        "formulas": [_plain_formula(each) for each in value.values],
    }


def _plain_formula(value: FormulaValue) -> dict[str, Any]:
    formula = value.formula
    return {
        "id": formula.id,
        "version": formula.version,
        "options": dict(formula.options),
        "certainty": formula.certainty.value,
        "points": _number(value.points),
        "maximum": _number(Fraction(formula.maximum)),
        "missing": [each.id for each in value.missing],
        "inputs": [
            {
                "id": each.input.id,
                "numerator": each.numerator,
                "denominator": each.denominator,
                "as_of": each.as_of.isoformat(),
                "origin": each.origin,
                "source": each.source,
            }
            for each in value.inputs
        ],
    }


def _plain_cost(change: CostChange) -> dict[str, Any]:
    return {
        "procedure": change.cost.procedure,
        "wage": change.wage.id,
        "certainty": change.cost.certainty.value,
        "case": {"before": _number(change.case_before), "after": _number(change.case_after)},
        "year": {"before": _number(change.year_before), "after": _number(change.year_after)},
        "case_saved": _number(change.case_saved),
        "year_saved": _number(change.year_saved),
    }


def _number(value: Fraction | None) -> float | None:
    return None if value is None else round(float(value), 6)


def _change(before: Fraction, after: Fraction) -> str:
    return f"{_amount(before)} → {_amount(after)}"


def _amount(value: Fraction) -> str:
    return f"{round(value):,}"


def _percent(share: Fraction | None) -> str:
    return "not measurable" if share is None else f"{float(share * 100):.2f}%"
