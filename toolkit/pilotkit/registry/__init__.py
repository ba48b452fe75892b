"""Registries: a ministry signs, publishes and revokes packages; whoever takes one knows who vouches for it."""

from pilotkit.registry.obtaining import Obtained, obtain
from pilotkit.registry.standing import STATEMENT_FILE, follow, record, registry_of, standing, statement_text
from pilotkit.registry.trusted import TrustedRegistry

__all__ = [
    "STATEMENT_FILE",
    "Obtained",
    "TrustedRegistry",
    "follow",
    "obtain",
    "record",
    "registry_of",
    "standing",
    "statement_text",
]
