"""The log of a blocked upgrade for the next receipt: which version, since when and why, without any value."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from pilotkit.errors import DataError
from pilotkit.model.adoption import MOST_REASONS, RefusalReason, RefusedUpgrade
from pilotkit.model.package import precedence
from pilotkit.model.upgrade import Obstacle, UpgradePlan
from pilotkit.packages.blocked_upgrade import FILE, read_refused
from pilotkit.registry.atomic_files import write_atomic


def record_blocked(folder: Path, plan: UpgradePlan) -> None:
    """Record the obstacles of an upgrade to a newer version, if there are any.

    Raises:
        TargetError: it cannot be written.
    """
    if not plan.blocked or precedence(plan.offered) <= precedence(plan.installed):
        return
    before = _held(folder)
    refused = RefusedUpgrade(
        version=plan.offered,
        since=before.since if before and before.version == plan.offered else datetime.now(UTC),
        count=len(plan.blocked),
        reasons=tuple(map(_reason, plan.blocked[:MOST_REASONS])),
    )
    write_atomic(folder / FILE, f"{refused.model_dump_json(indent=1, exclude_none=True)}\n".encode())


def clear_blocked(folder: Path, version: str) -> None:
    """Remove the record of a version that is installed now, or of an older one."""
    before = _held(folder)
    if before is None or precedence(version) >= precedence(before.version):
        (folder / FILE).unlink(missing_ok=True)


def _reason(obstacle: Obstacle) -> RefusalReason:
    """Return a reason without any path outside the deployment: that may name a person's home."""
    file = "" if Path(obstacle.file).is_absolute() else obstacle.file
    return RefusalReason(kind=obstacle.kind, file=file, key=obstacle.key, check=obstacle.check)


def _held(folder: Path) -> RefusedUpgrade | None:
    try:
        return read_refused(folder)
    except DataError:  # which is about to be written anew or taken away
        return None
