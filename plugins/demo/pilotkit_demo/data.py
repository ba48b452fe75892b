"""A data file of the model: it travels in packages, and a deployment overrides it key by key."""

from __future__ import annotations

from pilotkit import Catalog, LocalText
from pilotkit.data import DataFile, Holds, Noun


class Motto(Noun):
    """Something that an office wants to say of itself."""

    id: str
    words: LocalText


MOTTOS = DataFile("model/demo/mottos.yaml", Motto, Holds.LIST)


def mottos(catalog: Catalog) -> tuple[Motto, ...]:
    """Return the mottos of a deployment."""
    return catalog.values(MOTTOS.path, Motto)
