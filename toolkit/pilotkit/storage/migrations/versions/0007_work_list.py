"""The indexes of the work list."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_DUE = sa.text("coalesce(due_at, 9223372036854775807)")
_OPEN, _ENDED = sa.text("finished_at IS NULL"), sa.text("finished_at IS NOT NULL")


def upgrade() -> None:
    """Replace the index by unit: open cases by due date, ended ones by their end, each for all units and for one."""
    op.drop_index("cases_by_unit", "cases")
    _index("cases_open_by_due", [_DUE, "id"], _OPEN)
    _index("cases_open_by_unit", ["unit", _DUE, "id"], _OPEN)
    _index("cases_asked_again", ["unit"], sa.text("finished_at IS NULL AND supplements > 1"))
    _index("cases_ended_by_day", ["status", "finished_at", "id"], _ENDED)
    _index("cases_ended_by_unit", ["unit", "status", "finished_at", "id"], _ENDED)
    _index("cases_ended_by_procedure", ["status", "procedure", "finished_at", "id"], _ENDED)
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("cases_by_code", "cases", ["code"], postgresql_ops={"code": "text_pattern_ops"})


def _index(name: str, columns: list[str | sa.TextClause], where: sa.TextClause) -> None:
    op.create_index(name, "cases", columns, sqlite_where=where, postgresql_where=where)
