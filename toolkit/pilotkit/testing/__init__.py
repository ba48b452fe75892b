"""For those who write plugins, and for ourselves: a small deployment to try things on, a clock, and the contract."""

from pilotkit.testing.clock import Clock
from pilotkit.testing.contract import contract_problems
from pilotkit.testing.tiny import tiny_deployment, tiny_file

__all__ = ["Clock", "contract_problems", "tiny_deployment", "tiny_file"]
