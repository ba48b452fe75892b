"""Somebody vouches for the package, and still does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pilotkit.catalog.deployment import Deployment
from pilotkit.errors import Place
from pilotkit.model.registry import DeploymentTrust, Voucher
from pilotkit.model.surface import Check, Finding, Severity
from pilotkit.registry.clock_rollback import set_right
from pilotkit.registry.deployment_trust import FOLDER, STATEMENT, trust_of
from pilotkit.registry.trust_root import METADATA
from pilotkit.registry.version_selection import instead_of


def run(deployment: Deployment) -> Iterator[Finding]:
    """Yield an error for a revoked package, a warning for a stale one or a wrong clock, a notice for unsigned."""
    found = trust_of(deployment.folder)
    if found is None:
        return
    package = f"{found.statement.name} {found.statement.version}"
    if found.revocation is not None:
        gone = found.revocation
        yield _finding(
            Severity.ERROR, f"{package} was revoked on {gone.revoked:%Y-%m-%d}: {gone.reason}", instead_of(gone)
        )
    if found.stale_since is not None:
        yield _finding(
            Severity.WARNING, _stale(found), "Run 'pilotkit registry follow' every day; it runs on meanwhile."
        )
    if found.set_back_from is not None:
        yield _finding(
            Severity.WARNING,
            f"the clock was set back: it has been {found.set_back_from:%Y-%m-%d %H:%M} UTC already, "
            "so expired words would pass for good.",
            set_right(Path(FOLDER) / METADATA),
        )
    if found.statement.voucher is Voucher.NOBODY:
        yield _finding(
            Severity.NOTICE,
            f"nobody vouches for {package}: it was taken unsigned.",
            "Take it from a registry when it is there.",
        )


def _stale(found: DeploymentTrust) -> str:
    since = f"{found.stale_since:%Y-%m-%d %H:%M}"
    return f"the last word of {found.statement.registry} expired on {since} UTC: a revocation would go unseen."


def _finding(severity: Severity, message: str, remedy: str) -> Finding:
    return Finding(severity, CHECK.id, Place(f"{FOLDER}/{STATEMENT}"), message, remedy)


CHECK = Check("trust", "Does somebody vouch for the package, and still do so?", run)
