"""Procedures whose deadline nobody has published: their cases are never late, which is no reason for praise."""

from __future__ import annotations

from collections.abc import Iterator

from pilotkit.catalog.deployment import Deployment
from pilotkit.checks.grouping import gather
from pilotkit.checks.homes import home_of
from pilotkit.errors import Place
from pilotkit.model.surface import Check, Finding, Severity


def run(deployment: Deployment) -> Iterator[Finding]:
    """Yield a notice for procedures without a deadline through any channel."""
    yield from gather(
        _without_deadline(deployment), "{count} procedures have no deadline, so their cases are never counted as late."
    )


def _without_deadline(deployment: Deployment) -> Iterator[Finding]:
    for procedure in deployment.catalog.procedures.values():
        if not any(offer.deadline for offer in procedure.offers.values()):
            yield Finding(
                Severity.NOTICE,
                CHECK.id,
                Place(home_of(procedure), "offers"),
                "The procedure has no deadline through any channel, so its cases are never counted as late.",
                "Add the deadline as soon as it is published.",
            )


CHECK = Check("deadlines", "Is it known by when each procedure must be finished?", run)
