"""Which file a noun of the catalog stands in, so that a finding can say where."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from pilotkit.catalog.catalog import Catalog
from pilotkit.catalog.tree import LISTS, PROCEDURES, SINGLES, TABLES
from pilotkit.errors import Place
from pilotkit.model.procedure import Procedure
from pilotkit.model.source import Sourced

ROWS = 2
"""The line of a table's first row; its header is line 1."""
_FILES = {kind: file for file, kind in (LISTS | SINGLES | TABLES).items()}


def of_file(thing: BaseModel) -> str:
    """Return the file that things of this kind stand in."""
    return _FILES[type(thing)]


def home_of(procedure: Procedure) -> str:
    """Return the file of a procedure."""
    return f"{PROCEDURES}/{procedure.code}.yaml"


def sourced_things(catalog: Catalog) -> Iterator[tuple[Place, Sourced]]:
    """Everything that names its source, and where it does."""
    for procedure in catalog.procedures.values():
        yield Place(home_of(procedure), "reference"), procedure
    listed = (catalog.articles, catalog.kpis, catalog.goals, catalog.norms, catalog.campaigns, catalog.courses)
    for things in (*listed, catalog.costs, catalog.points):
        for id_, thing in things.items():
            yield Place(of_file(thing), f"{id_}.reference"), thing
    for rows in (catalog.targets, catalog.staffing):
        for line, row in enumerate(rows, start=ROWS):
            yield Place(of_file(row), "reference", line), row
    for path, values in catalog.data.items():
        for value in values:
            if isinstance(value, Sourced):
                yield Place(path, f"{getattr(value, 'id', '')}.reference".lstrip(".")), value
    if catalog.profile:
        yield Place(of_file(catalog.profile), "reference"), catalog.profile
