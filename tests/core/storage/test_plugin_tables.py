"""A plugin gets sessions on its own tables, on both engines, and on no others."""

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, func, insert, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlmodel import SQLModel

from pilotkit import PluginError
from pilotkit.storage.plugin_tables import PluginTables

METADATA = MetaData()
NOTES = Table("test_notes", METADATA, Column("number", Integer, primary_key=True), Column("said", String(80)))
OTHER = Table("test_other", MetaData(), Column("number", Integer, primary_key=True))


class Base(DeclarativeBase):
    metadata = METADATA


class Visit(Base):
    __tablename__ = "test_visits"
    number: Mapped[int] = mapped_column(primary_key=True)


class Stranger(DeclarativeBase):
    metadata = MetaData()


class Elsewhere(Stranger):
    __tablename__ = "test_elsewhere"
    number: Mapped[int] = mapped_column(primary_key=True)


@pytest.fixture
def tables(store):
    with store.rewriting() as connection:
        METADATA.create_all(connection)
    return PluginTables(store, METADATA)


def test_what_a_plugin_writes_it_reads_again(tables):
    with tables.write_session() as session:
        session.execute(insert(NOTES).values(number=1, said="hello"))
        session.add(Visit(number=7))
    with tables.read_session() as session:
        assert ("hello", 7) == (session.scalar(select(NOTES.c.said)), session.get(Visit, 7).number)


def test_an_error_leaves_nothing_half_written(tables):
    with pytest.raises(PluginError), tables.write_session() as session:  # noqa: PT012  # what came before is undone
        session.execute(insert(NOTES).values(number=1, said="hello"))
        session.execute(OTHER.delete())
    with tables.read_session() as session:
        assert 0 == session.scalar(select(func.count()).select_from(NOTES))


@pytest.mark.parametrize(
    "statement",
    [
        select(SQLModel.metadata.tables["cases"].c.code),
        select(NOTES.c.said).where(NOTES.c.number.in_(select(OTHER.c.number))),
        select(NOTES.c.said).join(OTHER, OTHER.c.number == NOTES.c.number),
        insert(OTHER).values(number=1),
        OTHER.delete(),
    ],
    ids=["of the core", "inside a condition", "joined", "written", "deleted"],
)
def test_a_table_of_somebody_else_is_refused_by_name(tables, statement):
    refused = pytest.raises(PluginError, match=r"the table '(cases|test_other)' is not of this plugin")
    with refused, tables.write_session() as session:
        session.execute(statement)


def test_a_row_of_somebody_else_is_refused(tables):
    refused = pytest.raises(PluginError, match="the table 'test_elsewhere' is not of this plugin")
    with refused, tables.write_session() as session:
        session.add(Elsewhere(number=1))


def test_sql_as_text_is_refused(tables):
    with pytest.raises(PluginError, match="no SQL as text"), tables.read_session() as session:
        session.execute(text("SELECT 1"))


def test_the_tables_of_the_core_are_no_plugin_s(store):
    with pytest.raises(PluginError, match="is the core's"):
        PluginTables(store, SQLModel.metadata)
