"""The lineage of units: the unit that a code named on a day, and successions with their shares.

Reforms reuse codes for other places, so every answer here is a :class:`UnitKey`: scheme, code and first day. Shares are
exact fractions. A unit's line is followed forwards through the declared successions (``local/successions.csv``) and
backwards through the shares derived from them.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from pilotkit.errors import DataError, DuplicateError, Place
from pilotkit.model.location import AdministrativeUnit, Succession, UnitKey

UNITS = "local/units.csv"
SUCCESSIONS = "local/successions.csv"
_ROWS = 2
"""The line number of a table's first row."""
Shares = tuple[tuple[UnitKey, Fraction], ...]


class Lineage:
    """All present and former units, and their successions.

    Args:
        units: the rows of ``local/units.csv``.
        successions: the rows of ``local/successions.csv``.

    Raises:
        DuplicateError: a unit stands twice.
        DataError: one code names two units on a day; a succession names a unit that is not there, turns in a circle,
            begins before its unit or leaves days between; shares do not add up to 1. Says the file and the line.
    """

    def __init__(self, units: Sequence[AdministrativeUnit], successions: Sequence[Succession] = ()) -> None:
        self.units: Mapping[UnitKey, AdministrativeUnit] = _by_key(units)
        self._holders = _holders(units)
        self._after: dict[UnitKey, list[Succession]] = defaultdict(list)
        self._before: dict[UnitKey, list[Succession]] = defaultdict(list)
        self._line = {id(each): line for line, each in enumerate(successions, start=_ROWS)}
        for each in successions:
            self._after[each.key].append(each)
            self._before[each.successor_key].append(each)
        for each in successions:
            self._check_dates(each)
        for each in successions:
            self._check_ends(each)
        for key in self._after:
            self._check_shares(key)
        self._known_shares: dict[tuple[UnitKey, date], Shares] = {}
        self._known_versions: dict[date, str] = {}

    @property
    def has_changes(self) -> bool:
        """Whether any unit has a successor."""
        return bool(self._after)

    @property
    def current(self) -> dict[str, AdministrativeUnit]:
        """By code, the units without a successor; in the order of their file."""
        newest = {code: held[-1] for code, held in self._holders.items()}
        return {
            unit.code: unit for key, unit in self.units.items() if key not in self._after and newest[unit.code] is unit
        }

    @property
    def former(self) -> tuple[AdministrativeUnit, ...]:
        """The units with a successor."""
        return tuple(unit for key, unit in self.units.items() if key in self._after)

    def holder(self, code: str, on: date) -> AdministrativeUnit | None:
        """Return the unit with a code on a day; before its first unit, that one; None for an unknown code."""
        holders = self._holders.get(code, [])
        return next((unit for unit in reversed(holders) if unit.valid_from <= on), holders[0] if holders else None)

    def named(self, code: str, valid_from: date) -> AdministrativeUnit | None:
        """Return the unit with this code and first day; None where there is none."""
        return next((unit for unit in self._holders.get(code, []) if unit.valid_from == valid_from), None)

    def successors(self, key: UnitKey) -> tuple[Succession, ...]:
        """Return the successions from a unit."""
        return tuple(self._after.get(key, ()))

    def units_on(self, day: date) -> tuple[AdministrativeUnit, ...]:
        """Return the units that existed on a day; before the first change, the first ones."""
        return tuple(unit for key, unit in self.units.items() if self._is_of(key, day))

    def version(self, day: date) -> str:
        """Return the version of a day's boundaries, as :func:`version_of`."""
        if day not in self._known_versions:
            self._known_versions[day] = version_of(self.units_on(day))
        return self._known_versions[day]

    def shares(self, key: UnitKey, day: date) -> Shares:
        """Return the units of a day that a unit's cases belong to, with shares that add up to 1.

        Raises:
            DataError: a merged unit would have to be divided among its predecessors, and no share is declared.
        """
        if (key, day) not in self._known_shares:
            summed: dict[UnitKey, Fraction] = defaultdict(Fraction)
            for end, share in self._followed(key, day, Fraction(1)):
                summed[end] += share
            self._known_shares[key, day] = tuple(sorted(summed.items()))
        return self._known_shares[key, day]

    def _followed(self, key: UnitKey, day: date, share: Fraction) -> Iterator[tuple[UnitKey, Fraction]]:
        taken = [each for each in self._after.get(key, ()) if each.since <= day]
        given = self._before.get(key, []) if key.valid_from > day else []
        for each in taken:
            yield from self._followed(each.successor_key, day, share * each.share)
        for each, part in self._divided(given):
            yield from self._followed(each.key, day, share * part)
        if not taken and not given:
            yield key, share

    def _divided(self, given: list[Succession]) -> Iterator[tuple[Succession, Fraction]]:
        """Yield the share of a unit that came from each predecessor: as declared, or else by population."""
        said = [each.share_of_successor for each in given]
        if any(part is None for part in said) and len(given) > 1:
            people = [self.units[each.key].population for each in given]
            if any(count is None for count in people):
                each = given[0]
                raise self._error(
                    each,
                    f"nothing says which share of unit '{each.successor}' was once '{each.code}', so figures cannot be "
                    f"shown under the boundaries before {each.since}.",
                    f"Write it in column share_of_successor, or the former units' population in {UNITS}.",
                )
            said = [each.share * count for each, count in zip(given, people, strict=True) if count]
        parts = [Fraction(part or 1) for part in said]
        for each, part in zip(given, parts, strict=True):
            yield each, part / sum(parts)

    def _is_of(self, key: UnitKey, day: date) -> bool:
        began = key.valid_from <= day or key not in self._before
        return began and not any(each.since <= day for each in self._after.get(key, ()))

    def _check_dates(self, each: Succession) -> None:
        if each.since <= each.valid_from:
            if circle := self._way_back(each):
                raise self._error(each, f"the succession turns in a circle: {circle}.", "Remove the row that is wrong.")
            raise self._error(
                each, f"'{each.code}' would end on {each.since}, before it began.", "Correct one of the two dates."
            )

    def _check_ends(self, each: Succession) -> None:
        if each.key not in self.units:
            raise self._error(
                each, f"there is no unit '{each.code}' from {each.valid_from}.", f"Name one that stands in {UNITS}."
            )
        if each.successor_key not in self.units:
            raise self._error(
                each, f"there is no unit '{each.successor}' from {each.since}.", f"Add the successor to {UNITS}."
            )
        if self.units[each.key].valid_to != each.since - timedelta(days=1):
            raise self._error(
                each,
                f"'{each.code}' ends on {self.units[each.key].valid_to}, and is taken over from on {each.since}.",
                f"Write the day before the succession in column valid_to of {UNITS}.",
            )

    def _way_back(self, each: Succession) -> str:
        """Return the codes of a cycle of successions through a unit; empty where there is none."""
        ways = [(each.successor_key, f"{each.code} → {each.successor}")]
        seen: set[UnitKey] = set()
        while ways:
            here, told = ways.pop()
            if here == each.key:
                return told
            if here not in seen:
                seen.add(here)
                ways += [(more.successor_key, f"{told} → {more.successor}") for more in self._after.get(here, ())]
        return ""

    def _check_shares(self, key: UnitKey) -> None:
        rows = self._after[key]
        if (total := sum((each.share for each in rows), Fraction(0))) != 1:
            raise self._error(
                rows[-1], shares_off(key.code, total), "Correct the shares: fractions such as 1/3 are exact."
            )
        if len({each.successor_key for each in rows}) < len(rows):
            raise self._error(rows[-1], f"'{key.code}' passes to one unit twice.", "Keep one row for each successor.")

    def _error(self, each: Succession, what: str, remedy: str) -> DataError:
        return DataError(what, where=Place(SUCCESSIONS, line=self._line[id(each)]), remedy=remedy)


