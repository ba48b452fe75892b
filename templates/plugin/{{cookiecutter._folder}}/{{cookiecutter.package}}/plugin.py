"""The hooks of ``{{ cookiecutter.name }}``. Each imports its module when it is called: most commands ask for one, or for none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilotkit import hookimpl

if TYPE_CHECKING:
    {{ cookiecutter.imports }}
{%- if cookiecutter.has.procedures %}


@hookimpl
def register_procedures() -> tuple[Procedure | ProcedureHandler, ...]:
    from {{ cookiecutter.package }}.procedures import HANDLERS, PROCEDURES

    return (*PROCEDURES, *HANDLERS)
{%- endif %}
{%- if cookiecutter.has.locations %}


@hookimpl
def register_locations(context: PluginContext) -> tuple[ServicePoint, ...]:
    from {{ cookiecutter.package }}.locations import points_of

    return points_of(context)
{%- endif %}
{%- if cookiecutter.has.kpis %}


@hookimpl
def register_kpis() -> tuple[Kpi, ...]:
    from {{ cookiecutter.package }}.kpis import KPIS

    return KPIS
{%- endif %}
{%- if cookiecutter.is_sourced %}


@hookimpl
def register_sources() -> tuple[Source, ...]:
    from {{ cookiecutter.package }}.sources import SOURCES

    return SOURCES
{%- endif %}
{%- if cookiecutter.has.pages %}


@hookimpl
def register_pages() -> tuple[Page, ...]:
    from pilotkit import Navigation, Page
    from {{ cookiecutter.package }}.pages import show_overview

    return (Page("{{ cookiecutter.name }}.overview", "/{{ cookiecutter.name }}", show_overview, "{{ cookiecutter.package }}", Navigation("{{ cookiecutter.title }}", 90)),)
{%- endif %}
{%- if cookiecutter.has.connector %}


@hookimpl
def register_connectors() -> tuple[Connector, ...]:
    from {{ cookiecutter.package }}.connector import CONNECTOR

    return (CONNECTOR,)
{%- endif %}
{%- if cookiecutter.has.data %}


@hookimpl
def register_data() -> tuple[DataFile, ...]:
    from {{ cookiecutter.package }}.data import MOTTOS

    return (MOTTOS,)
{%- endif %}
{%- if cookiecutter.has.work %}


@hookimpl
def register_tables() -> tuple[TableSet, ...]:
    from pilotkit.tables import TableSet
    from {{ cookiecutter.package }}.work import METADATA

    return (TableSet("{{ cookiecutter.name }}", METADATA),)


@hookimpl
def register_jobs() -> tuple[Job, ...]:
    from {{ cookiecutter.package }}.work import FORGET

    return (FORGET,)


@hookimpl
def register_simulations() -> tuple[Simulation, ...]:
    from {{ cookiecutter.package }}.work import SIMULATION

    return (SIMULATION,)
{%- endif %}
{%- if cookiecutter.has.search %}


@hookimpl
def register_search() -> tuple[SearchSource, ...]:
    from {{ cookiecutter.package }}.search import GREETINGS

    return (GREETINGS,)
{%- endif %}
