"""Do the points have the people that the package's norms ask for?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pilotkit.catalog.catalog import Catalog
from pilotkit.catalog.deployment import Deployment
from pilotkit.checks.grouping import gather
from pilotkit.errors import Place
from pilotkit.model.people import Norm
from pilotkit.model.surface import Check, Finding, Severity

STAFF = "local/staff.csv"


def run(deployment: Deployment) -> Iterator[Finding]:
    """Yield a warning for each open point below a norm; one for all where staff is not recorded at all."""
    catalog = deployment.catalog
    if not catalog.staffing:
        if any(norm.minimum and catalog.points_of(norm.at) for norm in catalog.norms.values()):
            yield Finding(
                Severity.WARNING,
                CHECK.id,
                Place(STAFF),
                "No staff is recorded, so capacity cannot be held against the package's norms.",
                "List how many of each role serve at each point.",
            )
        return
    counts: Counter[tuple[str, str]] = Counter()
    for staff in catalog.staffing:
        counts[staff.point, staff.role] += staff.count
    for norm in catalog.norms.values():
        yield from gather(
            _short(catalog, norm, counts),
            f"{{count}} points have fewer than {norm.minimum} of role '{norm.role}' (norm '{norm.id}'): {{names}}.",
        )


def _short(catalog: Catalog, norm: Norm, counts: Counter[tuple[str, str]]) -> Iterator[Finding]:
    each = "each day " if norm.per == "point_day" else ""
    for point in catalog.points_of(norm.at):
        count = counts[point.id, norm.role]
        if point.status == "open" and count < norm.minimum:
            yield Finding(
                Severity.WARNING,
                CHECK.id,
                Place(STAFF, point.id),
                f"{point.name} has {count} of role '{norm.role}'; the norm '{norm.id}' asks {each}for {norm.minimum}.",
                "Assign more people, or correct the count.",
            )


CHECK = Check("capacity", "Do the points have the people that the norms ask for?", run)
