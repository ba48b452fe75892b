"""Who runs what as a file: CSV for spreadsheets, JSON for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pilotkit import Download, UnknownError
from pilotkit_hub.adoption_page import rows_of
from pilotkit_hub.hub_settings import read_settings
from pilotkit_hub.ledger import Ledger
from pilotkit_hub.tables import METADATA

if TYPE_CHECKING:
    from pilotkit.pages import PageRequest
    from pilotkit.trust import RefusalReason
    from pilotkit_hub.adoption_page import ProvinceRow

Row = dict[str, Any]


def show_export(request: PageRequest) -> Download:
    """Every province of the country, as the page has them.

    Raises:
        UnknownError: there is no such kind of file.
    """
    form = request.path["form"]
    if form not in _FORMS:
        raise UnknownError(f"there is no file 'provinces.{form}'.", remedy=f"There are: {', '.join(_FORMS)}.")
    media_type, make = _FORMS[form]
    ledger = Ledger.of(request.tables(METADATA), request.catalog)
    rows = rows_of(ledger, request.now, read_settings(request.deployment.folder))
    return Download(make([_told(row) for row in rows]), media_type, f"provinces-{request.today.isoformat()}.{form}")


def _told(row: ProvinceRow) -> Row:
    """One row by the names of its columns; what is not known is None."""
    told: Row = dict.fromkeys(_COLUMNS)
    told |= {"province": row.province.code, "name": row.province.name, "state": row.state}
    if row.taken is None:
        return told
    receipt, age = row.taken.receipt, row.age
    package, refused, left = receipt.package, receipt.refused, receipt.left_open
    return told | {
        "deployment": receipt.deployment,
        "package": package.name,
        "version": package.version,
        "identity": package.identity,
        "told": receipt.issued.isoformat(),
        "days_since_told": row.days,
        "days_since_release": age.days,
        "newest_version": age.newest,
        "releases_behind": None if age.newest is None else age.behind,
        "changed_keys": package.changed_keys,
        "failing_checks": list(receipt.checks.blocked),
        "refused_version": refused.version if refused else None,
        "refused_since": refused.since.isoformat() if refused else None,
        "refused_because": [_because(each) for each in refused.reasons] if refused else [],
        "undecided": left.count if left else None,
        "undecided_places": [f"{each.kind} {_place(each.file, each.key)}" for each in left.places] if left else [],
    }


_COLUMNS = (
    "province", "name", "state", "deployment", "package", "version", "identity", "told", "days_since_told",
    "days_since_release", "newest_version", "releases_behind", "changed_keys", "failing_checks", "refused_version",
    "refused_since", "refused_because", "undecided", "undecided_places",
)  # fmt: skip


def _because(reason: RefusalReason) -> str:
    return " ".join(filter(None, (reason.kind, reason.check, _place(reason.file, reason.key))))


def _place(file: str, key: str) -> str:
    return f"{file}#{key}" if key else file


def _as_csv(rows: list[Row]) -> bytes:
    """UTF-8 with a byte order mark (RFC 4180); several of a kind in one cell, with semicolons between.

    No spreadsheet takes a cell for a formula, also where it parts cells at semicolons: none begins with what a province
    may write as it likes, and inside what it writes there are none.
    """
    made = io.StringIO(newline="")
    writer = csv.writer(made, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for row in rows:
        writer.writerow(_cell(row[column]) for column in _COLUMNS)
    return made.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(each.replace(";", ",") for each in value)
    return "" if value is None else str(value)


def _as_json(rows: list[Row]) -> bytes:
    return f"{json.dumps(rows, ensure_ascii=False, indent=1)}\n".encode()


_FORMS: Mapping[str, tuple[str, Callable[[list[Row]], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", _as_csv),
    "json": ("application/json", _as_json),
}
