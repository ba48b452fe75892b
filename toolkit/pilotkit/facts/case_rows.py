"""Rows of the store become Arrow columns of ``cases``, chunk by chunk: what the catalog adds, days, working minutes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pilotkit.catalog.catalog import Catalog
from pilotkit.catalog.working_time import DayTable
from pilotkit.model.location import AdministrativeUnit
from pilotkit.model.procedure import Channel, Procedure
from pilotkit.storage.fact_reader import FACT_COLUMNS

MINUTE = 60_000_000
_ENDS = {"refused": "refused", "withdrawn": "withdrawn"}


class CaseRows:
    """What the catalog adds to each case.

    Args:
        catalog: the deployment's.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._places = Places(catalog)
        self._codes = {code: index for index, code in enumerate(catalog.procedures)}
        attributes = [*map(attributes_of, catalog.procedures.values()), (None, "unknown", *[None] * 5)]
        self._attributes = [list(column) for column in zip(*attributes, strict=True)]

    @property
    def schema(self) -> pa.Schema:
        """The columns of the files."""
        return self.table([]).schema

    def table(self, rows: Sequence[tuple[Any, ...]]) -> pa.Table:
        """Arrow columns of a chunk of :data:`FACT_COLUMNS` rows."""
        given = dict(zip(FACT_COLUMNS, zip(*rows, strict=True) if rows else [()] * len(FACT_COLUMNS), strict=True))
        received = np.array(given["received_at"], dtype=np.int64)
        ended, is_open = _instants(given["finished_at"])
        table = _day_table(self._catalog, received, ended[~is_open])
        dates = days(table, received)
        places = self._places.of_units(given["unit"], given["unit_from"], dates["received_day"])
        return pa.table(
            {
                "id": pa.array(given["id"], pa.int64()),
                "code": pa.array(given["code"], pa.string()),
                **self.procedures(given["procedure"]),
                "unit": _words(given["unit"]),
                **places,
                "channel": _words(given["channel"]),
                "received_at_point": _words(given["received_at_point"]),
                "helped_at_point": _words(given["helped_at_point"]),
                "point_kind": self._places.kinds(given["received_at_point"]),
                "helped_kind": self._places.kinds(given["helped_at_point"]),
                "whole_process": pa.array(map(bool, given["whole_process"]), pa.bool_()),
                "is_imported": pa.array((each is not None for each in given["attributes"]), pa.bool_()),
                "received_at": pa.array(received, pa.int64()),
                **{name: pa.array(given[name], pa.int64()) for name in ("due_at", "norm_due_at", "promised_at")},
                "supplements": pa.array(given["supplements"], pa.int64()),
                **dates,
                "ended_at": pa.array(ended, pa.int64(), mask=is_open),
                "ended_day": pa.array(_dates(table, ended, is_open), pa.date32(), mask=is_open),
                "ended_minutes": pa.array(_minutes(table, received, ended, is_open), pa.int64(), mask=is_open),
                "ended_as": _words([
                    None if open_ else _ENDS.get(status, "finished")
                    for status, open_ in zip(given["status"], is_open, strict=True)
                ]),
                "stands_since": pa.array(given["waiting_since"], pa.int64()),
                "handed_at": pa.array(given["returned_at"], pa.int64()),
                "attributes": pa.array(given["attributes"], pa.string()),
            }
        )  # fmt: skip

    def procedures(self, codes: Sequence[str]) -> dict[str, pa.Array]:
        """Return what cases of these procedures get from them, as columns."""
        index = pa.array([self._codes.get(code, len(self._codes)) for code in codes], pa.int32())
        _, *columns = self._attributes
        types = (pa.string(), pa.bool_(), pa.bool_(), pa.bool_(), pa.bool_(), pa.int64())
        found = {
            name: pa.array(column, type_).take(index)
            for name, column, type_ in zip(PROCEDURE_COLUMNS[1:], columns, types, strict=True)
        }
        return {"procedure": _words(codes), **found, "domain": found["domain"].dictionary_encode()}


