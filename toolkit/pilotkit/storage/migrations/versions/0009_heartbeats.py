"""Heartbeats of points, and the index that counts the cases of today."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Create the table and the index."""
    op.create_table(
        "heartbeats",
        sa.Column("point", sa.String(), primary_key=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("condition", sa.String(), nullable=False),
        sa.Column("fault", sa.String()),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
    )
    op.create_index("cases_by_receipt", "cases", ["received_at"])
