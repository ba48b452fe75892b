"""Every extension point of pilotkit, on one screen.

There are two grammars. ``register_<noun>`` is called once at start-up and returns a tuple of what the plugin adds;
every value is type-checked and duplicates are refused, naming both plugins. ``<noun>_<past_participle>`` is called
after the fact and returns nothing; it cannot change what happened.
"""

from __future__ import annotations

import pluggy

from pilotkit.model.calendar import Calendar
from pilotkit.model.case import Case
from pilotkit.model.codes import CodeList, IdentifierPattern
from pilotkit.model.cost import HourlyWage
from pilotkit.model.data_file import DataFile
from pilotkit.model.job import Job
from pilotkit.model.kpi import Kpi, KpiFormula
from pilotkit.model.location import LocationDirectory, ServicePoint
from pilotkit.model.package import PackageInfo
from pilotkit.model.printing import DocumentTemplate
from pilotkit.model.procedure import Procedure, ProcedureHandler
from pilotkit.model.search import SearchSource
from pilotkit.model.simulation import Simulation
from pilotkit.model.source import Source
from pilotkit.model.surface import Check, Command, Connector, Page, PluginContext, TableSet

PROJECT = "pilotkit"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def register_procedures(context: PluginContext) -> tuple[Procedure | ProcedureHandler, ...]:
    """Procedures the plugin brings, and handlers for those that need behaviour. After plugins are loaded."""
    raise NotImplementedError


@hookspec
def register_locations(context: PluginContext) -> tuple[LocationDirectory | ServicePoint, ...]:
    """Register administrative units, and service points. Called with the procedures."""
    raise NotImplementedError


@hookspec
def register_kpis(context: PluginContext) -> tuple[Kpi | KpiFormula, ...]:
    """Measures, as data or as formulas. Called with the procedures."""
    raise NotImplementedError


@hookspec
def register_data() -> tuple[DataFile, ...]:
    """Register data files of ``model/`` and ``local/``. Called before the catalog is built."""
    raise NotImplementedError


@hookspec
def register_sources() -> tuple[Source, ...]:
    """Publications that the plugin's procedures, points and measures refer to. Called with the procedures."""
    raise NotImplementedError


@hookspec
def register_calendars() -> tuple[Calendar, ...]:
    """Register sources of holidays and make-up days. Called when a catalog is built, and by the scaffold."""
    raise NotImplementedError


@hookspec
def register_codes() -> tuple[CodeList | IdentifierPattern, ...]:
    """Return a country's code lists and patterns of identifiers. Called with the calendars."""
    raise NotImplementedError


@hookspec
def register_wages() -> tuple[HourlyWage, ...]:
    """Return what an hour is worth in a country, for compliance costs. Called with the calendars."""
    raise NotImplementedError


@hookspec
def register_checks() -> tuple[Check, ...]:
    """Questions that ``pilotkit check`` asks of a deployment. Called when a check runs."""
    raise NotImplementedError


@hookspec
def register_pages() -> tuple[Page, ...]:
    """Pages of a surface. Called when the web application starts."""
    raise NotImplementedError


@hookspec
def register_documents() -> tuple[DocumentTemplate, ...]:
    """Documents that can be printed, such as statutory forms. Called when somebody prints, or asks what can be."""
    raise NotImplementedError


@hookspec
def register_commands() -> tuple[Command, ...]:
    """Commands of ``pilotkit``. Called for help, and for a word that the core does not know."""
    raise NotImplementedError


@hookspec
def register_connectors() -> tuple[Connector, ...]:
    """Ways out to other systems. Called with the calendars."""
    raise NotImplementedError


@hookspec
def register_jobs() -> tuple[Job, ...]:
    """Register background work with its interval. Called when the web application starts, and by ``pilotkit jobs``."""
    raise NotImplementedError


@hookspec
def register_search() -> tuple[SearchSource, ...]:
    """Register documents for the one index of a deployment. Called when somebody searches for the first time."""
    raise NotImplementedError


@hookspec
def register_simulations() -> tuple[Simulation, ...]:
    """Register what a plugin adds to simulated days. Called by ``pilotkit simulate``, after the cases are there."""
    raise NotImplementedError


@hookspec
def register_tables() -> tuple[TableSet, ...]:
    """Tables the plugin owns. Called when the database is opened."""
    raise NotImplementedError


@hookspec
def case_received(case: Case) -> None:
    """Hear of a case that was received and is committed.

    Called at least once for each, soon after and not in its request, by whichever process delivers; the events of one
    case come in order, each with the case as it was then. A plugin that raises is told again later, so it must bear
    hearing the same twice. Simulated and imported cases are not told.
    """


@hookspec
def case_advanced(case: Case) -> None:
    """Hear of a case that moved without ending, such as to its next step or into waiting: at least once."""


@hookspec
def case_finished(case: Case) -> None:
    """Hear of a case that ended, with a result, refused or withdrawn: at least once."""


@hookspec
def package_installed(context: PluginContext, package: PackageInfo) -> None:
    """Hear of a deployment that was scaffolded from a package and is in its place."""
