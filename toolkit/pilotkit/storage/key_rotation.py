"""Key rotation: everything sealed with older keys is sealed with the newest, in batches, while the server runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Table, func, select, update
from sqlmodel import Session

from pilotkit.storage import application_store as filing
from pilotkit.storage import personal_store as personal
from pilotkit.storage.account_tables import CredentialRow, SessionRow
from pilotkit.storage.store import Store
from pilotkit.storage.vault import Sealed, Vault

_CREDENTIALS: Table = CredentialRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table models
_SESSIONS: Table = SessionRow.__table__  # type: ignore[attr-defined]  # the same
Place = Callable[[Row[Any]], str]


@dataclass(frozen=True)
class SealedTable:
    """A table with sealed columns."""

    table: Table
    places: Mapping[str, Place]
    """By sealed column, a function from a row to the vault place of its value."""
    key: str = "key_id"
    """The column with the id of the key; null where nothing is sealed."""
    batch: int = 200
    """Rows to reseal in one transaction."""
    follow: Callable[[Vault, dict[str, bytes]], dict[str, str | None]] = lambda _vault, _opened: {}
    """Computes columns that derive from the key and the decrypted values, such as an index."""

    @property
    def row_id(self) -> Column[Any]:
        """The primary key."""
        return self.table.primary_key.columns[0]

    def is_older(self, vault: Vault) -> ColumnElement[bool]:
        """Return the condition for rows that were sealed with an older key."""
        return self.table.c[self.key] != vault.key_id


def _identity_index(vault: Vault, opened: dict[str, bytes]) -> dict[str, str | None]:
    number = json.loads(opened["sealed"])["person"]["identity_number"]
    return {"identity_index": personal.identity_index(vault, number)}


SEALED_TABLES = (
    SealedTable(personal.FILES, {"sealed": lambda row: personal.file_place(row.case_code)}, follow=_identity_index),
    SealedTable(
        personal.ATTACHMENTS,
        {
            "about": lambda row: personal.about_place(row.case_code, row.id),
            "content": lambda row: personal.content_place(row.case_code, row.id),
        },
        batch=8,
    ),
    SealedTable(filing.DRAFTS, {"sealed": lambda row: filing.draft_place(row.digest)}),
    SealedTable(
        filing.PARTS,
        {
            "about": lambda row: filing.draft_about_place(row.draft, row.id),
            "content": lambda row: filing.draft_content_place(row.draft, row.id),
        },
        batch=8,
    ),
    SealedTable(filing.RATINGS, {"comment": lambda row: filing.rating_place(row.case_code)}),
    SealedTable(_CREDENTIALS, {"totp": lambda row: f"credentials/{row.login}"}, key="totp_key_id"),
    SealedTable(_SESSIONS, {"person": lambda row: f"sessions/{row.digest}"}),
)
"""Every table with sealed columns; a test fails where one is missing."""


@dataclass(frozen=True)
class Rotated:
    """The result of a rotation."""

    rows: dict[str, int]
    """Resealed rows by table."""
    left: int
    """Rows that a process with an older key has added meanwhile."""


def rotate(store: Store, vault: Vault, progress: Callable[[float], None] = lambda _: None) -> Rotated:
    """Reseal everything of older keys with the vault's first key. After an interruption, call it again to resume.

    Args:
        store: the store to rotate.
        vault: the vault with the new key first, and every older key in use.
        progress: called with the share done, 0 to 1, after each batch.

    Raises:
        DataError: an older key is missing, or a value does not decrypt; finished batches stay resealed.
    """
    total, done = _older(store, vault), 0
    rows: dict[str, int] = {}
    for each in SEALED_TABLES:
        last, end = "", _last_id(store, each)
        rows[each.table.name] = 0
        while batch := _rotate_batch(store, vault, each, last, end):
            last = batch[-1]
            rows[each.table.name] += len(batch)
            done += len(batch)
            progress(min(1.0, done / max(total, 1)))
    return Rotated(rows, _older(store, vault))


def _older(store: Store, vault: Vault) -> int:
    with store.read_session() as session:
        queries = (select(func.count()).select_from(each.table).where(each.is_older(vault)) for each in SEALED_TABLES)
        return sum(session.scalar(query) or 0 for query in queries)


def _last_id(store: Store, each: SealedTable) -> str:
    """Return the last id to reseal: rows that a server adds with an older key meanwhile are left for the next run."""
    with store.read_session() as session:
        return session.scalar(select(func.max(each.row_id))) or ""


def _rotate_batch(store: Store, vault: Vault, each: SealedTable, after: str, end: str) -> list[str]:
    """Reseal the next rows in one transaction; return their ids."""
    query = select(each.table).where(each.is_older(vault), each.row_id > after, each.row_id <= end)
    with store.write_session() as session:
        rows = session.execute(query.order_by(each.row_id).limit(each.batch).with_for_update()).all()
        for row in rows:
            _rotate_row(session, vault, each, row)
    return [row._mapping[each.row_id] for row in rows]  # noqa: SLF001  # SQLAlchemy's public name


def _rotate_row(session: Session, vault: Vault, each: SealedTable, row: Row[Any]) -> None:
    kept = row._mapping  # noqa: SLF001  # SQLAlchemy's public name
    opened = {name: vault.open(Sealed(kept[each.key], kept[name]), place(row)) for name, place in each.places.items()}
    values = {name: vault.seal(opened[name], place(row)).data for name, place in each.places.items()}
    more = {each.key: vault.key_id} | each.follow(vault, opened)
    session.execute(update(each.table).where(each.row_id == kept[each.row_id]).values(**values, **more))
