"""The hooks of ``demo``. Each imports its module when it is called: most commands ask for one, or for none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilotkit import hookimpl

if TYPE_CHECKING:
    from pilotkit import Connector, Kpi, Page, PluginContext, Procedure, ProcedureHandler, ServicePoint, Source
    from pilotkit.data import DataFile, SearchSource
    from pilotkit.tables import TableSet
    from pilotkit.work import Job, Simulation


@hookimpl
def register_procedures() -> tuple[Procedure | ProcedureHandler, ...]:
    from pilotkit_demo.procedures import HANDLERS, PROCEDURES

    return (*PROCEDURES, *HANDLERS)


@hookimpl
def register_locations(context: PluginContext) -> tuple[ServicePoint, ...]:
    from pilotkit_demo.locations import points_of

    return points_of(context)


@hookimpl
def register_kpis() -> tuple[Kpi, ...]:
    from pilotkit_demo.kpis import KPIS

    return KPIS


@hookimpl
def register_sources() -> tuple[Source, ...]:
    from pilotkit_demo.sources import SOURCES

    return SOURCES


@hookimpl
def register_pages() -> tuple[Page, ...]:
    from pilotkit import Navigation, Page
    from pilotkit_demo.pages import show_overview

    return (Page("demo.overview", "/demo", show_overview, "pilotkit_demo", Navigation("Demo", 90)),)


@hookimpl
def register_connectors() -> tuple[Connector, ...]:
    from pilotkit_demo.connector import CONNECTOR

    return (CONNECTOR,)


@hookimpl
def register_data() -> tuple[DataFile, ...]:
    from pilotkit_demo.data import MOTTOS

    return (MOTTOS,)


@hookimpl
def register_tables() -> tuple[TableSet, ...]:
    from pilotkit.tables import TableSet
    from pilotkit_demo.work import METADATA

    return (TableSet("demo", METADATA),)


@hookimpl
def register_jobs() -> tuple[Job, ...]:
    from pilotkit_demo.work import FORGET

    return (FORGET,)


@hookimpl
def register_simulations() -> tuple[Simulation, ...]:
    from pilotkit_demo.work import SIMULATION

    return (SIMULATION,)


@hookimpl
def register_search() -> tuple[SearchSource, ...]:
    from pilotkit_demo.search import GREETINGS

    return (GREETINGS,)
