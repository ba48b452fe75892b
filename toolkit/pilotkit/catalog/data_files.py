"""The data files of a deployment: the core's, and those that its plugins bring."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pilotkit.catalog.plugins import Offered, unique
from pilotkit.catalog.tree import CORE_FILES, OTHER_FILES
from pilotkit.errors import DuplicateError
from pilotkit.model.data_file import DataFile


class DataFiles:
    """Every data file that is read.

    Args:
        offered: answers to ``register_data``.

    Raises:
        DuplicateError: two plugins offer one path, or a plugin one of the core's.
    """

    def __init__(self, offered: Iterable[Offered] = ()) -> None:
        answers = tuple(offered)
        core = {*(each.path for each in CORE_FILES), *OTHER_FILES}
        for each in answers:
            if each.value.path in core:
                raise DuplicateError(
                    f"the data file '{each.value.path}' is offered by '{each.plugin}' and is the core's.",
                    remedy="Give it another name.",
                )
        self.of_plugins: tuple[DataFile, ...] = tuple(unique(answers, lambda each: each.path, "data file").values())

    def __iter__(self) -> Iterator[DataFile]:
        return iter((*CORE_FILES, *self.of_plugins))

    def at(self, file: str) -> DataFile | None:
        """Return the data file that a path is, or lies in; None where nobody reads it."""
        return next((each for each in self if each.has(file)), None)

    def is_overridable(self, file: str) -> bool:
        """Whether a path is a file of the model that can be changed key by key."""
        found = self.at(file)
        return found is not None and found.is_overridable
