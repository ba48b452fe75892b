"""A deployment: a folder, its settings, its plugins, and the catalog they make together."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TypeVar

from pilotkit.catalog.catalog import Catalog
from pilotkit.catalog.data_files import DataFiles
from pilotkit.catalog.plugins import Offered, PluginHost, unique
from pilotkit.catalog.tree import DeploymentTree
from pilotkit.errors import DuplicateError, Place
from pilotkit.hookspecs import hookimpl
from pilotkit.model.access import Account
from pilotkit.model.accountability import EscalationRule
from pilotkit.model.articles import Article, Domain, LifeEvent
from pilotkit.model.calendar import DayException
from pilotkit.model.codes import CodeList
from pilotkit.model.cost import ComplianceCost
from pilotkit.model.kpi import Goal, Kpi, ReportedCount, ReportedFigure, Target
from pilotkit.model.lineage import Lineage
from pilotkit.model.location import AdministrativeUnit, Pattern, ServicePoint, Succession
from pilotkit.model.people import Campaign, Course, Head, Norm, Role, Staffing
from pilotkit.model.procedure import Procedure
from pilotkit.model.simulation import SimulationProfile
from pilotkit.model.source import Source
from pilotkit.model.surface import PluginContext
from pilotkit.settings import PilotSettings, read_settings

CORE = "core"
OWN = "this deployment"
_N = TypeVar("_N")


class _OwnData:
    """The deployment's own folder, offered through the same hooks as any plugin."""

    def __init__(self, tree: DeploymentTree) -> None:
        self._tree = tree

    @hookimpl
    def register_procedures(self) -> tuple[Procedure, ...]:
        return self._tree.procedures()

    @hookimpl
    def register_kpis(self) -> tuple[Kpi, ...]:
        return tuple(self._tree.listed(Kpi, "model/kpis/kpis.yaml").values())

    @hookimpl
    def register_sources(self) -> tuple[Source, ...]:
        return tuple(self._tree.listed(Source, "model/evidence/sources.yaml").values())

    @hookimpl
    def register_locations(self) -> tuple[ServicePoint, ...]:
        return self._tree.table(ServicePoint, "local/points.csv")


class Deployment:
    """One province's running system.

    Args:
        folder: where ``pilot.toml`` stands.

    Raises:
        DataError: no deployment there, or its settings are wrong.
        PluginError: an enabled plugin is missing or broken.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.settings: PilotSettings = read_settings(self.folder)
        self._tree = DeploymentTree(self.folder)
        self.plugins = PluginHost([CORE, *self.settings.plugins.enabled], [(OWN, _OwnData(self._tree))])

    @property
    def context(self) -> PluginContext:
        """What plugins are told of the deployment."""
        return self.settings.context(self.folder)

    @cached_property
    def data_files(self) -> DataFiles:
        """Every data file that is read: the core's, and those of plugins.

        Raises:
            DuplicateError: two plugins offer one path, or a plugin one of the core's.
        """
        found = DataFiles(self.plugins.collect("register_data"))
        self._tree.more = found.of_plugins
        return found

    @cached_property
    def catalog(self) -> Catalog:
        """Everything the deployment knows; read once.

        Raises:
            DataError: a file is broken, or two sources offer the same thing.
        """
        tree, context = self._tree, self.context
        tree.changes.clear()
        procedures = self.plugins.collect("register_procedures", context=context)
        locations = self.plugins.collect("register_locations", context=context)
        kpis = self.plugins.collect("register_kpis", context=context)
        codes = self.plugins.collect("register_codes")
        units = tree.table(AdministrativeUnit, "local/units.csv")
        lineage = Lineage(units, tree.table(Succession, "local/successions.csv"))
        return Catalog(
            settings=self.settings,
            package=tree.package(),
            sources=unique(self.plugins.collect("register_sources"), lambda each: each.id, "source"),
            domains=tree.listed(Domain, "model/knowledge/domains.yaml"),
            life_events=tree.listed(LifeEvent, "model/knowledge/life_events.yaml"),
            articles=tree.listed(Article, "model/knowledge/articles.yaml"),
            procedures=unique(_of(procedures, Procedure), lambda each: each.code, "procedure"),
            handlers=unique(
                _other_than(procedures, Procedure), lambda each: each.procedure_code, "handler of procedure"
            ),
            forms=tree.forms(),
            directories=unique(_other_than(locations, ServicePoint), lambda each: each.scheme, "unit scheme"),
            units=lineage.current,
            lineage=lineage,
            points=unique(_of(locations, ServicePoint), lambda each: each.id, "service point"),
            pattern=tree.single(Pattern, "model/network/pattern.yaml"),
            kpis=unique(_of(kpis, Kpi), lambda each: each.id, "KPI"),
            formulas=unique(_other_than(kpis, Kpi), lambda each: each.id, "KPI formula"),
            goals=tree.listed(Goal, "model/kpis/goals.yaml"),
            escalations=tree.listed(EscalationRule, "model/kpis/escalations.yaml"),
            targets=tree.table(Target, "local/targets.csv"),
            heads=_by(tree.table(Head, "local/heads.csv"), "id", "local/heads.csv"),
            roles=tree.listed(Role, "model/people/roles.yaml"),
            norms=tree.listed(Norm, "model/people/norms.yaml"),
            staffing=tree.table(Staffing, "local/staff.csv"),
            accounts=_by(tree.table(Account, "local/accounts.csv"), "login", "local/accounts.csv"),
            campaigns=tree.listed(Campaign, "model/people/campaigns.yaml"),
            courses=tree.listed(Course, "model/people/courses.yaml"),
            contacts=tree.contacts(),
            figures=tree.table(ReportedFigure, "local/figures.csv"),
            reported_counts=tree.table(ReportedCount, "local/index_inputs.csv"),
            wages=unique(self.plugins.collect("register_wages"), lambda each: each.id, "wage"),
            costs=tree.listed(ComplianceCost, "model/evidence/compliance_costs.yaml"),
            calendars=unique(self.plugins.collect("register_calendars"), lambda each: each.id, "calendar"),
            exceptions=tree.table(DayException, "local/calendar.csv"),
            code_lists=unique(_of(codes, CodeList), lambda each: each.id, "code list"),
            patterns=unique(_other_than(codes, CodeList), lambda each: each.id, "identifier pattern"),
            connectors=unique(self.plugins.collect("register_connectors"), lambda each: each.id, "connector"),
            profile=tree.single(SimulationProfile, "model/evidence/simulation.yaml"),
            data={each.path: tree.values(each) for each in self.data_files.of_plugins},
            changes=tuple(tree.changes),
        )


def _of(offered: tuple[Offered, ...], kind: type) -> list[Offered]:
    return [each for each in offered if isinstance(each.value, kind)]


def _other_than(offered: tuple[Offered, ...], kind: type) -> list[Offered]:
    return [each for each in offered if not isinstance(each.value, kind)]


def _by(things: tuple[_N, ...], key: str, file: str) -> dict[str, _N]:
    named: dict[str, _N] = {}
    for line, thing in enumerate(things, start=2):
        name = getattr(thing, key)
        if name in named:
            raise DuplicateError(
                f"{key} '{name}' stands twice.", where=Place(file, key, line), remedy="Remove or rename one row."
            )
        named[name] = thing
    return named
