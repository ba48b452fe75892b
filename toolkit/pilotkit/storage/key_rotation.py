"""A new key for everything that was sealed with older ones, batch after batch, while the server goes on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Row, Table, func, select, update
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
    """A table with columns that the vault has sealed."""

    table: Table
    places: Mapping[str, Place]
    """For each sealed column, where a row's value is sealed for."""
    key: str = "key_id"
    """The column with the id of the key; null where nothing is sealed."""
    batch: int = 200
    """How many rows are sealed anew in one transaction."""
    follow: Callable[[Vault, dict[str, bytes]], dict[str, Any]] = lambda _vault, _opened: {}
    """Columns that follow from the key and what was sealed."""

    @property
    def row_id(self) -> Column[Any]:
        """What names a row."""
        return self.table.primary_key.columns[0]

    def is_older(self, vault: Vault) -> Any:
        """The condition that a row was sealed with an older key."""
        return self.table.c[self.key] != vault.key_id


def _identity_index(vault: Vault, opened: dict[str, bytes]) -> dict[str, Any]:
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
    """What a rotation did."""

    rows: dict[str, int]
    """By table, how many rows were sealed anew."""
    left: int
    """How many rows somebody who still writes with an older key has added meanwhile."""


def rotate(store: Store, vault: Vault, progress: Callable[[float], None] = lambda _: None) -> Rotated:
    """Seal everything of older keys with the vault's first key. Interrupted anywhere, it goes on when called again.

    Args:
        store: where it is kept.
        vault: with the new key first, and every older one that was used.
        progress: told the share done, 0 to 1, after each batch.

    Raises:
        DataError: an older key is missing, or something does not open; what was done until then stays done.
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
    """Where to end, so that a server which goes on writing with an older key is not chased for ever."""
    with store.read_session() as session:
        return session.scalar(select(func.max(each.row_id))) or ""


def _rotate_batch(store: Store, vault: Vault, each: SealedTable, after: str, end: str) -> list[str]:
    """Seal the next rows anew, in one transaction; their ids."""
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
