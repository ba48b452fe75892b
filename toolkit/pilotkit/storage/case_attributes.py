"""The tables of imports: attributes and source of each imported case, and the progress by batch."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection, Table, func, select
from sqlmodel import Field, SQLModel

from pilotkit.storage.tables import CASES, Instant, Key


class AttributesRow(SQLModel, table=True):
    """Attributes of an imported case that have no column of their own."""

    __tablename__ = "case_attributes"

    case_id: int = Field(
        primary_key=True, foreign_key="cases.id", sa_type=Key, sa_column_kwargs={"autoincrement": False}
    )
    source: str
    """SHA-256 of the file that the case was imported from."""
    attributes: str
    """A JSON object of text, numbers and booleans by name."""


class AttributeNameRow(SQLModel, table=True):
    """The name of an attribute that at least one case has."""

    __tablename__ = "attribute_names"

    name: str = Field(primary_key=True)


class ImportBatchRow(SQLModel, table=True):
    """A committed batch of an import, written in the same transaction as its cases."""

    __tablename__ = "import_batches"

    source: str = Field(primary_key=True)
    mapping: str = Field(primary_key=True)
    """SHA-256 of the mapping that the file was read with."""
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    cases: int
    events: int
    at: datetime = Field(sa_type=Instant)


ATTRIBUTES: Table = AttributesRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table models
NAMES: Table = AttributeNameRow.__table__  # type: ignore[attr-defined]  # the same
BATCHES: Table = ImportBatchRow.__table__  # type: ignore[attr-defined]  # the same


def sources_of(connection: Connection, codes: Collection[str]) -> dict[str, str | None]:
    """Return which of these codes exist, each with the digest of the file it was imported from, if any."""
    joined = CASES.outerjoin(ATTRIBUTES, ATTRIBUTES.c.case_id == CASES.c.id)
    found = connection.execute(
        select(CASES.c.code, ATTRIBUTES.c.source).select_from(joined).where(CASES.c.code.in_(codes))
    )
    return {code: source for code, source in found}  # noqa: C416  # rows, not pairs


def keep_names(connection: Connection, names: Iterable[str]) -> None:
    """Store the names of attributes that some case has."""
    known = set(attribute_names(connection))
    if new := sorted(set(names) - known):
        connection.execute(NAMES.insert(), [{"name": name} for name in new])


def attribute_names(connection: Connection) -> tuple[str, ...]:
    """Return the name of every attribute that some case has."""
    return tuple(connection.scalars(select(NAMES.c.name).order_by(NAMES.c.name)))


def is_batch_done(connection: Connection, source: str, mapping: str, number: int) -> bool:
    """Return whether this batch of this file, read with this mapping, is committed."""
    named = (BATCHES.c.source == source, BATCHES.c.mapping == mapping, BATCHES.c.number == number)
    return bool(connection.scalar(select(func.count()).select_from(BATCHES).where(*named)))


def mark_batch(connection: Connection, batch: ImportBatchRow) -> None:
    """Mark a batch as done, in the transaction that writes its cases."""
    connection.execute(BATCHES.insert().values(**batch.model_dump()))
