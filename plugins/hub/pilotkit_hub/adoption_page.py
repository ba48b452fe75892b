"""Who runs what: every province with its package, the age of its word, and what it is blocked on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pilotkit import View
from pilotkit_hub.hub_settings import read_settings
from pilotkit_hub.ledger import Ledger
from pilotkit_hub.tables import METADATA
from pilotkit_hub.version_age import VersionAge, age_of

if TYPE_CHECKING:
    from pilotkit import AdministrativeUnit
    from pilotkit.pages import PageRequest
    from pilotkit.trust import AdoptionReceipt
    from pilotkit_hub.hub_settings import HubSettings
    from pilotkit_hub.ledger import Taken

State = Literal["revoked", "blocked", "silent", "stale", "undecided", "sound", "waiting", "absent"]
ORDER: tuple[State, ...] = ("revoked", "blocked", "silent", "stale", "undecided", "sound", "waiting", "absent")
"""Who needs attention first; ``waiting`` has a key and has sent nothing, ``absent`` has not even a key."""


@dataclass(frozen=True)
class ProvinceRow:
    """One deployment of a province, or a province without one."""

    province: AdministrativeUnit
    state: State
    taken: Taken | None = None
    days: int | None = None
    """Since its word was given."""
    age: VersionAge = field(default_factory=VersionAge)
    """Of what it runs."""


def show_adoption(request: PageRequest) -> View:
    """Every province of the country, those that need attention first."""
    ledger = Ledger.of(request.tables(METADATA), request.catalog)
    rows = rows_of(ledger, request.now, read_settings(request.deployment.folder))
    receipts = [row.taken.receipt for row in rows if row.taken]
    versions = Counter((each.package.name, each.package.version) for each in receipts)
    refused = Counter((each.package.name, each.refused.version) for each in receipts if each.refused)
    blocked = Counter(check for each in receipts for check in each.checks.blocked)
    running = len({row.province.code for row in rows if row.taken})
    return View(
        "hub/adoption.html",
        {
            "rows": rows,
            "running": running,
            "provinces": len(ledger.provinces),
            "versions": sorted(versions.items()),
            "refused": refused.most_common(),
            "blocked": blocked.most_common(),
            "undecided": sum(bool(each.left_open and each.left_open.count) for each in receipts),
        },
    )


def rows_of(ledger: Ledger, now: datetime, settings: HubSettings) -> tuple[ProvinceRow, ...]:
    """Return a row for every deployment that is known, and for every province that has none.

    Raises:
        DataError: the registry is broken.
    """
    rows = tuple(_rows(ledger, now, settings))
    return tuple(sorted(rows, key=lambda row: (ORDER.index(row.state), row.province.name)))


def _rows(ledger: Ledger, now: datetime, settings: HubSettings) -> Iterator[ProvinceRow]:
    newest, keys, releases = ledger.newest(), ledger.keys(), settings.releases()
    for code, province in ledger.provinces.items():
        for taken in newest.get(code, ()):
            days = max(0, (now - taken.receipt.issued).days)
            age = age_of(taken.receipt.package, releases, now)
            yield ProvinceRow(province, state_of(taken.receipt, days, settings.silent_days), taken, days, age)
        if code not in newest:
            yield ProvinceRow(province, "waiting" if code in keys else "absent")


def state_of(receipt: AdoptionReceipt, days: int, silent_days: int) -> State:
    """Return what matters most of a deployment."""
    states: dict[State, object] = {
        "revoked": receipt.package.is_revoked,
        "blocked": receipt.checks.errors or receipt.refused,
        "silent": days > silent_days,
        "stale": receipt.package.stale_since,
        "undecided": receipt.left_open and receipt.left_open.count,
    }
    return next((state for state, holds in states.items() if holds), "sound")
