"""How long ``pilotkit --version`` takes, against an interpreter that does nothing."""

import sys
from pathlib import Path

from timing import Ratio, processes, summary


def measure(runs: int = 15) -> Ratio:
    """Return the ratio of wall times."""
    pilotkit = str(Path(sys.executable).with_name("pilotkit"))
    ratios = processes([pilotkit, "--version"], [sys.executable, "-c", "pass"], runs)
    return summary("startup", "pilotkit --version", "python -c pass", ratios, 2.5, at_most=True, of="wall time")