class Places:
    """What the catalog knows of units and points."""

    def __init__(self, catalog: Catalog) -> None:
        self._own = catalog.settings.deployment.province
        self._current, self._lineage = catalog.units, catalog.lineage
        self._held = cache(self._holder)
        self._kinds = {id_: point.kind.value for id_, point in catalog.points.items()}
        self._units = {id_: point.unit for id_, point in catalog.points.items()}

    def of_units(
        self, units: Iterable[str | None], known: Iterable[str | None], received: pa.Array
    ) -> dict[str, pa.Array]:
        """Return what is known of units, as columns.

        Args:
            units: codes.
            known: the first day of each, where it is said; else the code is of whom it named on the day of receipt.
            received: those days.
        """
        held = list(map(self._held, units, known, received.to_pylist()))
        return {
            "unit_from": pa.array((each and each.valid_from for each in held), pa.date32()),
            "level": _words(each.level if each else None for each in held),
            "province": _words(self._province_of(each) if each else None for each in held),
        }

    def kinds(self, points: Iterable[str | None]) -> pa.Array:
        """Return the kinds of points."""
        return _words(map(self._kinds.get, points))  # type: ignore[arg-type]  # the same

    def units(self, points: Iterable[str]) -> list[str | None]:
        """Return the units that points stand in."""
        return [self._units.get(point) for point in points]

    def current(self, unit: str | None) -> dict[str, Any]:
        """Return the first day of a unit of today, and the province that it is, or belongs to; as a row has them."""
        found = None if unit is None else self._current.get(unit)
        return {
            "unit_from": found and found.valid_from,
            "province": found and self._province_of(found),
        }

    def _holder(self, code: str | None, first_day: str | None, on: date) -> AdministrativeUnit | None:
        if code is None:
            return None
        return self._lineage.named(code, date.fromisoformat(first_day)) if first_day else self._lineage.holder(code, on)

    def _province_of(self, unit: AdministrativeUnit) -> str:
        return unit.code if unit.level == "province" else unit.parent or self._own


PROCEDURE_COLUMNS = (
    "procedure", "domain", "focus", "online_offered", "whole_process_offered", "electronic_result",
    "reusable_documents",
)  # fmt: skip


def attributes_of(procedure: Procedure) -> tuple[Any, ...]:
    """Return what a case gets from its procedure, in the order of :data:`PROCEDURE_COLUMNS`."""
    online = procedure.offer(Channel.ONLINE)
    return (
        procedure.code,
        procedure.domain,
        procedure.focus,
        online is not None,
        bool(online and online.whole_process),
        issues_electronically(procedure),
        sum(1 for document in procedure.documents if document.reusable_from),
    )


def issues_electronically(procedure: Procedure) -> bool | None:
    """Whether every result is a signed electronic record; None where it is not said of all."""
    said = [result.electronic for result in procedure.results]
    if False in said:
        return False
    return True if said and None not in said else None


def days(table: DayTable | None, instants: NDArray[np.int64]) -> dict[str, pa.Array]:
    """Return the local day and month of each instant, as columns."""
    dates = _dates(table, instants, np.zeros(len(instants), dtype=np.bool_))
    months: Any = np.datetime_as_string(dates, unit="M") if len(dates) else []
    return {"received_day": pa.array(dates, pa.date32()), "month": pa.array(months, pa.string()).dictionary_encode()}


def day_table(catalog: Catalog, instants: NDArray[np.int64]) -> DayTable | None:
    """Return a day table that covers these instants; None where there are none."""
    return _day_table(catalog, instants, instants)


def _day_table(catalog: Catalog, first: NDArray[np.int64], second: NDArray[np.int64]) -> DayTable | None:
    if not first.size:
        return None
    ends = [value for each in (first, second) if each.size for value in (each.min(), each.max())]
    first_day, last_day = (
        np.datetime64(int(value), "us").astype("datetime64[D]").item() for value in (min(ends), max(ends))
    )
    return catalog.working_time.table(first_day, last_day)


def _dates(table: DayTable | None, instants: NDArray[np.int64], missing: NDArray[np.bool_]) -> NDArray[np.datetime64]:
    if table is None:
        return np.array([], dtype="datetime64[D]")
    first = np.datetime64(table.first, "D")
    found: NDArray[np.datetime64] = first + table.day_of(np.where(missing, table.midnight[0], instants))
    return found


def _minutes(
    table: DayTable | None, received: NDArray[np.int64], ended: NDArray[np.int64], is_open: NDArray[np.bool_]
) -> NDArray[np.int64]:
    if table is None:
        return np.array([], dtype=np.int64)
    return (table.worked(np.where(is_open, received, ended)) - table.worked(received)) // MINUTE


def _instants(values: Sequence[int | None]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Instants, and which of them are missing; those are 0."""
    array = pa.array(values, pa.int64())
    return array.fill_null(0).to_numpy(zero_copy_only=False), array.is_null().to_numpy(zero_copy_only=False)


def _words(values: Iterable[str | None]) -> pa.Array:
    return pa.array(values, pa.string()).dictionary_encode()
