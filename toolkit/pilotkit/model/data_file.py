"""Data files: which file of a deployment holds which values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel

from pilotkit.errors import PluginError

_PATH = re.compile(r"(model|local)(/[a-z0-9][a-z0-9_-]*)+(\.yaml|\.csv)?")


class Holds(StrEnum):
    """The shape of a data file."""

    LIST = "list"
    """YAML: a list of values, each with an ``id``."""
    ONE = "one"
    """YAML: one value."""
    ROWS = "rows"
    """CSV: one value a row."""
    FOLDER = "folder"
    """A folder of YAML files, one value each, named after its key."""


_SUFFIX = {Holds.LIST: ".yaml", Holds.ONE: ".yaml", Holds.ROWS: ".csv", Holds.FOLDER: ""}


@dataclass(frozen=True)
class DataFile:
    """A file or folder of ``model/``, which travels in packages and can be overridden, or of ``local/``, which stays.

    Raises:
        PluginError: its path is not one of ``model/`` or ``local/`` for what it holds, or its class takes unknown keys.

    Example:
        >>> from pilotkit import LocalText
        >>> from pilotkit.data import Noun
        >>> class Greeting(Noun):
        ...     id: str
        ...     words: LocalText
        >>> DataFile("model/greeting/greetings.yaml", Greeting, Holds.LIST).is_overridable
        True
    """

    path: str
    noun: type[BaseModel]
    """The class of its values; it refuses unknown keys."""
    holds: Holds
    key: str = "id"
    """Of a folder: the field that files are named after."""

    def __post_init__(self) -> None:
        found = _PATH.fullmatch(self.path)
        if found is None or (found[3] or "") != _SUFFIX[self.holds] or self.path.startswith("local/overrides"):
            raise PluginError(
                f"the data file '{self.path}' of {self.noun.__name__} cannot hold {self.holds.value}.",
                remedy="Put it below model/ or local/, as .yaml, .csv or a folder, in small letters.",
            )
        if self.noun.model_config.get("extra") != "forbid":
            raise PluginError(
                f"{self.noun.__name__} of the data file '{self.path}' takes unknown keys.",
                remedy="Let it inherit from pilotkit.data.Noun.",
            )

    @property
    def is_overridable(self) -> bool:
        """Whether a deployment may change it key by key in ``local/overrides/``."""
        return self.path.startswith("model/") and self.holds is not Holds.ROWS

    def has(self, file: str) -> bool:
        """Whether a path is this file, or a file of this folder."""
        if self.holds is not Holds.FOLDER:
            return file == self.path
        folder, _, name = file.rpartition("/")
        return folder == self.path and name.endswith(".yaml")
