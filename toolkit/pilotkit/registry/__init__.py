"""Registries: a ministry signs, publishes and revokes packages; whoever takes one knows who vouches for it."""

from pilotkit.registry.obtaining import Obtained, obtain
from pilotkit.registry.standing import follow, record, registry_of, standing, vouching_files
from pilotkit.registry.trusted import TrustedRegistry

__all__ = [
    "Obtained",
    "TrustedRegistry",
    "follow",
    "obtain",
    "record",
    "registry_of",
    "standing",
    "vouching_files",
]
