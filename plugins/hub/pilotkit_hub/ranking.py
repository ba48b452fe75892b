"""Which figures may stand in one ranking, and why the others may not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from pilotkit.trust import AdoptionReceipt, MeasuredFigure

Reason = Literal["definition", "boundaries", "as_of", "period", "completeness", "simulated", "minimum"]
LEAST_COMPLETE = Decimal(99)
"""Percent of events that must have reached the facts."""


@dataclass(frozen=True)
class Basis:
    """What figures must share to be compared."""

    statistic: str
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
    def completeness(self) -> Decimal | None:
        """Percent: the figure's own, which counts what its cases do not say too; else that of all facts."""
        return self.receipt.completeness if self.figure.completeness is None else self.figure.completeness

    @property
    def value(self) -> Fraction:
        """What it is ranked by: the exact share, or the quantile itself; 0 where it is not measurable."""
        return self.figure.share or Fraction(self.figure.amount or 0)


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


def entries_of(
    receipts: Sequence[AdoptionReceipt], kpi: str, zone: ZoneInfo, month: str | None = None
) -> Iterator[Entry]:
    """Yield the figure of one KPI in each receipt that has it.

    Args:
        receipts: one a deployment.
        kpi: its id.
        zone: of the days.
        month: of cases received in it, like ``2025-07``; None: of all.
    """
    for receipt in receipts:
        figure = next((each for each in receipt.figures if each.kpi == kpi), None)
        since = receipt.since
        if figure is not None and month is not None:
            figure = _of_month(receipt, figure, month)
            first = date.fromisoformat(f"{month}-01")
            since = max(since or first, first)
        if figure is not None and receipt.as_of is not None:
            yield Entry(
                receipt,
                figure,
                Basis(
                    figure.statistic, figure.definition_hash, receipt.location_version.partition("#")[0],
                    receipt.as_of.astimezone(zone).date(), since, receipt.is_simulated,
                ),
            )  # fmt: skip


def _of_month(receipt: AdoptionReceipt, figure: MeasuredFigure, month: str) -> MeasuredFigure | None:
    """Return the same figure of one month and all units, where it is told."""
    told = (each for each in receipt.monthly if (each.kpi, each.unit, each.month) == (figure.kpi, None, month))
    return next((figure.model_copy(update=each.model_dump()) for each in told), None)


def rank(entries: Sequence[Entry], direction: Literal["up", "down"] = "up") -> Ranking:
    """Compare what most provinces share; of bases that equally many share, the one of the newest day."""
    if not entries:
        return Ranking(None, (), ())
    counted = Counter(basis for basis, _ in {(entry.basis, entry.receipt.province) for entry in entries})
    basis = max(counted, key=lambda each: (counted[each], each.as_of, each.definition, each.boundaries))
    judged = [(entry, tuple(_reasons(entry, basis))) for entry in entries]
    fit = [entry for entry, reasons in judged if not reasons]
    fit.sort(key=lambda each: (each.value, each.receipt.province), reverse=direction == "up")
    return Ranking(basis, tuple(fit), tuple(Refused(entry, reasons) for entry, reasons in judged if reasons))


def _reasons(entry: Entry, basis: Basis) -> Iterator[Reason]:
    own, completeness = entry.basis, entry.completeness
    if (own.statistic, own.definition) != (basis.statistic, basis.definition):
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
    if not entry.figure.is_measurable:
        yield "minimum"
