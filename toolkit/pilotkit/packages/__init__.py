"""Model packages: pack a deployment, inspect and verify what was packed, and find what belongs to its donor."""

from pilotkit.packages.archive import PackageArchive, PackageContents, inspect, unpack
from pilotkit.packages.defaults import SettingDefaults
from pilotkit.packages.leftovers import find_leftovers
from pilotkit.packages.manifest import Drift, verify_model
from pilotkit.packages.marks import DonorMarks, Leftover
from pilotkit.packages.measured import Unproven, measure, unproven_claims
from pilotkit.packages.packing import PackedPackage, PackOrder, pack

__all__ = [
    "DonorMarks",
    "Drift",
    "Leftover",
    "PackOrder",
    "PackageArchive",
    "PackageContents",
    "PackedPackage",
    "SettingDefaults",
    "Unproven",
    "find_leftovers",
    "inspect",
    "measure",
    "pack",
    "unpack",
    "unproven_claims",
    "verify_model",
]