def shares_off(code: str, total: Fraction) -> str:
    """Return the message for shares that do not add up to 1."""
    return f"the successors of '{code}' take {total} of it together, not 1."


def version_of(units: Iterable[AdministrativeUnit]) -> str:
    """Return the version of a set of units: the scheme, the newest date and a hash of all keys."""
    keys = sorted(unit.key for unit in units)
    scheme = keys[0].scheme if keys else "none"
    newest = max((key.valid_from.isoformat() for key in keys), default="none")
    return f"{scheme}@{newest}#{hashlib.sha256(repr(keys).encode()).hexdigest()[:8]}"


def _by_key(units: Sequence[AdministrativeUnit]) -> dict[UnitKey, AdministrativeUnit]:
    found: dict[UnitKey, AdministrativeUnit] = {}
    for line, unit in enumerate(units, start=_ROWS):
        if unit.key in found:
            raise DuplicateError(
                f"code '{unit.code}' stands twice.",
                where=Place(UNITS, "code", line),
                remedy="Remove or rename one row.",
            )
        found[unit.key] = unit
    return found


def _holders(units: Sequence[AdministrativeUnit]) -> dict[str, list[AdministrativeUnit]]:
    """Return the units by code, the oldest first."""
    holders: dict[str, list[tuple[AdministrativeUnit, int]]] = defaultdict(list)
    for line, unit in enumerate(units, start=_ROWS):
        holders[unit.code].append((unit, line))
    for code, held in holders.items():
        held.sort(key=lambda each: each[0].valid_from)
        for (earlier, _), (later, line) in pairwise(held):
            if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
                until = f"until {earlier.valid_to}" if earlier.valid_to else "without an end"
                raise DataError(
                    f"code '{code}' names {earlier.name} {until}, and {later.name} from {later.valid_from} on.",
                    where=Place(UNITS, "valid_from", line),
                    remedy="End the earlier one the day before in column valid_to, or use another code.",
                )
    return {code: [unit for unit, _ in held] for code, held in holders.items()}
