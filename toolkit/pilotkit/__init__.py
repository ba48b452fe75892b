"""pilotkit: package a model of public service once, run it in every province.

This is the front door. Plugins import from here and from nowhere else inside pilotkit. Names are loaded when they are
first used, so that a command which needs none of them starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pilotkit.version import __version__ as __version__

_ROOMS = {
    "errors": (
        "CaseError", "DataError", "DuplicateError", "PackageError", "PilotkitError", "Place", "PluginError",
        "RefusedError", "TargetError", "TemplateError", "TrustError", "UnknownError",
    ),
    "hookspecs": ("hookimpl",),
    "model.access": ("Authority",),
    "model.calendar": ("Calendar", "DayException"),
    "model.case": ("Application", "Case", "CaseEvent", "CaseStatus", "EventKind"),
    "model.codes": ("Code", "CodeList", "IdentifierPattern"),
    "model.filing": ("Receipt",),
    "model.form": ("Form", "FormPage", "Question"),
    "model.knowledge": ("Article", "Contact", "Domain", "LifeEvent"),
    "model.kpi": (
        "FormulaInput", "Goal", "Kpi", "KpiFormula", "KpiValue", "ReportedCount", "ReportedFigure", "Target",
        "TargetStatus",
    ),
    "model.location": (
        "AdministrativeUnit", "LocationDirectory", "Pattern", "PointKind", "ServicePoint", "Succession",
        "UnitKey",
    ),
    "model.package": ("Derivation", "Manifest", "MeasuredFigure", "PackageInfo", "precedence"),
    "model.payment": ("Payment", "PaymentConnector", "PaymentOrder", "PaymentState"),
    "model.people": ("Campaign", "Course", "Head", "Norm", "Role", "Staffing"),
    "model.personal": ("Attachment", "Content", "Person", "PersonalFile"),
    "model.printing": ("DocumentTemplate", "PrintRequest"),
    "model.procedure": (
        "Channel", "Deadline", "DeadlineUnit", "Document", "Fee", "Level", "Offer", "Procedure",
        "ProcedureHandler", "Result", "Step", "Transition",
    ),
    "model.queue": ("Ticket", "TicketState"),
    "model.simulation": ("SimulationProfile",),
    "model.source": ("Certainty", "Source", "Sourced"),
    "model.surface": (
        "Check", "Command", "Connector", "Download", "Finding", "Navigation", "Page", "Posted", "Redirect",
        "Severity", "Site", "Stream", "TableSet", "Upload", "View",
    ),
    "model.text": ("LocalText", "Noun", "search_form"),
    "model.work": ("ClockState", "Countdown", "Group", "Outcome", "Pressing", "Wanted", "WorkItem", "Workload"),
    "catalog.catalog": ("Catalog",),
    "catalog.deployment": ("Deployment",),
    "measures.board": ("CasePage", "Measures"),
    "measures.engines": ("Answer", "Engine", "Files", "together"),
    "measures.plan": ("Plan", "Quantile", "Sum"),
    "web.forms": ("FilledPage", "FormField"),
    "casework.desk": ("Desk",),
    "casework.statements": ("Statements", "amount_in"),
    "web.visit": ("Visit",),
    "model.accountability": ("Escalation", "EscalationRule", "Occasion", "SignOff"),
    "model.heartbeat": ("Heartbeat", "PointCondition", "PointState"),
    "model.lineage": ("Lineage",),
    "model.operations": ("DayAtWork", "PointQueue", "UnitBacklog", "UnitPressure"),
    "boundaries.changes": ("UnitChange", "read_change"),
    "boundaries.impact": ("ChangeImpact", "impact_of"),
    "measures.escalation": ("escalations",),
    "measures.signing": ("SignOffs", "SignedFigure"),
    "measures.standing": ("Standing",),
    "web.drawing": ("PointMap", "point_map"),
    "web.formats": ("Formats",),
    "casework.jurisdiction": ("unit_of",),
    "casework.printing": ("bind", "print_document"),
    "model.cost": ("CaseCost", "ComplianceCost", "HourlyWage", "saved_share"),
    "measures.costs": ("CostChange", "cost_changes", "year_total"),
    "measures.formulas": ("FormulaValue", "IndexValue", "InputValue", "index_values"),
    "reading": ("noun_from", "read_yaml"),
    "model.registry": ("Listing", "Release", "Revocation", "Revocations", "TrustStanding", "TrustStatement"),
    "registry.envelopes": ("open_statement", "sign_statement"),
    "model.adoption": (
        "AdoptionReceipt", "CheckSummary", "InstalledPackage", "LeftOpen", "MonthlyFigure", "OpenPlace",
        "RefusalReason", "RefusedUpgrade",
    ),
    "model.notes": ("DeadlineNote", "FeesNote", "KpiNote", "ProcedureNote", "ReleaseNotes"),
    "storage.store": ("Store",),
    "packages.archive": ("PackageArchive",),
    "packages.comparing": ("compare_packages", "kpis_of"),
    "registry.status": ("PublishedRelease", "RegistryStatus", "RoleStatus", "published_releases", "status_of"),
    "adoption.sealing": ("open_receipt", "public_key"),
    "web.words": ("words_of",),
}  # fmt: skip
_HOMES = {name: room for room, names in _ROOMS.items() for name in names}
__all__ = sorted(["__version__", *_HOMES])  # noqa: PLE0605  # a list, but computed from the rooms above

if TYPE_CHECKING:
    from pilotkit.adoption.sealing import open_receipt as open_receipt
    from pilotkit.adoption.sealing import public_key as public_key
    from pilotkit.boundaries.changes import UnitChange as UnitChange
    from pilotkit.boundaries.changes import read_change as read_change
    from pilotkit.boundaries.impact import ChangeImpact as ChangeImpact
    from pilotkit.boundaries.impact import impact_of as impact_of
    from pilotkit.casework.desk import Desk as Desk
    from pilotkit.casework.jurisdiction import unit_of as unit_of
    from pilotkit.casework.printing import bind as bind
    from pilotkit.casework.printing import print_document as print_document
    from pilotkit.casework.statements import Statements as Statements
    from pilotkit.casework.statements import amount_in as amount_in
    from pilotkit.catalog.catalog import Catalog as Catalog
    from pilotkit.catalog.deployment import Deployment as Deployment
    from pilotkit.errors import CaseError as CaseError
    from pilotkit.errors import DataError as DataError
    from pilotkit.errors import DuplicateError as DuplicateError
    from pilotkit.errors import PackageError as PackageError
    from pilotkit.errors import PilotkitError as PilotkitError
    from pilotkit.errors import Place as Place
    from pilotkit.errors import PluginError as PluginError
    from pilotkit.errors import RefusedError as RefusedError
    from pilotkit.errors import TargetError as TargetError
    from pilotkit.errors import TemplateError as TemplateError
    from pilotkit.errors import TrustError as TrustError
    from pilotkit.errors import UnknownError as UnknownError
    from pilotkit.hookspecs import hookimpl as hookimpl
    from pilotkit.measures.board import CasePage as CasePage
    from pilotkit.measures.board import Measures as Measures
    from pilotkit.measures.costs import CostChange as CostChange
    from pilotkit.measures.costs import cost_changes as cost_changes
    from pilotkit.measures.costs import year_total as year_total
    from pilotkit.measures.engines import Answer as Answer
    from pilotkit.measures.engines import Engine as Engine
    from pilotkit.measures.engines import Files as Files
    from pilotkit.measures.engines import together as together
    from pilotkit.measures.escalation import escalations as escalations
    from pilotkit.measures.formulas import FormulaValue as FormulaValue
    from pilotkit.measures.formulas import IndexValue as IndexValue
    from pilotkit.measures.formulas import InputValue as InputValue
    from pilotkit.measures.formulas import index_values as index_values
    from pilotkit.measures.plan import Plan as Plan
    from pilotkit.measures.plan import Quantile as Quantile
    from pilotkit.measures.plan import Sum as Sum
    from pilotkit.measures.signing import SignedFigure as SignedFigure
    from pilotkit.measures.signing import SignOffs as SignOffs
    from pilotkit.measures.standing import Standing as Standing
    from pilotkit.model.access import Authority as Authority
    from pilotkit.model.accountability import Escalation as Escalation
    from pilotkit.model.accountability import EscalationRule as EscalationRule
    from pilotkit.model.accountability import Occasion as Occasion
    from pilotkit.model.accountability import SignOff as SignOff
    from pilotkit.model.adoption import AdoptionReceipt as AdoptionReceipt
    from pilotkit.model.adoption import CheckSummary as CheckSummary
    from pilotkit.model.adoption import InstalledPackage as InstalledPackage
    from pilotkit.model.adoption import LeftOpen as LeftOpen
    from pilotkit.model.adoption import MonthlyFigure as MonthlyFigure
    from pilotkit.model.adoption import OpenPlace as OpenPlace
    from pilotkit.model.adoption import RefusalReason as RefusalReason
    from pilotkit.model.adoption import RefusedUpgrade as RefusedUpgrade
    from pilotkit.model.calendar import Calendar as Calendar
    from pilotkit.model.calendar import DayException as DayException
    from pilotkit.model.case import Application as Application
    from pilotkit.model.case import Case as Case
    from pilotkit.model.case import CaseEvent as CaseEvent
    from pilotkit.model.case import CaseStatus as CaseStatus
    from pilotkit.model.case import EventKind as EventKind
    from pilotkit.model.codes import Code as Code
    from pilotkit.model.codes import CodeList as CodeList
    from pilotkit.model.codes import IdentifierPattern as IdentifierPattern
    from pilotkit.model.cost import CaseCost as CaseCost
    from pilotkit.model.cost import ComplianceCost as ComplianceCost
    from pilotkit.model.cost import HourlyWage as HourlyWage
    from pilotkit.model.cost import saved_share as saved_share
    from pilotkit.model.filing import Receipt as Receipt
    from pilotkit.model.form import Form as Form
    from pilotkit.model.form import FormPage as FormPage
    from pilotkit.model.form import Question as Question
    from pilotkit.model.heartbeat import Heartbeat as Heartbeat
    from pilotkit.model.heartbeat import PointCondition as PointCondition
    from pilotkit.model.heartbeat import PointState as PointState
    from pilotkit.model.knowledge import Article as Article
    from pilotkit.model.knowledge import Contact as Contact
    from pilotkit.model.knowledge import Domain as Domain
    from pilotkit.model.knowledge import LifeEvent as LifeEvent
    from pilotkit.model.kpi import FormulaInput as FormulaInput
    from pilotkit.model.kpi import Goal as Goal
    from pilotkit.model.kpi import Kpi as Kpi
    from pilotkit.model.kpi import KpiFormula as KpiFormula
    from pilotkit.model.kpi import KpiValue as KpiValue
    from pilotkit.model.kpi import ReportedCount as ReportedCount
    from pilotkit.model.kpi import ReportedFigure as ReportedFigure
    from pilotkit.model.kpi import Target as Target
    from pilotkit.model.kpi import TargetStatus as TargetStatus
    from pilotkit.model.lineage import Lineage as Lineage
    from pilotkit.model.location import AdministrativeUnit as AdministrativeUnit
    from pilotkit.model.location import LocationDirectory as LocationDirectory
    from pilotkit.model.location import Pattern as Pattern
    from pilotkit.model.location import PointKind as PointKind
    from pilotkit.model.location import ServicePoint as ServicePoint
    from pilotkit.model.location import Succession as Succession
    from pilotkit.model.location import UnitKey as UnitKey
    from pilotkit.model.notes import DeadlineNote as DeadlineNote
    from pilotkit.model.notes import FeesNote as FeesNote
    from pilotkit.model.notes import KpiNote as KpiNote
    from pilotkit.model.notes import ProcedureNote as ProcedureNote
    from pilotkit.model.notes import ReleaseNotes as ReleaseNotes
    from pilotkit.model.operations import DayAtWork as DayAtWork
    from pilotkit.model.operations import PointQueue as PointQueue
    from pilotkit.model.operations import UnitBacklog as UnitBacklog
    from pilotkit.model.operations import UnitPressure as UnitPressure
    from pilotkit.model.package import Derivation as Derivation
    from pilotkit.model.package import Manifest as Manifest
    from pilotkit.model.package import MeasuredFigure as MeasuredFigure
    from pilotkit.model.package import PackageInfo as PackageInfo
    from pilotkit.model.package import precedence as precedence
    from pilotkit.model.payment import Payment as Payment
    from pilotkit.model.payment import PaymentConnector as PaymentConnector
    from pilotkit.model.payment import PaymentOrder as PaymentOrder
    from pilotkit.model.payment import PaymentState as PaymentState
    from pilotkit.model.people import Campaign as Campaign
    from pilotkit.model.people import Course as Course
    from pilotkit.model.people import Head as Head
    from pilotkit.model.people import Norm as Norm
    from pilotkit.model.people import Role as Role
    from pilotkit.model.people import Staffing as Staffing
    from pilotkit.model.personal import Attachment as Attachment
    from pilotkit.model.personal import Content as Content
    from pilotkit.model.personal import Person as Person
    from pilotkit.model.personal import PersonalFile as PersonalFile
    from pilotkit.model.printing import DocumentTemplate as DocumentTemplate
    from pilotkit.model.printing import PrintRequest as PrintRequest
    from pilotkit.model.procedure import Channel as Channel
    from pilotkit.model.procedure import Deadline as Deadline
    from pilotkit.model.procedure import DeadlineUnit as DeadlineUnit
    from pilotkit.model.procedure import Document as Document
    from pilotkit.model.procedure import Fee as Fee
    from pilotkit.model.procedure import Level as Level
    from pilotkit.model.procedure import Offer as Offer
    from pilotkit.model.procedure import Procedure as Procedure
    from pilotkit.model.procedure import ProcedureHandler as ProcedureHandler
    from pilotkit.model.procedure import Result as Result
    from pilotkit.model.procedure import Step as Step
    from pilotkit.model.procedure import Transition as Transition
    from pilotkit.model.queue import Ticket as Ticket
    from pilotkit.model.queue import TicketState as TicketState
    from pilotkit.model.registry import Listing as Listing
    from pilotkit.model.registry import Release as Release
    from pilotkit.model.registry import Revocation as Revocation
    from pilotkit.model.registry import Revocations as Revocations
    from pilotkit.model.registry import TrustStanding as TrustStanding
    from pilotkit.model.registry import TrustStatement as TrustStatement
    from pilotkit.model.simulation import SimulationProfile as SimulationProfile
    from pilotkit.model.source import Certainty as Certainty
    from pilotkit.model.source import Source as Source
    from pilotkit.model.source import Sourced as Sourced
    from pilotkit.model.surface import Check as Check
    from pilotkit.model.surface import Command as Command
    from pilotkit.model.surface import Connector as Connector
    from pilotkit.model.surface import Download as Download
    from pilotkit.model.surface import Finding as Finding
    from pilotkit.model.surface import Navigation as Navigation
    from pilotkit.model.surface import Page as Page
    from pilotkit.model.surface import Posted as Posted
    from pilotkit.model.surface import Redirect as Redirect
    from pilotkit.model.surface import Severity as Severity
    from pilotkit.model.surface import Site as Site
    from pilotkit.model.surface import Stream as Stream
    from pilotkit.model.surface import TableSet as TableSet
    from pilotkit.model.surface import Upload as Upload
    from pilotkit.model.surface import View as View
    from pilotkit.model.text import LocalText as LocalText
    from pilotkit.model.text import Noun as Noun
    from pilotkit.model.text import search_form as search_form
    from pilotkit.model.work import ClockState as ClockState
    from pilotkit.model.work import Countdown as Countdown
    from pilotkit.model.work import Group as Group
    from pilotkit.model.work import Outcome as Outcome
    from pilotkit.model.work import Pressing as Pressing
    from pilotkit.model.work import Wanted as Wanted
    from pilotkit.model.work import WorkItem as WorkItem
    from pilotkit.model.work import Workload as Workload
    from pilotkit.packages.archive import PackageArchive as PackageArchive
    from pilotkit.packages.comparing import compare_packages as compare_packages
    from pilotkit.packages.comparing import kpis_of as kpis_of
    from pilotkit.reading import noun_from as noun_from
    from pilotkit.reading import read_yaml as read_yaml
    from pilotkit.registry.envelopes import open_statement as open_statement
    from pilotkit.registry.envelopes import sign_statement as sign_statement
    from pilotkit.registry.status import PublishedRelease as PublishedRelease
    from pilotkit.registry.status import RegistryStatus as RegistryStatus
    from pilotkit.registry.status import RoleStatus as RoleStatus
    from pilotkit.registry.status import published_releases as published_releases
    from pilotkit.registry.status import status_of as status_of
    from pilotkit.storage.store import Store as Store
    from pilotkit.web.drawing import PointMap as PointMap
    from pilotkit.web.drawing import point_map as point_map
    from pilotkit.web.formats import Formats as Formats
    from pilotkit.web.forms import FilledPage as FilledPage
    from pilotkit.web.forms import FormField as FormField
    from pilotkit.web.visit import Visit as Visit
    from pilotkit.web.words import words_of as words_of


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"pilotkit has no public name {name!r}")
    return getattr(import_module(f"pilotkit.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)
