"""Receipts that come over the network or through a form, and the list of those that came."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pilotkit import DataError, Download, View
from pilotkit.trust import TrustError
from pilotkit_hub.ledger import Ledger
from pilotkit_hub.tables import METADATA

if TYPE_CHECKING:
    from pilotkit.pages import PageRequest, Upload


@dataclass(frozen=True)
class HandedIn:
    """What became of one file."""

    name: str
    deployment: str | None = None
    """Whose receipt it was; absent: it was refused."""
    why: str = ""
    """Why it was refused, in words."""


def receive_receipt(request: PageRequest, data: bytes) -> Download:
    """Take a signed receipt; whoever sends it needs no account, its signature is its account.

    Raises:
        TrustError: it does not hold, was taken already, or is older than what is known.
    """
    receipt = Ledger.of(request.tables(METADATA), request.catalog).take(data, request.now)
    told = {"taken": receipt.deployment, "issued": receipt.issued.isoformat()}
    return Download(json.dumps(told).encode(), "application/json", "receipt.json")


def show_receipts(request: PageRequest) -> View:
    """Show what came last, from whom."""
    ledger = Ledger.of(request.tables(METADATA), request.catalog)
    names = {code: unit.name for code, unit in ledger.provinces.items()}
    history = ledger.history()
    context = {"history": history, "names": names, "keys": ledger.keys(), "hands": ledger.hands()}
    return View("hub/receipts.html", context)


def show_form(_: PageRequest) -> View:
    """Show the form for receipts that came as files."""
    return View("hub/hand_in.html", {"outcomes": (), "problem": None})


def take_files(request: PageRequest) -> View:
    """Take every file of the form; each that does not hold is told with the reason, and the others are kept."""
    files = request.posted.files.get("receipts", ())
    problem = None if files else request.gettext("Choose the file of a receipt.")
    return View("hub/hand_in.html", {"outcomes": tuple(_taken(request, each) for each in files), "problem": problem})


def _taken(request: PageRequest, file: Upload) -> HandedIn:
    ledger = Ledger.of(request.tables(METADATA), request.catalog)
    try:
        receipt = ledger.take(file.data, request.now, request.authority.subject)
    except (DataError, TrustError) as refused:
        return HandedIn(file.name, why=_why(request, refused.what))
    return HandedIn(file.name, receipt.deployment)


def _why(request: PageRequest, what: str) -> str:
    """Return a refusal in the language of the page; as it was said where no translation is known."""
    _ = request.gettext
    known = {
        r"not a signed statement": _("This is not a signed receipt."),
        r"not signed by a key that counts": _("No registered key of a province signed it, or it was changed since."),
        r"another province signed it": _("It speaks for one province, but another one has signed it."),
        r"taken already": _("This receipt was taken already."),
        r"which is not older": _("A receipt of this deployment is known that is not older."),
        r"of the future": _("It is of the future: the province's clock is wrong."),
        r"no newer one than": _("A newer pilotkit than this hub's wrote it: this hub needs the newer version."),
        r"larger than any": _("It is larger than any receipt may be."),
    }
    return next((words for pattern, words in known.items() if re.search(pattern, what)), what)
