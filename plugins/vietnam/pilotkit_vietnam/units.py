"""Administrative units (đơn vị hành chính) since 1 July 2025: 34 provinces over 3,321 communes, no districts.

A code alone names nothing for good: almost every commune of this edition carries a code that another register gave to
something else. Units are keyed on scheme, code and first day of validity.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache, cached_property
from typing import Any, NamedTuple

from pilotkit import AdministrativeUnit, PluginError
from pilotkit.data import search_form
from pilotkit_vietnam.register import CommuneRow, ProvinceRow, RegisterFile

SCHEME = "vn"
EDITION = date(2025, 7, 1)
"""The day the units of two tiers began."""

_KINDS = ("thành phố", "tỉnh", "phường", "xã", "đặc khu")
_BEFORE = ("thanhpho", "tp", "tinh")
_AFTER = ("city", "province")


class Renaming(NamedTuple):
    """A unit's new name and kind from a day on, under the same code."""

    since: date
    name: str


RENAMINGS: dict[str, tuple[Renaming, ...]] = {"75": (Renaming(date(2026, 4, 30), "Thành phố Đồng Nai"),)}
"""What changed since the edition, by code, in order of date. Certainty: medium (public sources, not the gazette)."""


class VietnamUnits:
    """The national register; a :class:`pilotkit.LocationDirectory`. Reads what is asked for, once.

    Args:
        file: where the rows come from; absent: the installed distribution's.

    Raises:
        PluginError: from every method, when the register's file is missing or another edition.
    """

    def __init__(self, file: RegisterFile | None = None) -> None:
        self._file = file or RegisterFile()
        self._communes: dict[str, tuple[AdministrativeUnit, ...]] = {}
        self._commune_by_code: dict[str, AdministrativeUnit] = {}

    @property
    def scheme(self) -> str:
        """``vn``."""
        return SCHEME

    @property
    def version(self) -> str:
        """The edition's first day: ``2025-07-01``."""
        return EDITION.isoformat()

    def provinces(self) -> tuple[AdministrativeUnit, ...]:
        """All 34 as the edition has them, by code; for a later day ask :meth:`unit`."""
        return tuple(self._provinces.values())

    def communes(self, province: str) -> tuple[AdministrativeUnit, ...]:
        """Return the communes of one province by code; none where there is no such province."""
        if province not in self._communes:
            found = tuple(_from_commune(row) for row in self._file.communes(province))
            self._communes[province] = found
            self._commune_by_code.update((unit.code, unit) for unit in found)
        return self._communes[province]

    def find_province(self, wanted: str) -> AdministrativeUnit | None:
        """Return the province by code (``01``) or name: any case, with or without kind, diacritics and spaces.

        ``TP. Hồ Chí Minh``, ``tphcm``, ``Ho Chi Minh City`` and ``79`` are the same.
        """
        code = wanted.strip()
        return self._provinces.get(code) or self._provinces.get(self._codes.get(_bare(wanted), ""))

    def unit(self, code: str, on: date = EDITION) -> AdministrativeUnit | None:
        """Return what ``code`` named on a day from 1 July 2025 on; None where it named nothing."""
        states = (state for state in self.history(code) if state.valid_from <= on)
        return max(states, key=lambda state: state.valid_from, default=None)

    def history(self, code: str) -> tuple[AdministrativeUnit, ...]:
        """Return the unit under every name it has had since the edition began, each with its days, the oldest first."""
        first = self._provinces.get(code) or self._commune(code)
        if first is None:
            return ()
        states = [first]
        for since, name in RENAMINGS.get(code, ()):
            states[-1] = states[-1].model_copy(update={"valid_to": since - timedelta(days=1)})
            change = {"valid_from": since, "valid_to": None, "name": name, "kind": kind_of(name)}
            states.append(first.model_copy(update=change))
        return tuple(states)

    def former_name(self, code: str) -> str | None:
        """Return what the code named before the edition, which is often another place; None where nothing had it."""
        return self._file.former_name(code)

    def _commune(self, code: str) -> AdministrativeUnit | None:
        if code not in self._commune_by_code:
            row = self._file.commune(code)
            return None if row is None else _from_commune(row)
        return self._commune_by_code[code]

    @cached_property
    def _rows(self) -> list[ProvinceRow]:
        return self._file.provinces()

    @cached_property
    def _provinces(self) -> dict[str, AdministrativeUnit]:
        return {row.code: _from_province(row) for row in self._rows}

    @cached_property
    def _codes(self) -> dict[str, str]:
        return {_bare(name): row.code for row in self._rows for name in (row.name, *row.aliases)}


@cache
def national_units() -> VietnamUnits:
    """Return the register of this process: read once, whoever asks."""
    return VietnamUnits()


def kind_of(name: str) -> str:
    """Return the kind that an official name starts with.

    The file's own column of kinds contradicts four names (Việt Hòa, Vĩnh Hòa, Tân Lộc, Phong Điền), so it is not read.

    Raises:
        PluginError: the name starts with none.
    """
    for kind in _KINDS:
        if name.casefold().startswith(f"{kind} "):
            return kind
    raise PluginError(
        f"the register of administrative units has a name without its kind: {name!r}.",
        remedy=f"Kinds are: {', '.join(_KINDS)}.",
    )


def bare_name(name: str) -> str:
    """Return an official name without its kind: ``Phường Cửa Nam`` is ``Cửa Nam``.

    Raises:
        PluginError: the name starts with no kind.
    """
    return name[len(kind_of(name)) + 1 :]


def _bare(name: str) -> str:
    joined = search_form(name).replace(" ", "")
    for before in _BEFORE:
        joined = joined.removeprefix(before) or joined
    for after in _AFTER:
        joined = joined.removesuffix(after) or joined
    return joined


def _from_province(row: ProvinceRow) -> AdministrativeUnit:
    return AdministrativeUnit(level="province", **_shared(row))


def _from_commune(row: CommuneRow) -> AdministrativeUnit:
    return AdministrativeUnit(level="commune", parent=row.province, area_km2=row.area_km2, **_shared(row))


def _shared(row: ProvinceRow | CommuneRow) -> dict[str, Any]:
    """Return what the edition says of every unit."""
    return {
        "scheme": SCHEME, "code": row.code, "valid_from": EDITION, "name": row.name, "kind": kind_of(row.name),
        "latitude": row.latitude, "longitude": row.longitude,
    }  # fmt: skip
