"""Receipts that come over the network, and the list of those that came."""

from __future__ import annotations

import json

from pilotkit import Download, View, Visit
from pilotkit_hub.ledger import Ledger


def receive_receipt(visit: Visit, data: bytes) -> Download:
    """Take a signed receipt; whoever sends it needs no account, its signature is its account.

    Raises:
        TrustError: it does not hold, was taken already, or is older than what is known.
    """
    receipt = Ledger.of(visit.backoffice.store, visit.catalog).take(data, visit.now)
    told = {"taken": receipt.deployment, "issued": receipt.issued.isoformat()}
    return Download(json.dumps(told).encode(), "application/json", "receipt.json")


def show_receipts(visit: Visit) -> View:
    """What came last, from whom."""
    ledger = Ledger.of(visit.backoffice.store, visit.catalog)
    names = {code: unit.name for code, unit in ledger.provinces.items()}
    return View("hub/receipts.html", {"history": ledger.history(), "names": names, "keys": ledger.keys()})
