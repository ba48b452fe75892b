"""What KPI are called: as the published packages say, and this deployment's own words above them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pilotkit.trust import PackageArchive, kpis_of
from pilotkit_hub.hub_settings import read_settings

if TYPE_CHECKING:
    from pilotkit import Kpi
    from pilotkit.pages import PageRequest


def kpis_by_id(request: PageRequest) -> Mapping[str, Kpi]:
    """Every KPI that a published package or this deployment describes; of two versions the newer.

    Raises:
        DataError: the settings or the registry are broken.
        PackageError: a published package is not whole.
    """
    found: dict[str, Kpi] = {}
    for each in read_settings(request.deployment.folder).releases():
        found.update(_kpis_in(each.path))
    return {**found, **request.catalog.kpis}


@lru_cache(maxsize=32)
def _kpis_in(package: Path) -> Mapping[str, Kpi]:
    """Return a published package never changes: its hash is part of its path."""
    return kpis_of(PackageArchive.open(package))
