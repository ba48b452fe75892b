"""What only the national register can say about a deployment."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pilotkit import AdministrativeUnit, Check, Deployment, Finding, Place, Severity
from pilotkit.data import search_form
from pilotkit_vietnam.identifiers import DOSSIER_CODES
from pilotkit_vietnam.units import EDITION, SCHEME, VietnamUnits, national_units

_UNITS = "local/units.csv"
_SHOWN = 5


def find_unit_faults(deployment: Deployment) -> Iterator[Finding]:
    """Units of ``local/units.csv`` that the register does not have, or has otherwise, and communes that are missing."""
    if deployment.settings.deployment.scheme != SCHEME:
        return
    register, province = national_units(), deployment.settings.deployment.province
    if register.unit(province) is None:
        where = Place("pilot.toml", "deployment.province")
        yield _finding(Severity.ERROR, where, f"The register has no province '{province}'.", "Give its two digits.")
        return
    communes, units = register.communes(province), deployment.catalog.units
    for unit in units.values():
        if unit.scheme == SCHEME and (unit.valid_to is None or unit.valid_to >= EDITION):
            yield from _compare(unit, register, province)
    missing = [unit for unit in communes if unit.code not in units]
    if missing:
        yield _missing(missing)


def _compare(unit: AdministrativeUnit, register: VietnamUnits, province: str) -> Iterator[Finding]:
    known = register.unit(unit.code, unit.valid_from)
    if known is None:
        yield _unknown(unit, register)
        return
    if (known.parent or known.code) != province or known.parent != unit.parent:
        yield _misplaced(unit, known, province)
    if _folded(known.name) != _folded(unit.name):
        yield _misnamed(unit, known, register)
    if known.valid_from != unit.valid_from:
        yield _misdated(unit, known)
    newest = register.history(unit.code)[-1]
    if unit.valid_to is None and newest.valid_from > unit.valid_from:
        yield _outdated(unit, newest)


def _misplaced(unit: AdministrativeUnit, known: AdministrativeUnit, province: str) -> Finding:
    home = f"belongs to province {known.parent}" if known.parent else "is a province"
    return _finding(
        Severity.ERROR,
        Place(_UNITS, f"{unit.code}.parent"),
        f"'{unit.name}' has parent '{unit.parent or 'none'}' in province {province}; in the register it {home}.",
        "Correct the parent, or remove the row if the unit is another province's.",
    )


def _misdated(unit: AdministrativeUnit, known: AdministrativeUnit) -> Finding:
    return _finding(
        Severity.WARNING,
        Place(_UNITS, f"{unit.code}.valid_from"),
        f"'{unit.name}' is valid from {unit.valid_from} here and from {known.valid_from} in the register.",
        f"Write {known.valid_from}: figures of units with another date are not compared.",
    )


def _outdated(unit: AdministrativeUnit, newest: AdministrativeUnit) -> Finding:
    return _finding(
        Severity.NOTICE,
        Place(_UNITS, f"{unit.code}.name"),
        f"Since {newest.valid_from} the register calls '{unit.name}' '{newest.name}'.",
        f"Set name, kind ('{newest.kind}') and valid_from when your own papers change.",
    )


def _unknown(unit: AdministrativeUnit, register: VietnamUnits) -> Finding:
    where = Place(_UNITS, f"{unit.code}.valid_from")
    if unit.valid_from < EDITION:
        return _finding(
            Severity.ERROR,
            where,
            f"'{unit.name}' is said to be valid from {unit.valid_from}, but every unit of the register begins on "
            f"{EDITION}, and most codes named another place before.",
            f"Set valid_from to {EDITION}, or give the row a valid_to before that day.",
        )
    if unit.valid_from > EDITION:
        return _finding(
            Severity.WARNING,
            where,
            f"'{unit.name}' is newer than the register, which is of {register.version}.",
            "Make sure of code and date against the resolution that made the unit.",
        )
    return _finding(
        Severity.ERROR,
        Place(_UNITS, f"{unit.code}.code"),
        f"The register of {register.version} has no unit '{unit.code}' ('{unit.name}').",
        "Correct the code, or remove the row.",
    )


def _misnamed(unit: AdministrativeUnit, known: AdministrativeUnit, register: VietnamUnits) -> Finding:
    where = Place(_UNITS, f"{unit.code}.name")
    remedy = f"Write '{known.name}', or correct the code."
    if search_form(known.name) == search_form(unit.name):
        message = f"'{unit.name}' is written '{known.name}' in the register."
        return _finding(Severity.WARNING, where, message, remedy)
    message = f"'{unit.name}' is '{known.name}' in the register."
    former = register.former_name(unit.code)
    if former is not None and search_form(former) == search_form(unit.name):
        message += f" Its code named '{former}' before {EDITION} and was given to another unit then."
    return _finding(Severity.ERROR, where, message, remedy)


def _missing(units: list[AdministrativeUnit]) -> Finding:
    named = ", ".join(f"{unit.code} {unit.name}" for unit in units[:_SHOWN])
    more = f" and {len(units) - _SHOWN} more" if len(units) > _SHOWN else ""
    return _finding(
        Severity.WARNING,
        Place(_UNITS),
        f"{len(units)} communes of the province are not there: {named}{more}.",
        "Add them, or leave them out knowingly: they can have no points, heads or targets.",
    )


def find_foreign_prefix(deployment: Deployment) -> Iterator[Finding]:
    """Yield a prefix of case codes that is known to be another province's."""
    settings = deployment.settings
    if settings.deployment.scheme != SCHEME:
        return
    province, carried = settings.deployment.province, re.search(r"\bH[0-9]{2}$", settings.identifiers.prefix)
    owner = next((code for code, dossier in DOSSIER_CODES.items() if carried and dossier == carried[0]), province)
    own = DOSSIER_CODES.get(province)
    if owner == province and (own is None or carried is None or carried[0] == own):
        return
    whose = f"province {owner}'s" if owner != province else "not this province's"
    yield Finding(
        Severity.ERROR,
        "vietnam.case_prefix",
        Place("pilot.toml", "identifiers.prefix"),
        f"'{settings.identifiers.prefix}' carries a dossier code that is {whose}.",
        f"End it with {own or 'the code that the national portal gave to province ' + province}.",
    )


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _finding(severity: Severity, where: Place, message: str, remedy: str) -> Finding:
    return Finding(severity, "vietnam.units", where, message, remedy)


CHECKS = (
    Check("vietnam.units", "Are the units those of the national register?", find_unit_faults),
    Check("vietnam.case_prefix", "Are case codes this province's own?", find_foreign_prefix),
)
