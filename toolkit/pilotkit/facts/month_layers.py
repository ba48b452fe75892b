"""Base and delta: how rows are kept by month so that a few changed ones cost a few, wherever they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pilotkit.facts.columns import Table
from pilotkit.facts.segments import ROW_GROUP, Home, Segment

SMALL = 20_000
"""Rows of a delta that are never worth a new base."""
SHARE = 8
"""A delta with more than one row for this many of its month becomes a new base with it."""
BUFFERED = 1_000_000
"""Rows that wait in memory for their months' files."""
_INSTANTS = {
    "cases": ("received_at", "ended_at", "stands_since", "handed_at"),
    "support": ("happened_at", "summoned_at", "ended_at"),
}


class MonthLayers:
    """Writes the segments of one table.

    Args:
        home: where they stand.
        table: which one.
        schema: the columns of its files.
    """

    def __init__(self, home: Home, table: Table, schema: pa.Schema) -> None:
        self._home, self._table, self._schema = home, table, schema
        self.added = 0
        """Rows that :meth:`build` has written."""
        self.newest = 0
        """The newest instant among them."""

    def build(self, chunks: Iterable[pa.Table]) -> Iterator[Segment]:
        """Segments of a new base, from chunks in any order of months."""
        waiting: dict[tuple[str, bool], list[pa.Table]] = {}
        buffered = 0
        for chunk in chunks:
            self.added += chunk.num_rows
            self.newest = max(self.newest, newest_in(chunk, self._table))
            for part, rows in self._parts(chunk):
                waiting.setdefault(part, []).append(rows)
                buffered += rows.num_rows
            while buffered > BUFFERED:
                largest = max(waiting, key=lambda part: sum(each.num_rows for each in waiting[part]))
                rows = self._together(waiting.pop(largest))
                buffered -= rows.num_rows
                yield self._write(largest, "base", rows)
        for part, tables in waiting.items():
            yield self._write(part, "base", self._together(tables))

    def merge(self, segments: Sequence[Segment], rows: pa.Table) -> tuple[Segment, ...]:
        """Return the segments with these rows in the place of those that have the same keys."""
        if not rows.num_rows:
            return tuple(segments)
        months = {month for (month, _), _ in self._parts(rows)}
        untouched = [each for each in segments if each.month not in months]
        made = [
            segment
            for month in sorted(months)
            for segment in self._merge_month(
                [each for each in segments if each.month == month], rows.filter(pc.equal(_text(rows, "month"), month))
            )
        ]
        return (*untouched, *made)

    def _merge_month(self, segments: Sequence[Segment], rows: pa.Table) -> Iterator[Segment]:
        base = [each for each in segments if each.layer == "base"]
        earlier = [self._read(each) for each in segments if each.layer == "delta"]
        kept = [each.filter(pc.invert(pc.is_in(each[self._table.key], rows[self._table.key]))) for each in earlier]
        delta = self._together([*kept, rows])
        is_small = delta.num_rows <= SMALL or delta.num_rows * SHARE <= sum(each.rows for each in base)
        if base and is_small:
            yield from base
            for part, found in self._parts(delta):
                yield self._write(part, "delta", found)
        else:
            yield from self.build(self._without(base, delta))

    def _without(self, base: Sequence[Segment], delta: pa.Table) -> Iterator[pa.Table]:
        """Yield the rows of the base that the delta does not replace, piece by piece, and then the delta."""
        keys = delta[self._table.key].combine_chunks()
        for segment in base:
            with pq.ParquetFile(self._home.path(segment)) as file:
                for batch in file.iter_batches(ROW_GROUP):
                    piece = self._cast(pa.Table.from_batches([batch]))
                    yield piece.filter(pc.invert(pc.is_in(piece[self._table.key], keys)))
        yield delta

    def _parts(self, rows: pa.Table) -> Iterator[tuple[tuple[str, bool], pa.Table]]:
        """Rows by month, and by whether they are settled."""
        months, settled = _text(rows, "month"), rows["ended_at"].is_valid()
        for month in sorted(pc.unique(months).to_pylist()):
            in_month = pc.equal(months, month)
            for is_settled in (True, False):
                found = rows.filter(pc.and_(in_month, settled if is_settled else pc.invert(settled)))
                if found.num_rows:
                    yield (month, is_settled), found

    def _write(self, part: tuple[str, bool], layer: Literal["base", "delta"], rows: pa.Table) -> Segment:
        month, is_settled = part
        return self._home.write(self._table.name, month, layer, rows, settled=is_settled)

    def _read(self, segment: Segment) -> pa.Table:
        return self._cast(pq.read_table(self._home.path(segment)))

    def _cast(self, rows: pa.Table) -> pa.Table:
        return rows.select(self._schema.names).cast(self._schema)

    def _together(self, tables: Sequence[pa.Table]) -> pa.Table:
        return pa.concat_tables(tables, promote_options="permissive").unify_dictionaries().combine_chunks()


def newest_in(rows: pa.Table, table: Table) -> int:
    """Return the newest instant in rows; 0 where there is none."""
    found: list[Any] = [pc.max(rows[name]).as_py() for name in _INSTANTS[table.name]]
    return max((each for each in found if each is not None), default=0)


def _text(rows: pa.Table, name: str) -> pa.ChunkedArray:
    return rows[name].cast(pa.string())
