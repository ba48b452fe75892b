"""Sign-offs of heads, and the first day of a case's unit beside its code."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the table and add the column."""
    op.add_column("cases", sa.Column("unit_from", sa.String(), nullable=True))
    op.create_table(
        "sign_offs",
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("record", sa.BigInteger(), nullable=False, unique=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("kpi", "scheme", "unit", "unit_from", "goal")),
        *(sa.Column(name, sa.String(), nullable=True) for name in ("assigned", "due")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("head", "office", "status")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("numerator", "denominator", "minimum")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("definition_hash", "location_version")),
        sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.Column("completeness", sa.String(), nullable=True),
        sa.Column("apportioned", sa.Boolean(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("signed_by", sa.String(), nullable=False),
        sa.Column("signed_at", sa.BigInteger(), nullable=False),
        sa.Column("remark", sa.String(), nullable=True),
    )
    op.create_index("sign_offs_by_target", "sign_offs", ["kpi", "unit", "unit_from", "number"])
