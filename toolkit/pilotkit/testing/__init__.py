"""For those who write plugins, and for ourselves: small deployments to try things on, a clock, and the contract.

The fixtures are pytest's own to find: see :mod:`pilotkit.testing.fixtures`.
"""

from pilotkit.testing.clock import Clock
from pilotkit.testing.contract import PluginContract, contract_problems
from pilotkit.testing.quality import report_on
from pilotkit.testing.sample_deployment import enabling, tiny_deployment, tiny_file

__all__ = [
    "Clock",
    "PluginContract",
    "contract_problems",
    "enabling",
    "report_on",
    "tiny_deployment",
    "tiny_file",
]
