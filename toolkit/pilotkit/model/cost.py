"""Compliance costs of a procedure, by the standard cost model.

Source: the International Standard Cost Model Manual (OECD, SCM Network, 2005): the cost of an activity is its price
(time by wage, plus what is paid) times its quantity (cases a year).
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import Field

from pilotkit.model.source import Sourced
from pilotkit.model.text import Identifier, LocalText, Noun

Amount = Annotated[Decimal, Field(ge=0)]


class HourlyWage(Sourced):
    """The value of an hour of a person's time. A plugin offers a country's in ``register_wages``."""

    id: Identifier
    name: LocalText
    amount: Amount
    """In the currency of the country, an hour."""
    basis: LocalText
    """The method of computation."""


class CaseCost(Noun):
    """The cost of one case to the person: hours, and money in the deployment's currency."""

    hours: Amount
    """The person's time, in hours."""
    fees: Amount = Decimal(0)
    """Fees paid to the authority."""
    other: Amount = Decimal(0)
    """Travel, copies, advice."""
    cases: Amount
    """Cases a year."""

    def of_case(self, wage: Decimal) -> Fraction:
        """Return the cost of one case: hours × wage + fees + other."""
        return Fraction(self.hours) * Fraction(wage) + Fraction(self.fees) + Fraction(self.other)

    def of_year(self, wage: Decimal) -> Fraction:
        """Return the cost of a year's cases."""
        return self.of_case(wage) * Fraction(self.cases)


class ComplianceCost(Sourced):
    """A procedure before and after its redesign: ``model/evidence/compliance_costs.yaml``."""

    id: Identifier
    procedure: str
    """The procedure's code."""
    wage: Identifier
    """The id of an :class:`HourlyWage`; the same for both sides, so that only the redesign is compared."""
    before: CaseCost
    """Before the redesign."""
    after: CaseCost
    """After it."""


def saved_share(before: Fraction, after: Fraction) -> Fraction | None:
    """Return the saved share of the cost, negative where it rose; None when there was no cost before."""
    return None if before == 0 else (before - after) / before
