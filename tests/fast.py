"""What every test would pay for and none is about: the cost of a password's hash, and tables that are made anew.

Both hold for the tests' own process alone; what another process does, a server or a command, costs what it costs.
"""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, text


def make_hashes_cheap(patch: pytest.MonkeyPatch) -> None:
    """Hash passwords with argon2's smallest costs."""
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    from pilotkit.access import passwords

    quick = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    patch.setattr(passwords, "_hasher", lambda: quick)
    passwords._nobody.cache_clear()


def remember_tables(patch: pytest.MonkeyPatch) -> None:
    """Run the migrations once for SQLite; a new database after that gets the tables that they made."""
    from pilotkit.storage import engine

    migrate = engine._bring_up_to_date
    made: list[str] = []

    def bring_up_to_date(connection: Connection) -> None:
        is_new = connection.dialect.name == "sqlite" and not _statements(connection)
        if not is_new or not made:
            migrate(connection)
            if is_new:
                made.extend([*_statements(connection), _version(connection)])
            return
        for statement in made:
            connection.exec_driver_sql(statement)

    patch.setattr(engine, "_bring_up_to_date", bring_up_to_date)


def _statements(connection: Connection) -> list[str]:
    """Only tables and indexes: no migration leaves a row in a database that was empty."""
    found = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
    return list(connection.execute(text(found)).scalars())


def _version(connection: Connection) -> str:
    number = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    return f"INSERT INTO alembic_version VALUES ('{number}')"
