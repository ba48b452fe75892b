"""The hooks of ``vietnam``. Each imports its room when it is called: most commands ask for one, or for none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilotkit import hookimpl

if TYPE_CHECKING:
    from pilotkit import Check, Connector, KpiFormula, PluginContext
    from pilotkit.cases import DocumentTemplate
    from pilotkit.data import Calendar, CodeList, HourlyWage, IdentifierPattern
    from pilotkit.places import LocationDirectory


@hookimpl
def register_locations() -> tuple[LocationDirectory, ...]:
    from pilotkit_vietnam.units import national_units

    return (national_units(),)


@hookimpl
def register_kpis(context: PluginContext) -> tuple[KpiFormula, ...]:
    from pilotkit_vietnam.index_766 import index_formulas

    return index_formulas(context.options.get("vietnam", {}))


@hookimpl
def register_wages() -> tuple[HourlyWage, ...]:
    from pilotkit_vietnam.wages import WAGES

    return WAGES


@hookimpl
def register_calendars() -> tuple[Calendar, ...]:
    from pilotkit_vietnam.calendar import VietnamCalendar

    return (VietnamCalendar(),)


@hookimpl
def register_codes() -> tuple[CodeList | IdentifierPattern, ...]:
    from pilotkit_vietnam.codes import CODE_LISTS
    from pilotkit_vietnam.identifiers import PATTERNS

    return (*CODE_LISTS, *PATTERNS)


@hookimpl
def register_checks() -> tuple[Check, ...]:
    from pilotkit_vietnam.checks import CHECKS

    return CHECKS


@hookimpl
def register_documents() -> tuple[DocumentTemplate, ...]:
    from pilotkit_vietnam.forms import DOCUMENTS

    return DOCUMENTS


@hookimpl
def register_connectors() -> tuple[Connector, ...]:
    from pilotkit_vietnam.vietqr import CONNECTOR

    return (CONNECTOR,)
