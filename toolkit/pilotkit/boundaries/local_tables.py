"""What a change of units makes of ``local/``: units, successions, heads, targets, points and accounts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from pilotkit.boundaries.cell_tables import CellTable, Row
from pilotkit.boundaries.unit_change import UnitChange
from pilotkit.catalog.catalog import Catalog
from pilotkit.model.kpi import Target
from pilotkit.model.location import AdministrativeUnit
from pilotkit.model.people import Head

_NOT_IN_IDS = re.compile(r"[^a-z0-9]+")


def rewritten(catalog: Catalog, folder: Path, change: UnitChange) -> dict[str, str]:
    """Return the new text of every file that the change touches, by its path below the deployment."""
    names = ("units", "successions", "heads", "targets", "points", "accounts")
    tables = {name: CellTable(folder, f"local/{name}.csv") for name in names}
    heads = _Heads(catalog, change)
    _write_units(tables["units"], tables["successions"], change)
    heads.write(tables["heads"])
    _write_targets(tables["targets"], catalog, change, heads)
    _write_places(tables["points"], "id", change)
    _write_places(tables["accounts"], "point", change)
    return {table.file: table.text() for table in tables.values() if table.rows}


def _write_units(units: CellTable, successions: CellTable, change: UnitChange) -> None:
    last = change.since - timedelta(days=1)
    for row in units.rows:
        unit = change.ended.get(row["code"])
        if unit is not None and row["valid_from"] == unit.valid_from.isoformat():
            units.set(row, "valid_to", last)
    for unit in change.made.values():
        units.add(unit)
    for succession in change.successions():
        successions.add(succession)


def _write_places(table: CellTable, point: str, change: UnitChange) -> None:
    """Points and accounts go with their unit, or with the point that a row names."""
    for row in table.rows:
        if row["unit"] in change.ended:
            table.set(row, "unit", change.taker(row["unit"], row.get(point) or None).code)


class _Heads:
    """Which office answers for whom after the change."""

    def __init__(self, catalog: Catalog, change: UnitChange) -> None:
        self._catalog = catalog
        self._change = change
        self.of: dict[str, Head] = {code: self._head(unit) for code, unit in change.made.items()}
        """By the code of a successor."""

    def write(self, table: CellTable) -> None:
        """End the offices of units that end, and add or move those of their successors."""
        staying = {head.id: head for head in self.of.values()}
        last = self._change.since - timedelta(days=1)
        replaced: dict[str, str] = {}
        for row in table.rows:
            if row["id"] in staying:
                self._move(table, row, staying[row["id"]])
            elif row["unit"] in self._change.ended and not row.get("valid_to"):
                table.set(row, "valid_to", last)
                replaced[row["id"]] = self.of[self._change.taker(row["unit"]).code].id
        there = {row["id"] for row in table.rows}
        for row in table.rows:
            if row.get("superior") in replaced and not row.get("valid_to"):
                table.set(row, "superior", replaced[row["superior"]])
        for head in self.of.values():
            if head.id not in there:
                table.add(head.model_copy(update={"superior": replaced.get(head.superior or "", head.superior)}))

    def _move(self, table: CellTable, row: Row, head: Head) -> None:
        table.set(row, "unit", head.unit)
        table.set(row, "office", head.office)

    def _head(self, unit: AdministrativeUnit) -> Head:
        before = self._change.before(unit.code)
        rows = [row for row in self._change.rows if row.successor == unit.code]
        heads = [head for code in before if (head := self._catalog.head_of(code))]
        named = next((row.head for row in rows if row.head), None)
        goes_on = len(before) == 1 and self._change.goes_on(before[0]) and bool(heads)
        identity = named or (heads[0].id if goes_on else self._free_id(unit))
        office = next((row.office for row in rows if row.office), None) or self._office(unit, identity, before)
        superior = next((head.superior for head in heads if head.superior), None)
        return Head(id=identity, unit=unit.code, office=office, superior=superior)

    def _office(self, unit: AdministrativeUnit, identity: str, before: list[str]) -> str:
        """As it was where the unit's name is as it was, or where nothing else says what heads are called."""
        known, pattern = self._catalog.heads.get(identity), self._catalog.pattern
        was_called = {self._change.ended[code].name for code in before}
        if known is not None and (pattern is None or was_called == {unit.name}):
            return known.office
        return pattern.name_head(unit) if pattern is not None else f"Head of {unit.name}"

    def _free_id(self, unit: AdministrativeUnit) -> str:
        usual = f"head-{_NOT_IN_IDS.sub('-', unit.code.lower()).strip('-')}"
        return usual if usual not in self._catalog.heads else f"{usual}-{unit.valid_from}"


def _write_targets(table: CellTable, catalog: Catalog, change: UnitChange, heads: _Heads) -> None:
    """Targets that are over stay with the unit that they were of; the others pass to its successors."""
    passed: list[tuple[str, Target]] = []
    for row, target in zip(table.rows, catalog.targets, strict=True):
        unit = change.ended.get(target.unit)
        if unit is None or target.unit_from is not None:
            continue
        if is_over(target, change):
            table.set(row, "unit_from", unit.valid_from)
        elif change.goes_on(unit.code):
            successor = change.rows_of(unit.code)[0].successor
            table.set(row, "unit", successor)
            table.set(row, "head", heads.of[successor].id)
        else:
            table.set(row, "unit_from", unit.valid_from)
            passed += [(each.successor, target) for each in change.rows_of(unit.code)]
    for target in merged_targets(catalog, passed):
        table.add(target.model_copy(update={"head": heads.of[target.unit].id}))


def is_over(target: Target, change: UnitChange) -> bool:
    """Whether a target was due before the change."""
    return target.due is not None and target.due < change.since


def merged_targets(catalog: Catalog, passed: list[tuple[str, Target]]) -> Iterator[Target]:
    """One target for each successor, KPI and due date: where goals differ, the one that asks most."""
    together: dict[tuple[str, str, object], list[Target]] = {}
    for successor, target in passed:
        together.setdefault((successor, target.kpi, target.due), []).append(target)
    for (successor, kpi, _), targets in together.items():
        sign = 1 if catalog.kpi(kpi).direction == "up" else -1
        strictest = max(targets, key=lambda each: sign * Decimal(each.goal))
        assigned = min((each.assigned for each in targets if each.assigned), default=None)
        yield strictest.model_copy(update={"unit": successor, "assigned": assigned})
