"""A change of units as it was decided: one CSV file, one day, one row for each unit and successor.

A rename is one row with share 1; a merge has several units with one successor; a split has one unit with several
successors, whose shares add up to 1. A unit that goes on under its own code while another joins it is listed too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Annotated, NoReturn

from pydantic import Field

from pilotkit.catalog.catalog import Catalog
from pilotkit.errors import DataError, Place
from pilotkit.model.lineage import shares_off
from pilotkit.model.location import AdministrativeUnit, Latitude, Longitude, Succession
from pilotkit.model.source import Sourced
from pilotkit.model.text import Identifier
from pilotkit.reading.csv_data import read_csv

_ROWS = 2
"""The line of a table's first row."""
_OF_SUCCESSOR = ("name", "kind", "parent", "latitude", "longitude", "area_km2", "population", "head", "office")
"""What rows with the same successor must agree on."""


class ChangeRow(Sourced):
    """One unit that ends and one that takes over from it, wholly or in part: a row of the file of a change."""

    code: str
    """The code of the unit that ends, as ``local/units.csv`` has it today."""
    valid_from: date | None = None
    """Its first day; may be left out, and is held against today's unit where it is given."""
    successor: str
    """The code of the unit that takes over. It may be one that another unit has given up."""
    since: date
    """The first day of the successor; the same in every row."""
    share: Annotated[Fraction, Field(gt=0, le=1)] = Fraction(1)
    """How much of the unit passes to this successor, such as ``1``, ``0.4`` or ``1/3``."""
    share_of_successor: Annotated[Fraction, Field(gt=0, le=1)] | None = None
    """How much of the successor this is; absent: by population. Only figures under earlier boundaries need it."""
    name: str
    """The successor's official name with its kind."""
    kind: str
    """The successor's kind in the country's own words."""
    parent: str | None = None
    """The code of the successor's province; absent: that of the unit."""
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    area_km2: Annotated[float, Field(gt=0)] | None = None
    population: Annotated[int, Field(gt=0)] | None = None
    head: Identifier | None = None
    """The id of the office that answers for the successor; absent: the one there is, or a new one after its code."""
    office: str | None = None
    """What that office is called; absent: by the pattern of the package's network."""
    points: tuple[Identifier, ...] = ()
    """Of a split: the service points, separated by spaces, that go to this successor."""
    takes_cases: bool = False
    """Of a split: whether this successor gets the open cases, points and accounts that no row names. Absent
    everywhere: the one with the largest share."""


@dataclass(frozen=True)
class UnitChange:
    """One day's change, checked against a deployment."""

    since: date
    rows: tuple[ChangeRow, ...]
    ended: dict[str, AdministrativeUnit]
    """The units that end, by code, in the order of the file."""
    made: dict[str, AdministrativeUnit]
    """The successors, by code."""
    is_recorded: bool
    """Whether the deployment has this change already, so that only cases may be left to hand over."""

    def rows_of(self, code: str) -> list[ChangeRow]:
        """Return what becomes of one unit."""
        return [row for row in self.rows if row.code == code]

    def before(self, successor: str) -> list[str]:
        """Return the codes of the units that one takes over from."""
        return [row.code for row in self.rows if row.successor == successor]

    def taker(self, code: str, point: str | None = None) -> AdministrativeUnit:
        """Who gets what a unit had and cannot be divided: by the service point where it is, or else the main one."""
        rows = self.rows_of(code)
        by_point = [row for row in rows if point is not None and point in row.points]
        return self.made[(by_point or [_taking(rows)])[0].successor]

    def goes_on(self, code: str) -> bool:
        """Whether a unit has one successor that takes over from nobody else: a rename, or a new code."""
        rows = self.rows_of(code)
        return len(rows) == 1 and self.before(rows[0].successor) == [code]

    def successions(self) -> Iterator[Succession]:
        """Yield what is recorded of it."""
        for row in self.rows:
            unit = self.ended[row.code]
            yield Succession(
                scheme=unit.scheme, code=unit.code, valid_from=unit.valid_from, successor=row.successor,
                since=row.since, share=row.share, share_of_successor=row.share_of_successor,
                reference=row.reference, certainty=row.certainty,
            )  # fmt: skip


