"""The worker that makes facts: from everything at once, or from what has happened since the last record it saw."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import pyarrow as pa

from pilotkit.catalog.catalog import Catalog
from pilotkit.facts.case_rows import CaseRows, attributes_of
from pilotkit.facts.catalog_rows import catalog_tables
from pilotkit.facts.columns import CASES, SUPPORT
from pilotkit.facts.month_layers import MonthLayers, newest_in
from pilotkit.facts.segments import FORMAT, Home, Segment, SegmentIndex, new_version
from pilotkit.facts.support_rows import SupportRows
from pilotkit.storage.fact_reader import FactReader
from pilotkit.storage.store import Store

_CALENDAR_YEARS = (2015, 2040)


@dataclass(frozen=True)
class FactBuilder:
    """Makes the facts of one deployment. Only one may be at it at a time: see :meth:`Home.working`."""

    catalog: Catalog
    store: Store
    home: Home

    def is_behind(self, state: SegmentIndex) -> bool:
        """Whether cases, support or the catalog have changed since."""
        if (state.catalog, state.tables) != (self._catalog_hash, self._tables_hash):
            return True
        with self.store.fact_reading() as reader:
            last = reader.last_record()
            if (last.number, last.hash) != (state.audit_number, state.audit_hash) if last else state.audit_number:
                return True
            return any(newest > state.support_since for _, newest in self._support.since(reader, state.support_since))

    def missing(self, state: SegmentIndex) -> int:
        """How many stored cases a state has not got."""
        with self.store.fact_reading() as reader:
            return reader.received_since(state.audit_number)

    def rebuild(self) -> SegmentIndex:
        """Make all facts anew; the ones there were stay in use until the last file is on disk."""
        before = self.home.current()
        with self.store.fact_reading() as reader:
            last = reader.last_record()
            cases = MonthLayers(self.home, CASES, self._cases.schema)
            segments = [*cases.build(map(self._cases.table, reader.cases()))]
            support, since = self._support_segments(reader, (), 0)
            state = SegmentIndex(
                version=new_version(), catalog=self._catalog_hash, tables=self._tables_hash,
                audit_number=last.number if last else 0, audit_hash=last.hash if last else "",
                newest=max(cases.newest, since), support_since=since, cases=cases.added,
                attributes=tuple(sorted(reader.attribute_names())),
                segments=(*segments, *support, *self._catalog_segments()),
            )  # fmt: skip
        return self.home.publish(state, before)

    def refresh(self, state: SegmentIndex) -> SegmentIndex:
        """Add what has happened since ``state``; all anew where that cannot be told."""
        with self.store.fact_reading() as reader:
            known = not state.audit_number or reader.has_record(state.audit_number, state.audit_hash)
            if known and state.catalog == self._catalog_hash:
                return self.home.publish(self._refreshed(state, reader), state)
        return self.rebuild()

    def _refreshed(self, state: SegmentIndex, reader: FactReader) -> SegmentIndex:
        last = reader.last_record()
        cases = MonthLayers(self.home, CASES, self._cases.schema)
        changed = pa.concat_tables(
            [self._cases.schema.empty_table(), *map(self._cases.table, reader.changed_cases(state.audit_number))],
            promote_options="permissive",
        )
        segments = cases.merge(state.of("cases"), changed)
        support, since = self._support_segments(reader, state.of("support"), state.support_since)
        is_same = state.tables == self._tables_hash
        tables = [each for each in state.segments if each.table not in ("cases", "support")]
        return state.model_copy(
            update={
                "version": new_version(),
                "tables": self._tables_hash,
                "audit_number": last.number if last else 0,
                "audit_hash": last.hash if last else "",
                "newest": max(state.newest, newest_in(changed, CASES), since),
                "support_since": since,
                "cases": state.cases + reader.received_since(state.audit_number),
                "attributes": tuple(sorted(reader.attribute_names())),
                "segments": (*segments, *support, *(tables if is_same else self._catalog_segments())),
            }
        )

    def _support_segments(
        self, reader: FactReader, segments: tuple[Segment, ...], since: int
    ) -> tuple[tuple[Segment, ...], int]:
        found = list(self._support.since(reader, since))
        newest = max([since, *(newest for _, newest in found)])
        if newest == since:
            return segments, since
        schema = self._support.schema
        rows = pa.concat_tables([schema.empty_table(), *(table for table, _ in found)], promote_options="permissive")
        return tuple(MonthLayers(self.home, SUPPORT, schema).merge(segments, rows)), newest

    def _catalog_segments(self) -> Iterator[Segment]:
        for name, rows in catalog_tables(self.catalog).items():
            yield self.home.write(name, "all", "base", rows, settled=True)

    @cached_property
    def _cases(self) -> CaseRows:
        return CaseRows(self.catalog)

    @cached_property
    def _support(self) -> SupportRows:
        return SupportRows(self.catalog)

    @cached_property
    def _catalog_hash(self) -> str:
        """Of all that the catalog adds to each case; the calendar is in it, since it makes the working minutes."""
        return _hash(
            FORMAT,
            map(attributes_of, self.catalog.procedures.values()),
            ((*key, unit.level, unit.parent) for key, unit in self.catalog.lineage.units.items()),
            ((id_, point.kind.value, point.unit) for id_, point in self.catalog.points.items()),
            self.catalog.settings.deployment.province,
            self.catalog.settings.calendar,
            self.catalog.settings.deployment.timezone,
            _working_days(self.catalog),
        )

    @cached_property
    def _tables_hash(self) -> str:
        return _hash(*(rows.to_pylist() for rows in catalog_tables(self.catalog).values()))


def _working_days(catalog: Catalog) -> str:
    first, last = (date(year, 1, 1) for year in _CALENDAR_YEARS)
    is_working = catalog.working_time.is_working
    return "".join("01"[is_working(first + timedelta(days=number))] for number in range((last - first).days))


def _hash(*parts: object) -> str:
    digest = hashlib.sha256()
    for part in parts:
        lines = part if isinstance(part, Iterable) and not isinstance(part, str) else [part]
        for line in lines:
            digest.update(repr(line).encode())
    return digest.hexdigest()[:32]
