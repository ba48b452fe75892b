"""Facts: what the store holds, as Parquet files by month, for engines that scan.

Each state is a folder of its own, and ``facts.json`` names the current one: it is replaced in one step, so that readers
see all of one state or all of the other. The last few states stay, for those who are still reading them. The file also
says what the state was made from; when neither events nor the catalog have changed, nothing is done.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pilotkit.catalog.catalog import Catalog
from pilotkit.catalog.deployment import Deployment
from pilotkit.model.procedure import Channel, Procedure
from pilotkit.storage.store import FACT_COLUMNS, Store

FOLDER = Path("var/facts")
MARKER = "facts.json"
FORMAT = 5
KEPT = 4
"""States that stay beside the current one."""
MINUTE = 60_000_000
_MAKING = threading.Lock()


@dataclass(frozen=True)
class Facts:
    """Fact files that stand ready to be read."""

    folder: Path
    cases: int
    attributes: frozenset[str] = frozenset()
    """The name of every attribute that some case has."""

    @property
    def files(self) -> str:
        """A glob of the ``cases`` table's files."""
        return str(self.folder / "cases" / "*.parquet")


def bring_up_to_date(deployment: Deployment, store: Store) -> Facts:
    """The deployment's facts, made anew if cases or catalog have changed since."""
    home = deployment.folder / FOLDER
    with _MAKING:
        made_from = _made_from(deployment.catalog, store)
        known = _known(home)
        state = home / str(known.pop("state", ""))
        if known != made_from or not state.is_dir():
            state = _make(deployment.catalog, store, home, made_from)
    return Facts(state, made_from["cases"], store.attribute_names())


