"""The hooks of ``{{ cookiecutter.name }}``. Each imports its module when it is called: most commands ask for one, or for none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilotkit import hookimpl

if TYPE_CHECKING:
    from pilotkit import {{ cookiecutter.imports }}
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
