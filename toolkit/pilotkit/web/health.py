"""What whoever watches the server is told: that it answers, what it runs, and how the package stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pilotkit.catalog.deployment import Deployment
from pilotkit.errors import PilotkitError
from pilotkit.registry.deployment_trust import trust_of
from pilotkit.version import __version__


def health_of(deployment: Deployment, now: datetime) -> dict[str, Any]:
    """Return the answer of ``/health``; a stale or revoked package keeps running, and is told here."""
    info = deployment.catalog.package
    return {
        "ok": True,
        "deployment": deployment.settings.deployment.id,
        "package": info.version if info else None,
        "pilotkit": __version__,
        "trust": _trust(deployment, now),
    }


def _trust(deployment: Deployment, now: datetime) -> dict[str, Any] | None:
    try:
        found = trust_of(deployment.folder, now=now)
    except PilotkitError as problem:
        return {"problem": problem.what}
    if found is None:
        return None
    return {
        "voucher": found.statement.voucher,
        "stale_since": found.stale_since.isoformat() if found.stale_since else None,
        "clock_set_back": found.set_back_from is not None,
        "revoked": found.revocation is not None,
    }
