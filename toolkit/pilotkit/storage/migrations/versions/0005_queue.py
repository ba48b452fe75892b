"""Queue tickets."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "queue_days",
        sa.Column("point", sa.String(), primary_key=True),
        sa.Column("day", sa.String(), primary_key=True),
        sa.Column("last", sa.Integer(), nullable=False),
    )
    op.create_table(
        "queue_tickets",
        sa.Column("point", sa.String(), primary_key=True),
        sa.Column("day", sa.String(), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("priority", sa.Boolean(), nullable=False),
        sa.Column("procedure", sa.String()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("counter", sa.Integer()),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("called_at", sa.BigInteger()),
        sa.Column("done_at", sa.BigInteger()),
    )