def _known(home: Path) -> dict[str, Any]:
    """What ``facts.json`` says; empty where it cannot be read, so that the facts are made anew."""
    try:
        known = json.loads((home / MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _make(catalog: Catalog, store: Store, home: Path, made_from: dict[str, Any]) -> Path:
    before = sorted((each for each in home.glob("state-*") if each.is_dir()), key=lambda each: each.stat().st_mtime_ns)
    state = home / f"state-{uuid.uuid4().hex[:12]}"
    marker = home / f"{state.name}.json"
    try:
        _write(catalog, store, state)
        marker.write_text(json.dumps({**made_from, "state": state.name}), encoding="utf-8")
        marker.replace(home / MARKER)
    except BaseException:
        shutil.rmtree(state, ignore_errors=True)
        marker.unlink(missing_ok=True)
        raise
    for old in before[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    return state


def _made_from(catalog: Catalog, store: Store) -> dict[str, Any]:
    extent = store.extent()
    attributes = [_attributes(procedure) for procedure in catalog.procedures.values()]
    units = [(*key, unit.level) for key, unit in catalog.lineage.units.items()]
    digest = hashlib.sha256(repr((FORMAT, attributes, units)).encode()).hexdigest()
    return {"cases": extent.cases, "events": extent.events, "last_event": extent.last_event, "catalog": digest}


def _write(catalog: Catalog, store: Store, folder: Path) -> None:
    """One file a month and chunk; a month that spans chunks has several."""
    (folder / "cases").mkdir(parents=True)
    dimension = _Dimension(catalog)
    for number, rows in enumerate(store.fact_rows()):
        table = dimension.table(rows)
        months = table["month"].to_pylist() if table.num_rows else []
        for month in sorted(set(months)):
            part = table.filter(pc.equal(table["month"], month))
            pq.write_table(part, folder / "cases" / f"{month}-{number:05d}.parquet", compression="zstd")
    if not any((folder / "cases").iterdir()):
        pq.write_table(dimension.table([]), folder / "cases" / "empty.parquet")


class _Dimension:
    """What the catalog adds to each case."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._codes = {code: index for index, code in enumerate(catalog.procedures)}
        columns = zip(*(_attributes(each) for each in catalog.procedures.values()), strict=True)
        unknown = (None, "unknown", None, None, None)
        self._columns = [
            np.array([*column, missing], dtype=object)
            for column, missing in zip(columns or [()] * 5, unknown, strict=False)
        ]

    def table(self, rows: Sequence[tuple[Any, ...]]) -> pa.Table:
        """Arrow columns of a chunk of :data:`FACT_COLUMNS` rows."""
        given = dict(zip(FACT_COLUMNS, zip(*rows, strict=True) if rows else [()] * len(FACT_COLUMNS), strict=True))
        index = np.array([self._codes.get(code, -1) for code in given["procedure"]], dtype=np.int64)
        _, domain, focus, online, whole = self._columns or [np.array([None], dtype=object)] * 5
        received = np.array(given["received_at"], dtype=np.int64)
        day = self._days(received)
        unit_from = self._unit_from(given["unit"], given["unit_from"], day)
        return pa.table(
            {
                "code": pa.array(given["code"], pa.string()),
                "procedure": pa.array(given["procedure"], pa.string()),
                "domain": pa.array(domain[index].tolist(), pa.string()),
                "level": pa.array(list(map(self._level, given["unit"], unit_from)), pa.string()),
                "focus": pa.array(focus[index].tolist(), pa.bool_()),
                "online_offered": pa.array(online[index].tolist(), pa.bool_()),
                "whole_process_offered": pa.array(whole[index].tolist(), pa.bool_()),
                "unit": pa.array(given["unit"], pa.string()),
                "unit_from": pa.array(unit_from, pa.date32()),
                "channel": pa.array(given["channel"], pa.string()),
                "whole_process": pa.array([bool(value) for value in given["whole_process"]], pa.bool_()),
                "received_at": pa.array(received, pa.int64()),
                "due_at": pa.array(given["due_at"], pa.int64()),
                "ended_at": pa.array(given["finished_at"], pa.int64()),
                "waiting_since": pa.array(given["waiting_since"], pa.int64()),
                "supplements": pa.array(given["supplements"], pa.int64()),
                "ended_minutes": self._minutes(received, given["finished_at"]),
                "received_day": pa.array(day, pa.date32()),
                "month": pa.array(np.datetime_as_string(day, unit="M"), pa.string()),
                "attributes": pa.array(given["attributes"], pa.string()),
            }
        )

    def _unit_from(
        self, units: Sequence[str], known: Sequence[str | None], days: np.ndarray[Any, Any]
    ) -> list[date | None]:
        """The first day of each case's unit: as the case says, or of whom its code named on the day of receipt."""
        lineage, received = self._catalog.lineage, days.astype(object)
        holder = cache(lineage.holder)
        holders = (
            lineage.named(unit, date.fromisoformat(said)) if said else holder(unit, day)
            for unit, said, day in zip(units, known, received, strict=True)
        )
        return [unit.valid_from if unit else None for unit in holders]

    def _level(self, code: str, valid_from: date | None) -> str | None:
        known = self._catalog.lineage.named(code, valid_from) if valid_from else None
        return known.level if known else None

    def _days(self, received: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        if not received.size:
            return np.array([], dtype="datetime64[D]")
        table = self._table(received)
        days: np.ndarray[Any, Any] = np.datetime64(table.first, "D") + table.day_of(received)
        return days

    def _minutes(self, received: np.ndarray[Any, Any], finished: Sequence[int | None]) -> pa.Array:
        ended = np.array([-1 if value is None else value for value in finished], dtype=np.int64)
        if not ended.size:
            return pa.array([], pa.int64())
        table = self._table(np.concatenate([received, ended[ended >= 0]]))
        minutes = (table.worked(np.where(ended >= 0, ended, received)) - table.worked(received)) // MINUTE
        return pa.array(minutes, pa.int64(), mask=ended < 0)

    def _table(self, instants: np.ndarray[Any, Any]) -> Any:
        first, last = (
            np.datetime64(int(value), "us").astype("datetime64[D]").item() for value in (instants.min(), instants.max())
        )
        return self._catalog.working_time.table(first, last)


def _attributes(procedure: Procedure) -> tuple[str, str, bool, bool, bool]:
    online = procedure.offer(Channel.ONLINE)
    return (
        procedure.code,
        procedure.domain,
        procedure.focus,
        online is not None,
        bool(online and online.whole_process),
    )
