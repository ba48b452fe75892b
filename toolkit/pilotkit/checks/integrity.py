"""The package's files are as they came."""

from __future__ import annotations

from collections.abc import Iterator

from pilotkit.catalog.deployment import Deployment
from pilotkit.checks.grouping import gather
from pilotkit.errors import Place
from pilotkit.model.surface import Check, Finding, Severity
from pilotkit.packages.manifest import verify_model

_WORDS = {
    "changed": ("The file is not as the package has it.", "{count} files are not as the package has them: {names}."),
    "missing": ("The package's file is missing.", "{count} files of the package are missing: {names}."),
    "added": ("The file is not one of the package.", "{count} files are not of the package: {names}."),
}


def run(deployment: Deployment) -> Iterator[Finding]:
    """Yield an error for each file that differs from the manifest; a model without one is authored here."""
    drifts = tuple(verify_model(deployment))
    for kind, (one, many) in _WORDS.items():
        yield from gather((_finding(drift.path, one) for drift in drifts if drift.kind == kind), many)


def _finding(path: str, message: str) -> Finding:
    return Finding(
        Severity.ERROR,
        CHECK.id,
        Place(path),
        message,
        "Bring model/ back to what the package has; write changes into local/overrides/ instead.",
    )


CHECK = Check("integrity", "Are the package's files as they came?", run)
