"""The hub's ledger keeps the same on SQLite and on PostgreSQL: the store with a plugin's tables."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from securesystemslib.signer import CryptoSigner

from pilotkit import Deployment
from pilotkit.adoption.receipt import receipt_of
from pilotkit.adoption.signed_receipt import sign_receipt
from pilotkit.storage.store import Store
from pilotkit.trust import TrustError
from pilotkit_hub.ledger import Ledger, provinces_of
from pilotkit_hub.tables import METADATA

NOW = datetime(2025, 7, 29, 3, 0, 0, 123456, tzinfo=UTC)


def test_receipts_are_taken_once_and_only_forwards(town: Deployment, store: Store) -> None:
    METADATA.create_all(store._engine)
    ledger = Ledger(store, provinces_of(town.catalog))
    signer = CryptoSigner.generate_ed25519()
    public = signer._private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    ledger.trust("PA", public.decode(), NOW)
    first = receipt_of(town, NOW)
    later = first.model_copy(update={"issued": NOW + timedelta(minutes=1)})
    for told in (first, later):
        assert told == ledger.take(sign_receipt(told, [signer]), NOW)
    for told in (first, later):
        with pytest.raises(TrustError):
            ledger.take(sign_receipt(told, [signer]), NOW)
    assert [later] == [taken.receipt for taken in ledger.newest()["PA"]]
    assert [later, first] == [taken.receipt for taken in ledger.history("PA")]
    assert [NOW, NOW] == [taken.at for taken in ledger.history()]
