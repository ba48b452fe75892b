"""pilotkit: package a model of public service once, run it in every province.

The names that every plugin needs. The rest stands behind a few doors, each imported by who needs it:
:mod:`pilotkit.pages`, :mod:`pilotkit.cases`, :mod:`pilotkit.figures`, :mod:`pilotkit.trust`, :mod:`pilotkit.places`,
:mod:`pilotkit.data`, :mod:`pilotkit.tables` and :mod:`pilotkit.testing`. Plugins import from these and from nowhere
else inside pilotkit.

Names are loaded when they are first used (PEP 562); ``__init__.pyi`` tells type checkers what they are.
"""

from pilotkit.lazy_names import lazy_names
from pilotkit.version import __version__ as __version__

_MODULES = {
    "catalog.catalog": "Catalog",
    "catalog.deployment": "Deployment",
    "errors": "CaseError DataError PilotkitError Place PluginError UnknownError",
    "hookspecs": "hookimpl",
    "model.kpi": "Kpi KpiFormula Target",
    "model.location": "AdministrativeUnit PointKind ServicePoint",
    "model.procedure": "Channel Deadline DeadlineUnit Document Fee Level Offer Procedure ProcedureHandler Result Step",
    "model.source": "Certainty Source",
    "model.surface": "Check Command Connector Download Finding Navigation Page PluginContext Redirect Severity View",
    "model.text": "LocalText",
    "services": "open_services",
}
__getattr__, _HOMES = lazy_names(__name__, _MODULES)
__all__ = sorted(["__version__", *_HOMES])  # noqa: PLE0605  # a list, but computed from the modules above


def __dir__() -> list[str]:
    return __all__
