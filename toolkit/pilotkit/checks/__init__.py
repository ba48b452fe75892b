"""Is this deployment sound? Checks ask one question each and answer with findings: where, what, and what to do."""

from pilotkit.checks.running import run_checks

__all__ = ["run_checks"]
