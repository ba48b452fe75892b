"""Finding the province: in a plugin's register, or in a file of units where no plugin knows the country."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from pilotkit.errors import DataError, Place, UnknownError
from pilotkit.model.location import AdministrativeUnit, LocationDirectory
from pilotkit.model.text import search_form
from pilotkit.reading.csv_data import read_csv

_SHOWN = 3


class UnitsFile:
    """A CSV file of units as a :class:`~pilotkit.model.location.LocationDirectory`; columns as in ``local/units.csv``.

    Args:
        path: the file.
        scheme: the scheme that its units must be of.

    Raises:
        DataError: it cannot be read, or a unit is of another scheme.
    """

    def __init__(self, path: Path, scheme: str) -> None:
        self._scheme = scheme
        self._units = read_csv(AdministrativeUnit, path, path.name)
        for line, unit in enumerate(self._units, start=2):
            if unit.scheme != scheme:
                raise DataError(
                    f"'{unit.scheme}' is not the package's scheme '{scheme}'.",
                    where=Place(path.name, "scheme", line),
                    remedy="Correct the scheme, or use another package.",
                )

    @property
    def scheme(self) -> str:
        """The scheme of its units."""
        return self._scheme

    @property
    def version(self) -> str:
        """The newest first day of validity."""
        return max((unit.valid_from.isoformat() for unit in self._units), default="none")

    def provinces(self) -> tuple[AdministrativeUnit, ...]:
        """Return the provinces in the file's order."""
        return tuple(unit for unit in self._units if unit.level == "province")

    def communes(self, province: str) -> tuple[AdministrativeUnit, ...]:
        """Return the communes of one province in the file's order."""
        return tuple(unit for unit in self._units if unit.level == "commune" and unit.parent == province)

    def find_province(self, wanted: str) -> AdministrativeUnit | None:
        """By code or name, with or without kind and diacritics."""
        form = search_form(wanted)
        return next((unit for unit in self.provinces() if wanted == unit.code or form in _forms(unit)), None)


def find_province(directories: Sequence[LocationDirectory], scheme: str, wanted: str) -> AdministrativeUnit:
    """Return the province called ``wanted``, by code or name.

    Raises:
        UnknownError: there is none, or nothing to look in; close names are told.
    """
    directory = directory_of(directories, scheme)
    found = directory.find_province(wanted)
    if found is None:
        names = {form: unit for unit in directory.provinces() for form in _forms(unit)}
        close = dict.fromkeys(names[form] for form in get_close_matches(search_form(wanted), names, _SHOWN * 2, 0.5))
        shown = ", ".join(f"{unit.name} ({unit.code})" for unit in list(close)[:_SHOWN])
        raise UnknownError(
            f"there is no province '{wanted[:80]}' in the register '{scheme}' of {directory.version}.",
            remedy=f"Did you mean {shown}?" if shown else "Give its code, or its name as the register has it.",
        )
    return found


def directory_of(directories: Sequence[LocationDirectory], scheme: str) -> LocationDirectory:
    """Return the register of one scheme.

    Raises:
        UnknownError: no plugin offers it.
    """
    for directory in directories:
        if directory.scheme == scheme:
            return directory
    raise UnknownError(
        f"no plugin offers a register of units of scheme '{scheme}'.",
        remedy="Name a CSV file of units as 'units_file' in the answers; its columns are those of local/units.csv.",
    )


def _forms(unit: AdministrativeUnit) -> tuple[str, ...]:
    name, kind = search_form(unit.name), search_form(unit.kind)
    return name, name.removeprefix(f"{kind} ").removesuffix(f" {kind}"), search_form(unit.code)


def bare_name(unit: AdministrativeUnit) -> str:
    """Return the name as people type it in a hurry, without its kind."""
    return _forms(unit)[1]
