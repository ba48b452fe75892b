"""Compliance costs before and after a redesign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from pilotkit.catalog.catalog import Catalog
from pilotkit.errors import DataError, Place
from pilotkit.model.cost import ComplianceCost, HourlyWage, saved_share

FILE = "model/evidence/compliance_costs.yaml"


@dataclass(frozen=True)
class CostChange:
    """What one procedure costs those who use it, before and after; amounts in the deployment's currency."""

    cost: ComplianceCost
    wage: HourlyWage
    case_before: Fraction
    case_after: Fraction
    year_before: Fraction
    year_after: Fraction

    @property
    def case_saved(self) -> Fraction | None:
        """The share saved on one case; None when it cost nothing before."""
        return saved_share(self.case_before, self.case_after)

    @property
    def year_saved(self) -> Fraction | None:
        """The share saved in a year; None when it cost nothing before."""
        return saved_share(self.year_before, self.year_after)


def cost_changes(catalog: Catalog) -> tuple[CostChange, ...]:
    """Every procedure with known costs.

    Raises:
        DataError: a cost names a wage or a procedure that is not there.
    """
    return tuple(_change(catalog, cost) for cost in catalog.costs.values())


def year_total(changes: Sequence[CostChange]) -> tuple[Fraction, Fraction]:
    """Return a year's cost of all of them, before and after."""
    return (
        sum((each.year_before for each in changes), Fraction()),
        sum((each.year_after for each in changes), Fraction()),
    )


def _change(catalog: Catalog, cost: ComplianceCost) -> CostChange:
    if cost.procedure not in catalog.procedures:
        raise DataError(
            f"there is no procedure '{cost.procedure}'.",
            where=Place(FILE, f"{cost.id}.procedure"),
            remedy="Name one of model/procedures/.",
        )
    wage = catalog.wages.get(cost.wage)
    if wage is None:
        raise DataError(
            f"no plugin offers the wage '{cost.wage}'.",
            where=Place(FILE, f"{cost.id}.wage"),
            remedy=f"Wages are: {', '.join(catalog.wages) or 'none; enable the plugin of your country'}.",
        )
    before, after, hour = cost.before, cost.after, wage.amount
    return CostChange(cost, wage, before.of_case(hour), after.of_case(hour), before.of_year(hour), after.of_year(hour))
