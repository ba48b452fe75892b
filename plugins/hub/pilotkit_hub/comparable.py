"""Which figures may stand in one ranking, and why the others may not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal
from zoneinfo import ZoneInfo

from pilotkit import AdoptionReceipt, MeasuredFigure

Reason = Literal["definition", "boundaries", "as_of", "period", "completeness", "simulated", "minimum"]
LEAST_COMPLETE = Decimal(99)
"""Percent of events that must have reached the facts."""


@dataclass(frozen=True)
class Basis:
    """What figures must share to be compared."""

    definition: str
    boundaries: str
    """The scheme and the newest date of the units; the units themselves are each province's own."""
    as_of: date
    """A local day."""
    since: date | None
    is_simulated: bool


@dataclass(frozen=True)
class Entry:
    """One deployment's figure of one KPI."""

    receipt: AdoptionReceipt
    figure: MeasuredFigure
    basis: Basis

    @property
    def share(self) -> Fraction | None:
        """The exact share; None where too few."""
        figure = self.figure
        return Fraction(figure.numerator, figure.denominator) if self.is_measurable else None

    @property
    def percent(self) -> Decimal | None:
        """In percent, to four places, half to even."""
        return None if self.share is None else Decimal(round(self.share * 1_000_000)).scaleb(-4)

    @property
    def is_measurable(self) -> bool:
        """Whether there are enough cases to say anything."""
        return self.figure.denominator >= max(1, self.figure.minimum)


@dataclass(frozen=True)
class Refused:
    """A figure that may not be compared with the others."""

    entry: Entry
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Ranking:
    """Figures that may be compared, the best first, and those that may not."""

    basis: Basis | None
    entries: tuple[Entry, ...]
    refused: tuple[Refused, ...]


def entries_of(receipts: Sequence[AdoptionReceipt], kpi: str, zone: ZoneInfo) -> Iterator[Entry]:
    """The figure of one KPI in each receipt that has it."""
    for receipt in receipts:
        for figure in receipt.figures:
            if figure.kpi == kpi and receipt.as_of is not None:
                yield Entry(
                    receipt,
                    figure,
                    Basis(
                        figure.definition_hash, receipt.location_version.partition("#")[0],
                        receipt.as_of.astimezone(zone).date(), receipt.since, receipt.is_simulated,
                    ),
                )  # fmt: skip


def rank(entries: Sequence[Entry], direction: Literal["up", "down"] = "up") -> Ranking:
    """Compare what most share; of bases that equally many share, the one of the newest day."""
    if not entries:
        return Ranking(None, (), ())
    counted = Counter(entry.basis for entry in entries)
    basis = max(counted, key=lambda each: (counted[each], each.as_of, each.definition, each.boundaries))
    judged = [(entry, tuple(_reasons(entry, basis))) for entry in entries]
    fit = [entry for entry, reasons in judged if not reasons]
    fit.sort(key=lambda each: (each.share or 0, each.receipt.province), reverse=direction == "up")
    return Ranking(basis, tuple(fit), tuple(Refused(entry, reasons) for entry, reasons in judged if reasons))


def _reasons(entry: Entry, basis: Basis) -> Iterator[Reason]:
    own, completeness = entry.basis, entry.receipt.completeness
    if own.definition != basis.definition:
        yield "definition"
    if own.boundaries != basis.boundaries:
        yield "boundaries"
    if own.as_of != basis.as_of:
        yield "as_of"
    if own.since != basis.since:
        yield "period"
    if own.is_simulated != basis.is_simulated:
        yield "simulated"
    if completeness is None or completeness < LEAST_COMPLETE:
        yield "completeness"
    if not entry.is_measurable:
        yield "minimum"
