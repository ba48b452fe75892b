"""For those who write plugins, and for ourselves: small deployments to try things on, a clock, and the contract.

The fixtures are pytest's own to find: see :mod:`pilotkit.testing.fixtures`. Names are loaded when they are first used.
"""

from pilotkit.lazy_names import lazy_names

_MODULES = {
    "testing.clock": "Clock",
    "testing.contract": "PluginContract contract_problems",
    "testing.quality": "report_on",
    "testing.sample_deployment": "enabling tiny_deployment tiny_file",
}
__getattr__, _HOMES = lazy_names(__name__, _MODULES)
__all__ = sorted(_HOMES)  # noqa: PLE0605  # a list, but computed from the modules above
