"""Nothing of the donor's own may remain: its hotline, its names, its codes, its figures."""

from __future__ import annotations

from collections.abc import Iterator

from pilotkit.catalog.deployment import Deployment
from pilotkit.errors import Place
from pilotkit.model.surface import Check, Finding, Severity
from pilotkit.packages.donor_leaks import find_donor_leaks


def run(deployment: Deployment) -> Iterator[Finding]:
    """Yield an error for each place where something of the donor still stands."""
    for path, leftover in find_donor_leaks(deployment):
        yield Finding(
            Severity.ERROR,
            CHECK.id,
            Place(path, line=leftover.line),
            f"The donor's {leftover.kind} '{leftover.text}' stands here.",
            "Replace it by your own, or tell the package's owner if it came with the package.",
        )


CHECK = Check("leftovers", "Is anything left here that belongs to the donor?", run)
