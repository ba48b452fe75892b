"""The register's file: rows as they are published, cleaned, and nothing else.

The file is ``data/dataset.db`` of the distribution ``vietnamadminunits`` (MIT). Importing that package loads geometry
libraries for over a second, so its file is found and read without importing it.
"""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from collections.abc import Callable
from contextlib import closing
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pilotkit import PluginError

DISTRIBUTION = "vietnamadminunits"
PROVINCES = 34
COMMUNES = 3321
_REMEDY = f"Reinstall {DISTRIBUTION} 1.0.4, or a version of pilotkit-vietnam made for the one installed."
_Row = TypeVar("_Row")

_PROVINCES = """
    SELECT provinceCode, min(province), min(provinceAlias), min(provinceLat), min(provinceLon)
    FROM admin_units GROUP BY provinceCode ORDER BY provinceCode"""
_COMMUNES = "SELECT wardCode, provinceCode, ward, wardLat, wardLon, wardAreaKm2 FROM admin_units"
_FORMER = "SELECT ward FROM admin_units_legacy WHERE wardCode = ?"
_COUNTS = "SELECT count(DISTINCT provinceCode), count(DISTINCT wardCode), count(*) FROM admin_units"


class ProvinceRow(NamedTuple):
    """A province as published."""

    code: str
    name: str
    aliases: tuple[str, ...]
    latitude: float | None
    longitude: float | None


class CommuneRow(NamedTuple):
    """A commune as published; an area of 0 in the file means that none is known."""

    code: str
    province: str
    name: str
    latitude: float | None
    longitude: float | None
    area_km2: float | None


class RegisterFile:
    """Reads the register, one question at a time; the file is never written.

    Args:
        path: the SQLite file; absent: the one of the installed distribution.

    Raises:
        PluginError: from every method, when the file is missing or is not the edition of 1 July 2025.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._given = path

    def provinces(self) -> list[ProvinceRow]:
        """All provinces by code."""
        return self._ask(_province, _PROVINCES)

    def communes(self, province: str) -> list[CommuneRow]:
        """Return the communes of one province by code."""
        return self._ask(_commune, f"{_COMMUNES} WHERE provinceCode = ? ORDER BY wardCode", province)

    def commune(self, code: str) -> CommuneRow | None:
        """One commune."""
        return next(iter(self._ask(_commune, f"{_COMMUNES} WHERE wardCode = ?", code)), None)

    def former_name(self, code: str) -> str | None:
        """Return what this code named before 1 July 2025; None where nothing had it."""
        return next(iter(self._ask(lambda row: _clean(row[0]), _FORMER, code)), None)

    @cached_property
    def _path(self) -> Path:
        path = self._given or _installed()
        if not path.is_file():
            raise PluginError(f"the register of administrative units is missing: no file {path}.", remedy=_REMEDY)
        counts = _query(path, _COUNTS)[0]
        if counts != (PROVINCES, COMMUNES, COMMUNES):
            raise PluginError(
                f"the register of administrative units in {path.name} has {counts[0]} provinces and {counts[2]} "
                f"communes; the edition of 1 July 2025 has {PROVINCES} and {COMMUNES}.",
                remedy=_REMEDY,
            )
        return path

    def _ask(self, build: Callable[[tuple[Any, ...]], _Row], sql: str, *values: str) -> list[_Row]:
        try:
            return [build(row) for row in _query(self._path, sql, *values)]
        except (TypeError, ValueError) as problem:
            raise PluginError(
                f"the register of administrative units in {self._path.name} holds what cannot be read: {problem}.",
                remedy=_REMEDY,
            ) from None


def _installed() -> Path:
    package = find_spec(DISTRIBUTION)
    if package is None or package.origin is None:
        raise PluginError(
            f"the register of administrative units is missing: {DISTRIBUTION} is not installed.",
            remedy=f"pip install '{DISTRIBUTION}==1.0.4'.",
        )
    return Path(package.origin).parent / "data" / "dataset.db"


def _query(path: Path, sql: str, *values: str) -> list[tuple[Any, ...]]:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            return connection.execute(sql, values).fetchall()
    except sqlite3.Error as problem:
        raise PluginError(
            f"the register of administrative units in {path.name} cannot be read: {problem}.", remedy=_REMEDY
        ) from None


def _province(row: tuple[Any, ...]) -> ProvinceRow:
    code, name, aliases, latitude, longitude = row
    return ProvinceRow(code, _clean(name), tuple(json.loads(aliases or "[]")), _number(latitude), _number(longitude))


def _commune(row: tuple[Any, ...]) -> CommuneRow:
    code, province, name, latitude, longitude, area = row
    return CommuneRow(code, province, _clean(name), _number(latitude), _number(longitude), _number(area) or None)


def _clean(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _number(value: float | str | None) -> float | None:
    return None if value is None else float(value)
