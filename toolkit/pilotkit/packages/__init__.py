"""Model packages: pack a deployment, inspect and verify what was packed, and find what belongs to its donor."""

from pilotkit.packages.archive import PackageArchive, PackageContents, inspect, unpack
from pilotkit.packages.defaults import SettingDefaults
from pilotkit.packages.leftovers import find_leftovers
from pilotkit.packages.manifest import Drift, verify_model
from pilotkit.packages.marks import DonorMarks, Leftover
from pilotkit.packages.packing import PackedPackage, pack

__all__ = [
    "DonorMarks",
    "Drift",
    "Leftover",
    "PackageArchive",
    "PackageContents",
    "PackedPackage",
    "SettingDefaults",
    "find_leftovers",
    "inspect",
    "pack",
    "unpack",
    "verify_model",
]
