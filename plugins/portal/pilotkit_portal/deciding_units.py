"""Which offices may decide, and how one finds one's own among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilotkit import Level
from pilotkit.data import search_form

if TYPE_CHECKING:
    from pilotkit import AdministrativeUnit, Catalog, Procedure


def deciding_units(catalog: Catalog, procedure: Procedure) -> tuple[AdministrativeUnit, ...]:
    """Return the communes where one of them decides, in the order people look for them; else the province."""
    if Level.COMMUNE in procedure.levels:
        return tuple(sorted(catalog.communes, key=without_kind))
    return (catalog.province,)


def without_kind(unit: AdministrativeUnit) -> str:
    """Return what people look for a commune under: its name without the word for its kind."""
    name = search_form(unit.name)
    return name.removeprefix(search_form(unit.kind)).strip() or name
