"""What the hub keeps: keys of provinces, receipts that held, who handed in what. Instants are microseconds (UTC)."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text

METADATA = MetaData()
KEYS = Table(
    "hub_keys",
    METADATA,
    Column("province", String(40), primary_key=True),
    Column("pem", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
)
RECEIPTS = Table(
    "hub_receipts",
    METADATA,
    Column("digest", String(64), primary_key=True),  # the SHA-256 of the envelope: the same one is never taken twice
    Column("province", String(40), nullable=False),
    Column("deployment", String(80), nullable=False),
    Column("issued", BigInteger, nullable=False),
    Column("taken", BigInteger, nullable=False),
    Column("envelope", Text, nullable=False),  # as it came, so that anybody can verify it again
    Column("said", Text, nullable=False),  # the receipt inside, so that pages need not
    Index("hub_receipts_newest", "province", "deployment", "issued"),
)
HANDED_IN = Table(
    "hub_handed_in",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("actor", String(200), nullable=False),  # the login of whoever handed it in
    Column("digest", String(64), nullable=False),
    Column("refused", Text, nullable=False),  # why; empty: it was taken
)
