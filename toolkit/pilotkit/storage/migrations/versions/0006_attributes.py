"""Attributes of imported cases, their names, and the imported batches."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "case_attributes",
        sa.Column("case_id", _KEY, sa.ForeignKey("cases.id"), primary_key=True, autoincrement=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("attributes", sa.String(), nullable=False),
    )
    op.create_table("attribute_names", sa.Column("name", sa.String(), primary_key=True))
    op.create_table(
        "import_batches",
        sa.Column("source", sa.String(), primary_key=True),
        sa.Column("mapping", sa.String(), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
