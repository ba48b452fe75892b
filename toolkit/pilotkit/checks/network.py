"""The units of the province and the points that serve them."""

from __future__ import annotations

from collections.abc import Iterator

from pilotkit.catalog.catalog import Catalog
from pilotkit.catalog.deployment import Deployment
from pilotkit.checks.grouping import gather
from pilotkit.errors import Place
from pilotkit.model.location import AdministrativeUnit
from pilotkit.model.surface import Check, Finding, Severity

UNITS = "local/units.csv"


def run(deployment: Deployment) -> Iterator[Finding]:
    """Units that belong elsewhere are errors; communes that nobody serves are warnings."""
    catalog = deployment.catalog
    yield from _misfits(catalog)
    yield from gather(_unserved(catalog), "{count} communes have no service point that is not closed: {names}.")


def _misfits(catalog: Catalog) -> Iterator[Finding]:
    who = catalog.settings.deployment
    for unit in catalog.units.values():
        if unit.scheme != who.scheme:
            yield _misfit(unit, "scheme", f"is of scheme '{unit.scheme}', the deployment is of '{who.scheme}'")
        elif unit.level == "province" and unit.code != who.province:
            yield _misfit(unit, "level", f"is a province, but the deployment's province is '{who.province}'")
        elif unit.level == "commune" and unit.code == who.province:
            yield _misfit(unit, "level", "is the deployment's province, but stands there as a commune")
        elif unit.level == "commune" and unit.parent != who.province:
            parent = f"belongs to '{unit.parent}'" if unit.parent else "belongs to no province"
            yield _misfit(unit, "parent", f"{parent}, the deployment's province is '{who.province}'")


def _misfit(unit: AdministrativeUnit, column: str, what: str) -> Finding:
    return Finding(
        Severity.ERROR,
        CHECK.id,
        Place(UNITS, f"{unit.code}.{column}"),
        f"{unit.name} {what}.",
        "Correct the row, or remove it.",
    )


def _unserved(catalog: Catalog) -> Iterator[Finding]:
    served = {point.unit for point in catalog.points.values() if point.status != "closed"}
    for unit in catalog.communes:
        if unit.code not in served:
            yield Finding(
                Severity.WARNING,
                CHECK.id,
                Place("local/points.csv", unit.code),
                f"{unit.name} has no service point that is not closed.",
                "Add a point for every commune, even a planned one.",
            )


CHECK = Check("network", "Does every unit belong here, and is every commune served?", run)
