"""Queue tickets and ratings become rows of ``support``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from pilotkit.catalog.catalog import Catalog
from pilotkit.facts.case_rows import Places, day_table, days
from pilotkit.storage.fact_reader import RATING_COLUMNS, TICKET_COLUMNS, FactReader

MARGIN = 600_000_000
"""Microseconds before the newest instant that are read again: who began to write earlier may have ended later."""
SECOND = 1_000_000
_STATES = {"served", "skipped"}


class SupportRows:
    """What the catalog adds to each visit and rating.

    Args:
        catalog: the deployment's.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._places = Places(catalog)

    @property
    def schema(self) -> pa.Schema:
        """The columns of the files."""
        return self._table([]).schema

    def since(self, reader: FactReader, instant: int) -> Iterator[tuple[pa.Table, int]]:
        """Rows that may have changed from an instant on, in chunks, each with its newest instant."""
        start = max(0, instant - MARGIN)
        day = (datetime.fromtimestamp(start / SECOND, UTC) - timedelta(days=1)).date()
        for chunk in reader.tickets(self._catalog.points, day):
            rows = [_visit(dict(zip(TICKET_COLUMNS, row, strict=True))) for row in chunk]
            rows = [row for row in rows if row["touched"] >= start]
            yield from self._newest(rows)
        for chunk in reader.ratings(start):
            yield from self._newest([_rating(dict(zip(RATING_COLUMNS, row, strict=True))) for row in chunk])

    def _newest(self, rows: Sequence[dict[str, Any]]) -> Iterator[tuple[pa.Table, int]]:
        if rows:
            yield self._table(rows), max(row["touched"] for row in rows)

    def _table(self, rows: Sequence[dict[str, Any]]) -> pa.Table:
        of = {name: [row[name] for row in rows] for name in _FIELDS}
        at = np.array(of["happened_at"], dtype=np.int64)
        points = of["point"]
        units = [unit or there for unit, there in zip(of["unit"], self._places.units(points), strict=True)]
        dates = days(day_table(self._catalog, at), at)
        places = self._places.of_units(units, of["unit_from"], dates["received_day"])
        words = {name: pa.array(of[name], pa.string()) for name in ("id", "kind", "point", "procedure", "ended_as")}
        whole = {
            name: pa.array(of[name], pa.int64())
            for name in ("counter", "happened_at", "score", "summoned_at", "ended_at", "waited", "served")
        }
        return pa.table(
            {
                **words,
                **whole,
                "unit": pa.array(units, pa.string()),
                "unit_from": places["unit_from"],
                "province": places["province"],
                "point_kind": self._places.kinds(points),
                "is_priority": pa.array(of["is_priority"], pa.bool_()),
                **dates,
            }
        )


_FIELDS = (
    "id", "kind", "unit", "unit_from", "point", "procedure", "counter", "is_priority", "happened_at", "score",
    "summoned_at", "ended_at", "ended_as", "waited", "served",
)  # fmt: skip


def _visit(ticket: dict[str, Any]) -> dict[str, Any]:
    taken, called, done = ticket["taken_at"], ticket["called_at"], ticket["done_at"]
    is_served = ticket["state"] == "served" and called is not None and done is not None
    return dict.fromkeys(_FIELDS) | {
        "id": f"visit/{ticket['point']}/{ticket['day']}/{ticket['number']}",
        "kind": "visit",
        "point": ticket["point"],
        "procedure": ticket["procedure"],
        "counter": ticket["counter"],
        "is_priority": bool(ticket["priority"]),
        "happened_at": taken,
        "summoned_at": called,
        "ended_at": done,
        "ended_as": ticket["state"] if ticket["state"] in _STATES else None,
        "waited": None if called is None else (called - taken) // SECOND,
        "served": (done - called) // SECOND if is_served else None,
        "touched": max(each for each in (taken, called, done) if each is not None),
    }


def _rating(rating: dict[str, Any]) -> dict[str, Any]:
    return dict.fromkeys(_FIELDS) | {
        "id": f"rating/{rating['code']}",
        "kind": "rating",
        "unit": rating["unit"],
        "unit_from": rating["unit_from"],
        "procedure": rating["procedure"],
        "happened_at": rating["at"],
        "score": rating["score"],
        "touched": rating["changed_at"],
    }
