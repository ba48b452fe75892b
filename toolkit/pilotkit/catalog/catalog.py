"""The catalog: everything a deployment knows, typed and frozen, from plugins, its own tree and its overlay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel

from pilotkit.catalog.tree import OverlayChange
from pilotkit.errors import UnknownError
from pilotkit.model.access import Account
from pilotkit.model.accountability import EscalationRule
from pilotkit.model.articles import Article, Contact, Domain, LifeEvent
from pilotkit.model.calendar import Calendar, DayException
from pilotkit.model.codes import CodeList, IdentifierPattern
from pilotkit.model.cost import ComplianceCost, HourlyWage
from pilotkit.model.form import Form
from pilotkit.model.kpi import Goal, Kpi, KpiFormula, ReportedCount, ReportedFigure, Target
from pilotkit.model.lineage import Lineage, version_of
from pilotkit.model.location import AdministrativeUnit, LocationDirectory, Pattern, PointKind, ServicePoint
from pilotkit.model.package import PackageInfo
from pilotkit.model.people import Campaign, Course, Head, Norm, Role, Staffing
from pilotkit.model.procedure import Procedure, ProcedureHandler
from pilotkit.model.simulation import SimulationProfile
from pilotkit.model.source import Source
from pilotkit.model.surface import Connector
from pilotkit.settings import PilotSettings

if TYPE_CHECKING:
    from pilotkit.catalog.working_time import WorkingTime

_T = TypeVar("_T")
_V = TypeVar("_V", bound=BaseModel)


@dataclass(frozen=True)
class Catalog:
    """Everything a deployment knows. Mappings keep the order of their files."""

    settings: PilotSettings
    package: PackageInfo | None
    sources: Mapping[str, Source]
    domains: Mapping[str, Domain]
    life_events: Mapping[str, LifeEvent]
    articles: Mapping[str, Article]
    procedures: Mapping[str, Procedure]
    handlers: Mapping[str, ProcedureHandler]
    forms: Mapping[str, Form]
    directories: Mapping[str, LocationDirectory]
    units: Mapping[str, AdministrativeUnit]
    """The province and its communes as they are today, by code; former units are in ``lineage``."""
    lineage: Lineage
    """What ``local/units.csv`` and ``local/successions.csv`` say of every unit, today's and former."""
    points: Mapping[str, ServicePoint]
    pattern: Pattern | None
    kpis: Mapping[str, Kpi]
    formulas: Mapping[str, KpiFormula]
    goals: Mapping[str, Goal]
    escalations: Mapping[str, EscalationRule]
    targets: tuple[Target, ...]
    heads: Mapping[str, Head]
    roles: Mapping[str, Role]
    norms: Mapping[str, Norm]
    staffing: tuple[Staffing, ...]
    accounts: Mapping[str, Account]
    """Who may sign in, by login; their passwords are in the database."""
    campaigns: Mapping[str, Campaign]
    courses: Mapping[str, Course]
    contacts: Mapping[str, Contact]
    figures: tuple[ReportedFigure, ...]
    reported_counts: tuple[ReportedCount, ...]
    """``local/index_inputs.csv``, in the order of its lines."""
    wages: Mapping[str, HourlyWage]
    costs: Mapping[str, ComplianceCost]
    calendars: Mapping[str, Calendar]
    exceptions: tuple[DayException, ...]
    """``local/calendar.csv``; stands above the calendar of ``[calendar] source``."""
    code_lists: Mapping[str, CodeList]
    patterns: Mapping[str, IdentifierPattern]
    connectors: Mapping[str, Connector]
    profile: SimulationProfile | None
    data: Mapping[str, tuple[BaseModel, ...]]
    """Values of the data files that plugins bring, by path; :meth:`values` gives them typed."""
    changes: tuple[OverlayChange, ...]

    def values(self, path: str, kind: type[_V]) -> tuple[_V, ...]:
        """Return the values of a plugin's data file.

        Args:
            path: as the plugin registered it.
            kind: the class that it registered.

        Raises:
            UnknownError: no plugin of this deployment brings such a file.

        Example:
            >>> greetings = catalog.values("model/greeting/greetings.yaml", Greeting)
        """
        if path not in self.data:
            raise UnknownError(
                f"no plugin brings the data file '{path}'.", remedy=f"There are: {', '.join(self.data) or 'none'}."
            )
        return tuple(each for each in self.data[path] if isinstance(each, kind))

    @cached_property
    def province(self) -> AdministrativeUnit:
        """The deployment's own province."""
        return self.unit(self.settings.deployment.province)

    @cached_property
    def communes(self) -> tuple[AdministrativeUnit, ...]:
        """The communes of the province."""
        return tuple(unit for unit in self.units.values() if unit.level == "commune")

    @cached_property
    def working_time(self) -> WorkingTime:
        """When the administration works.

        Raises:
            UnknownError: ``[calendar] source`` names a calendar that no plugin offers.
        """
        from pilotkit.catalog.working_time import WorkingTime  # noqa: PLC0415  # numpy, which most commands never need

        chosen = self.settings.calendar
        calendar = _known(self.calendars, chosen.source, "calendar") if chosen.source else None
        return WorkingTime(chosen, self.settings.deployment.timezone, calendar, self.exceptions)

    @cached_property
    def location_version(self) -> str:
        """Which units, under which codes, figures are of: see :func:`pilotkit.model.lineage.version_of`."""
        return version_of(self.units.values())

    def procedure(self, code: str) -> Procedure:
        """Return the procedure with this code."""
        return _known(self.procedures, code, "procedure")

    def unit(self, code: str) -> AdministrativeUnit:
        """Return the unit of the province with this code."""
        return _known(self.units, code, "unit")

    def unit_of(self, target: Target) -> AdministrativeUnit:
        """Return the unit that a target is of, today's or a former one.

        Raises:
            UnknownError: there is no such unit.
        """
        if target.unit_from is None:
            return self.unit(target.unit)
        found = self.lineage.named(target.unit, target.unit_from)
        if found is None:
            raise UnknownError(
                f"there is no unit '{target.unit}' from {target.unit_from} in this deployment.",
                remedy="Check unit and unit_from in local/targets.csv.",
            )
        return found

    def point(self, id_: str) -> ServicePoint:
        """Return the service point with this id."""
        return _known(self.points, id_, "service point")

    def kpi(self, id_: str) -> Kpi:
        """Return the KPI with this id."""
        return _known(self.kpis, id_, "KPI")

    def points_of(self, kind: PointKind) -> tuple[ServicePoint, ...]:
        """All service points of one kind."""
        return tuple(point for point in self.points.values() if point.kind is kind)

    def head_of(self, unit: str) -> Head | None:
        """Return the office that answers for a unit."""
        return self._heads_by_unit.get(unit)

    @cached_property
    def _heads_by_unit(self) -> dict[str, Head]:
        return {head.unit: head for head in self.heads.values() if head.valid_to is None}


def _known(things: Mapping[str, _T], key: str, what: str) -> _T:
    if key not in things:
        raise UnknownError(f"there is no {what} '{key}' in this deployment.", remedy="Check the code's spelling.")
    return things[key]
