"""What became of units: which unit a code named on a day, and who took over which share of whom.

Reforms reuse codes for other places, so every answer here is a :class:`UnitKey`: scheme, code and first day. Shares are
exact fractions. A unit's line is followed forwards through what was decided (``local/successions.csv``) and backwards
through what follows from it.
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
"""The line of a table's first row."""
Shares = tuple[tuple[UnitKey, Fraction], ...]


class Lineage:
    """All units that there are or were, and their successions.

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
        """By code, the units that nobody has taken over from; in the order of their file."""
        newest = {code: held[-1] for code, held in self._holders.items()}
        return {
            unit.code: unit for key, unit in self.units.items() if key not in self._after and newest[unit.code] is unit
        }

    @property
    def former(self) -> tuple[AdministrativeUnit, ...]:
        """The units that others have taken over from."""
        return tuple(unit for key, unit in self.units.items() if key in self._after)

    def holder(self, code: str, on: date) -> AdministrativeUnit | None:
        """Whom the code named on a day; before its first unit began that one, None where the code names nobody."""
        holders = self._holders.get(code, [])
        return next((unit for unit in reversed(holders) if unit.valid_from <= on), holders[0] if holders else None)

    def named(self, code: str, valid_from: date) -> AdministrativeUnit | None:
        """The unit with this code and first day; None where there is none."""
        return next((unit for unit in self._holders.get(code, []) if unit.valid_from == valid_from), None)

    def successors(self, key: UnitKey) -> tuple[Succession, ...]:
        """Who took over from a unit."""
        return tuple(self._after.get(key, ()))

    def units_on(self, day: date) -> tuple[AdministrativeUnit, ...]:
        """The units that existed on a day; before the first change those that were then the first."""
        return tuple(unit for key, unit in self.units.items() if self._is_of(key, day))

    def version(self, day: date) -> str:
        """Names the boundaries of a day, as :func:`version_of` does."""
        if day not in self._known_versions:
            self._known_versions[day] = version_of(self.units_on(day))
        return self._known_versions[day]

    def shares(self, key: UnitKey, day: date) -> Shares:
        """Whose a unit's cases are under the boundaries of a day: units of that day, with shares that add up to 1.

        Raises:
            DataError: a merged unit would have to be divided among those before it, and nothing says how.
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
        """Which share of a unit came from each of those before it: as decided, or else by their people."""
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
        """The codes from a unit through its successors to itself; empty where they do not lead back."""
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
    """What is wrong with shares that leave something over, or give away more than there is."""
    return f"the successors of '{code}' take {total} of it together, not 1."


def version_of(units: Iterable[AdministrativeUnit]) -> str:
    """Which units, under which codes, figures are of: the scheme, the newest date and a hash of all keys."""
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
    """Who had each code, the oldest first."""
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
