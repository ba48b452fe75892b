"""Who runs what: every province with its package, the age of its word, and what it is blocked on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pilotkit import AdministrativeUnit, View, Visit
from pilotkit_hub.ledger import Ledger, Taken
from pilotkit_hub.settings import read_settings

State = Literal["revoked", "blocked", "silent", "stale", "sound", "waiting", "absent"]
ORDER: tuple[State, ...] = ("revoked", "blocked", "silent", "stale", "sound", "waiting", "absent")
"""Who needs attention first; ``waiting`` has a key and has sent nothing, ``absent`` has not even a key."""


@dataclass(frozen=True)
class ProvinceRow:
    """One deployment of a province, or a province without one."""

    province: AdministrativeUnit
    state: State
    taken: Taken | None = None
    days: int | None = None
    """Since its word was given."""


def show_adoption(visit: Visit) -> View:
    """Every province of the country, those that need attention first."""
    ledger = Ledger.of(visit.backoffice.store, visit.catalog)
    rows = rows_of(ledger, visit.now, read_settings(visit.deployment.folder).silent_days)
    versions = Counter((row.taken.receipt.package.name, row.taken.receipt.package.version) for row in rows if row.taken)
    blocked = Counter(check for row in rows if row.taken for check in row.taken.receipt.checks.blocked)
    running = len({row.province.code for row in rows if row.taken})
    return View(
        "hub/adoption.html",
        {
            "rows": rows,
            "running": running,
            "provinces": len(ledger.provinces),
            "versions": sorted(versions.items()),
            "blocked": blocked.most_common(),
            "states": Counter(row.state for row in rows),
        },
    )


def rows_of(ledger: Ledger, now: datetime, silent_days: int) -> tuple[ProvinceRow, ...]:
    """A row for every deployment that is known, and for every province that has none."""
    rows = tuple(_rows(ledger, now, silent_days))
    return tuple(sorted(rows, key=lambda row: (ORDER.index(row.state), row.province.name)))


def _rows(ledger: Ledger, now: datetime, silent_days: int) -> Iterator[ProvinceRow]:
    newest, keys = ledger.newest(), ledger.keys()
    for code, province in ledger.provinces.items():
        for taken in newest.get(code, ()):
            days = max(0, (now - taken.receipt.issued).days)
            yield ProvinceRow(province, state_of(taken, days, silent_days), taken, days)
        if code not in newest:
            yield ProvinceRow(province, "waiting" if code in keys else "absent")


def state_of(taken: Taken, days: int, silent_days: int) -> State:
    """What matters most of a deployment."""
    package, checks = taken.receipt.package, taken.receipt.checks
    if package.is_revoked:
        return "revoked"
    if checks.errors:
        return "blocked"
    if days > silent_days:
        return "silent"
    return "stale" if package.stale_since else "sound"