def read_change(catalog: Catalog, path: Path) -> UnitChange:
    """Return a change from its file.

    Raises:
        DataError: it is not a change that can be made here; says the file, the line and what to do.
    """
    rows = tuple(read_csv(ChangeRow, path, str(path)))
    if not rows:
        raise DataError("holds no change.", where=Place(str(path)), remedy="Write one row a unit and successor.")
    reading = _Reading(catalog, rows, str(path))
    is_recorded = reading.is_recorded()
    return reading.checked(is_recorded=is_recorded)


def _taking(rows: Sequence[ChangeRow]) -> ChangeRow:
    return next((row for row in rows if row.takes_cases), max(rows, key=lambda row: row.share))


class _Reading:
    """The rows of one file, on their way to a change."""

    def __init__(self, catalog: Catalog, rows: tuple[ChangeRow, ...], file: str) -> None:
        self._catalog = catalog
        self._rows = rows
        self._file = file
        self._since = rows[0].since

    def is_recorded(self) -> bool:
        """Whether every row stands in ``local/successions.csv`` already.

        Raises:
            DataError: only some do.
        """
        there = [self._is_there(row) for row in self._rows]
        if any(there) and not all(there):
            self._refuse(
                there.index(False), "successor", "is not recorded here, while other rows of the file are.",
                "Restore local/ from before the change, or write the new rows into a file of their own.",
            )  # fmt: skip
        return all(there)

    def checked(self, *, is_recorded: bool) -> UnitChange:
        if is_recorded:
            lineage = self._catalog.lineage
            ended = {row.code: self._recorded(row) for row in self._rows}
            made = {
                row.successor: unit
                for row in self._rows
                if (unit := lineage.named(row.successor, row.since)) is not None
            }
            return UnitChange(self._since, self._rows, ended, made, is_recorded=True)
        ended = {row.code: self._ending(index, row) for index, row in enumerate(self._rows)}
        for index, row in enumerate(self._rows):
            self._check_successor(index, row, ended)
            self._check_points(index, row)
        self._check_shares()
        made = {row.successor: self._made(row, ended[row.code]) for row in self._rows}
        return UnitChange(self._since, self._rows, ended, made, is_recorded=False)

    def _is_there(self, row: ChangeRow) -> bool:
        lineage = self._catalog.lineage
        return any(
            (each.code, each.successor, each.since, each.share) == (row.code, row.successor, row.since, row.share)
            for unit in lineage.former
            for each in lineage.successors(unit.key)
        )

    def _recorded(self, row: ChangeRow) -> AdministrativeUnit:
        lineage = self._catalog.lineage
        return next(
            unit
            for unit in lineage.former
            if unit.code == row.code and any(each.since == row.since for each in lineage.successors(unit.key))
        )

    def _ending(self, index: int, row: ChangeRow) -> AdministrativeUnit:
        if row.since != self._since:
            self._refuse(
                index, "since", f"is {row.since}, where the first row says {self._since}.",
                "Write each day's change into a file of its own.",
            )  # fmt: skip
        unit = self._catalog.units.get(row.code)
        if unit is None:
            self._refuse_unknown(index, row)
        if row.valid_from not in {None, unit.valid_from}:
            self._refuse(
                index, "valid_from", f"says {row.valid_from}, but code '{row.code}' names {unit.name} since "
                f"{unit.valid_from}.", "Check which of the code's units is meant: codes are reused.",
            )  # fmt: skip
        if row.since <= unit.valid_from:
            self._refuse(
                index, "since", f"is {row.since}, but {unit.name} exists only from {unit.valid_from} on.",
                "Correct the day.",
            )  # fmt: skip
        if unit.level == "province" and row.successor != row.code:
            self._refuse(
                index, "successor", "gives the province of this deployment another code.",
                "A province can be renamed; for another province make another deployment.",
            )  # fmt: skip
        return unit

    def _check_successor(self, index: int, row: ChangeRow, ended: dict[str, AdministrativeUnit]) -> None:
        holder = self._catalog.units.get(row.successor)
        if holder is not None and row.successor not in ended:
            self._refuse(
                index, "successor", f"has the code of {holder.name}, which goes on: the two would overlap.",
                f"List {row.successor} too, as passing into itself with share 1, or give another code.",
            )  # fmt: skip
        first = next(each for each in self._rows if each.successor == row.successor)
        for field in _OF_SUCCESSOR:
            if getattr(row, field) not in {getattr(first, field), None}:
                self._refuse(
                    index, field, f"is {getattr(row, field)!r}, where an earlier row of {row.successor} says "
                    f"{getattr(first, field)!r}.", "Say the same in both.",
                )  # fmt: skip
        if [(each.code, each.successor) for each in self._rows].index((row.code, row.successor)) != index:
            self._refuse(index, "successor", f"takes over from '{row.code}' twice.", "Remove one of the two rows.")
        if row.parent is not None and row.parent not in self._catalog.units:
            self._refuse(index, "parent", f"'{row.parent}' is no province here.", "Correct the code.")
        if (
            row.head is not None
            and row.head not in self._catalog.heads
            and row.office is None
            and self._catalog.pattern is None
        ):
            self._refuse(index, "office", "is missing for a head that is new.", "Say what the office is called.")

    def _check_points(self, index: int, row: ChangeRow) -> None:
        for point in row.points:
            known = self._catalog.points.get(point)
            if known is None or known.unit != row.code:
                where = f"stands in unit {known.unit}" if known else "is not there"
                self._refuse(index, "points", f"names '{point}', which {where}.", f"Name points of unit {row.code}.")
            if sum(point in each.points for each in self._rows) > 1:
                self._refuse(index, "points", f"names '{point}', as another row does.", "Leave it in one row.")

    def _check_shares(self) -> None:
        by_code: dict[str, list[int]] = defaultdict(list)
        for index, row in enumerate(self._rows):
            by_code[row.code].append(index)
        for code, indexes in by_code.items():
            rows = [self._rows[index] for index in indexes]
            if (total := sum(row.share for row in rows)) != 1:
                self._refuse(
                    indexes[-1], "share", shares_off(code, Fraction(total)), "Fractions such as 1/3 are exact."
                )
            if sum(row.takes_cases for row in rows) > 1:
                self._refuse(indexes[-1], "takes_cases", "is said of two successors.", "Say it of one.")
            largest = max(row.share for row in rows)
            if not any(row.takes_cases for row in rows) and sum(row.share == largest for row in rows) > 1:
                self._refuse(
                    indexes[-1], "takes_cases", f"is said of no successor of '{code}', and none has the largest share.",
                    "Say true for the one that gets the open cases that no point tells.",
                )  # fmt: skip

    def _made(self, row: ChangeRow, unit: AdministrativeUnit) -> AdministrativeUnit:
        first = next(each for each in self._rows if each.successor == row.successor)
        return AdministrativeUnit(
            scheme=unit.scheme, code=row.successor, valid_from=row.since, name=first.name, kind=first.kind,
            level=unit.level, parent=first.parent or unit.parent, latitude=first.latitude, longitude=first.longitude,
            area_km2=first.area_km2, population=first.population,
        )  # fmt: skip

    def _refuse_unknown(self, index: int, row: ChangeRow) -> NoReturn:
        former = self._catalog.lineage.holder(row.code, row.since)
        ended = f": {former.name} ended on {former.valid_to}" if former else ""
        self._refuse(
            index, "code", f"'{row.code}' is no unit of this deployment today{ended}.", "Name one of local/units.csv."
        )

    def _refuse(self, index: int, key: str, what: str, remedy: str) -> NoReturn:
        raise DataError(what, where=Place(self._file, key, index + _ROWS), remedy=remedy)
