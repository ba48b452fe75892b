"""Ranking what may be ranked: figures that differ in more than their value stand apart, each with its reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pilotkit import AdministrativeUnit, Kpi
    from pilotkit.figures import KpiValue

TOLERANCE = Decimal(1)
"""Percentage points by which two figures may differ in completeness and still be compared."""


class Reason(StrEnum):
    """Why a figure is not ranked with the others."""

    DEFINITION = "definition"
    """It was counted by another definition."""
    BOUNDARIES = "boundaries"
    """It is of units under other boundaries."""
    AS_OF = "as_of"
    """It is as of another instant."""
    PERIOD = "period"
    """It counts cases from another first day on."""
    COMPLETENESS = "completeness"
    """More, or less, of what it should be of is in it; or nobody knows how much."""
    LEVEL = "level"
    """It is a province's among communes', or the other way round."""
    MEANS = "means"
    """The unit has a kiosk and the others have none, or the other way round."""
    TOO_FEW = "too_few"
    """There are too few cases to say anything."""


@dataclass(frozen=True)
class Row:
    """A figure of a unit, with what it was counted under."""

    unit: AdministrativeUnit
    value: KpiValue
    since: date | None
    """The first day whose cases count; None: all."""
    has_kiosk: bool | None = None
    """Whether people find a kiosk there; None where it does not matter."""

    @property
    def circumstances(self) -> Circumstances:
        """Everything but the figure itself that has to be equal."""
        value = self.value
        return Circumstances(
            value.definition_hash, value.location_version, value.as_of, self.since, self.unit.level, self.has_kiosk
        )


@dataclass(frozen=True)
class Circumstances:
    """Under what a figure was counted."""

    definition: str
    boundaries: str
    as_of: datetime
    since: date | None
    level: str
    has_kiosk: bool | None


@dataclass(frozen=True)
class Ranked:
    """A figure with its place: 1 is best, equals share one, and the next place is left out."""

    rank: int
    row: Row


@dataclass(frozen=True)
class Apart:
    """A figure that is not ranked, and why not."""

    row: Row
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Comparison:
    """What may be ranked, and what may not."""

    yardstick: Circumstances | None
    """What all that are ranked have in common; None where there is nothing to rank."""
    completeness: Decimal | None
    ranked: tuple[Ranked, ...]
    apart: tuple[Apart, ...]


def compare(kpi: Kpi, rows: Iterable[Row], like: Row | None = None) -> Comparison:
    """Rank the figures that may be compared.

    Args:
        kpi: says which side is good.
        rows: one a unit.
        like: whose circumstances are the yardstick; None: those that most measurable figures share.
    """
    found = list(rows)
    yardstick = like.circumstances if like else _commonest(found)
    completeness = like.value.completeness if like else _middle(found, yardstick)
    judged = [(row, _reasons(row, yardstick, completeness)) for row in found]
    apart = tuple(Apart(row, reasons) for row, reasons in judged if reasons)
    ranked = _ranked(kpi, [row for row, reasons in judged if not reasons])
    return Comparison(yardstick if ranked else None, completeness, ranked, apart)


def _commonest(rows: Sequence[Row]) -> Circumstances | None:
    counted = Counter(row.circumstances for row in rows if row.value.is_measurable)
    return counted.most_common(1)[0][0] if counted else None


def _middle(rows: Sequence[Row], yardstick: Circumstances | None) -> Decimal | None:
    """Return the middle completeness of what is counted alike; None where most do not know theirs."""
    alike = [row.value.completeness for row in rows if row.circumstances == yardstick and row.value.is_measurable]
    known = sorted(each for each in alike if each is not None)
    return known[len(known) // 2] if len(known) * 2 > len(alike) else None


def _reasons(row: Row, yardstick: Circumstances | None, completeness: Decimal | None) -> tuple[Reason, ...]:
    own = row.circumstances
    pairs = [] if yardstick is None else [
        (Reason.DEFINITION, own.definition != yardstick.definition),
        (Reason.BOUNDARIES, own.boundaries != yardstick.boundaries),
        (Reason.AS_OF, own.as_of != yardstick.as_of),
        (Reason.PERIOD, own.since != yardstick.since),
        (Reason.COMPLETENESS, not _is_as_complete(row.value.completeness, completeness)),
        (Reason.LEVEL, own.level != yardstick.level),
        (Reason.MEANS, own.has_kiosk != yardstick.has_kiosk),
    ]  # fmt: skip
    return tuple(reason for reason, differs in [*pairs, (Reason.TOO_FEW, not row.value.is_measurable)] if differs)


def _is_as_complete(own: Decimal | None, others: Decimal | None) -> bool:
    if own is None or others is None:
        return own is others
    return abs(own - others) <= TOLERANCE


def _ranked(kpi: Kpi, rows: Sequence[Row]) -> tuple[Ranked, ...]:
    """By the exact value, so that nothing that is equal seems different for its decimals."""
    shares = [(_exact(row.value), row) for row in rows]
    ordered = sorted(shares, key=lambda each: (-each[0] if kpi.direction == "up" else each[0], each[1].unit.code))
    places: dict[Fraction, int] = {}
    for place, (share, _) in enumerate(ordered, 1):
        places.setdefault(share, place)
    return tuple(Ranked(places[share], row) for share, row in ordered)


def _exact(value: KpiValue) -> Fraction:
    return Fraction(value.amount or 0) if value.statistic == "quantile" else value.share or Fraction(0)
