"""The fact tables that are made of the catalog alone: ``procedures``, ``points`` and ``people``."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from pilotkit.catalog.catalog import Catalog
from pilotkit.facts.case_rows import Places, issues_electronically
from pilotkit.facts.columns import PEOPLE, POINTS, PROCEDURES, Table
from pilotkit.model.location import ServicePoint
from pilotkit.model.procedure import Channel, Level, Procedure

_TYPES = {"VARCHAR": pa.string(), "BIGINT": pa.int64(), "BOOLEAN": pa.bool_(), "DATE": pa.date32()}


def catalog_tables(catalog: Catalog) -> dict[str, pa.Table]:
    """Each table by name, with a row a thing of the catalog."""
    rows = {
        PROCEDURES: [_procedure(each) for each in catalog.procedures.values()],
        POINTS: _points(catalog),
        PEOPLE: _people(catalog),
    }
    return {table.name: pa.Table.from_pylist(found, schema_of(table)) for table, found in rows.items()}


def schema_of(table: Table) -> pa.Schema:
    """Return the columns of a table's files."""
    return pa.schema([(column.name, _TYPES[column.type]) for column in (*table.stored, *table.kept)])


def _procedure(procedure: Procedure) -> dict[str, Any]:
    offers = procedure.offers
    online, fees = offers.get(Channel.ONLINE), [each.fees for each in offers.values() if each.fees is not None]
    return {
        "procedure": procedure.code,
        "version": procedure.version,
        "domain": procedure.domain,
        "by_commune": Level.COMMUNE in procedure.levels,
        "by_province": Level.PROVINCE in procedure.levels,
        "focus": procedure.focus,
        "for_citizens": "citizen" in procedure.audience,
        "for_business": "business" in procedure.audience,
        "online_offered": online is not None,
        "post_offered": Channel.POST in offers,
        "whole_process_offered": online.whole_process if online else False,
        "has_deadline": any(each.deadline for each in offers.values()),
        "fees_published": bool(fees),
        "is_free": all(each == "free" for each in fees) if fees else None,
        "documents": len(procedure.documents),
        "documents_published": procedure.documents_published,
        "reusable_documents": sum(1 for document in procedure.documents if document.reusable_from),
        "steps": len(procedure.steps),
        "electronic_result": issues_electronically(procedure),
        "has_form": procedure.form is not None,
        "certainty": procedure.certainty.value,
    }


def _points(catalog: Catalog) -> list[dict[str, Any]]:
    places, staff = Places(catalog), dict.fromkeys(catalog.points, None)
    for each in catalog.staffing:
        staff[each.point] = (staff.get(each.point) or 0) + each.count
    return [_point(point, places, staff[point.id]) for point in catalog.points.values()]


def _point(point: ServicePoint, places: Places, staff: int | None) -> dict[str, Any]:
    return {
        "point": point.id,
        "kind": point.kind.value,
        "unit": point.unit,
        **places.current(point.unit),
        "status": point.status,
        "counters": point.counters,
        "hours_published": point.hours is not None,
        "always_open": None if point.hours is None else point.hours.startswith("24/7"),
        "online": Channel.ONLINE in point.channels,
        "has_place": point.latitude is not None and point.longitude is not None,
        "staff": staff,
        "certainty": point.certainty.value,
    }


def _people(catalog: Catalog) -> list[dict[str, Any]]:
    """Return a row for each role that serves at a point, and for each that a norm asks for there."""
    places = Places(catalog)
    serving = {(each.point, each.role): each for each in catalog.staffing}
    asked = {
        (point.id, norm.role): norm.minimum
        for norm in catalog.norms.values()
        if norm.per == "point"
        for point in catalog.points.values()
        if point.kind is norm.at and point.status == "open"
    }
    rows = []
    for id_, role in sorted({*serving, *asked}):
        point, staffing = catalog.points.get(id_), serving.get((id_, role))
        unit = point.unit if point else None
        rows.append(
            {
                "id": f"{id_}/{role}",
                "point": id_,
                "point_kind": point.kind.value if point else None,
                "unit": unit,
                **places.current(unit),
                "role": role,
                "staff": staffing.count if staffing else None,
                "minimum": asked.get((id_, role)),
                "certainty": staffing.certainty.value if staffing else None,
            }
        )
    return rows
