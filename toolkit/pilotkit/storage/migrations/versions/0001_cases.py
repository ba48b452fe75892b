"""Cases, their events, the procedure versions they were received under, and case numbers."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = ("core",)

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the first tables."""
    op.create_table(
        "procedure_versions",
        sa.Column("digest", sa.String(), primary_key=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("definition", sa.String(), nullable=False),
    )
    op.create_table(
        "cases",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("code", sa.String(), nullable=False, unique=True),
        sa.Column("procedure", sa.String(), nullable=False),
        sa.Column("procedure_version", sa.Integer(), nullable=False),
        sa.Column("procedure_digest", sa.String(), sa.ForeignKey("procedure_versions.digest"), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("step", sa.String()),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("received_at_point", sa.String()),
        sa.Column("helped_at_point", sa.String()),
        sa.Column("whole_process", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("norm_due_at", sa.BigInteger()),
        sa.Column("promised_at", sa.BigInteger()),
        sa.Column("waiting_since", sa.BigInteger()),
        sa.Column("supplements", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.BigInteger()),
        sa.Column("returned_at", sa.BigInteger()),
    )
    op.create_index("cases_by_unit", "cases", ["unit", "status", "due_at"])
    op.create_table(
        "case_events",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("case_id", _KEY, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String()),
        sa.Column("changes", sa.String(), nullable=False),
        sa.UniqueConstraint("case_id", "number", name="one_event_a_number"),
    )
    op.create_table(
        "submissions",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("case_id", _KEY, sa.ForeignKey("cases.id"), nullable=False),
    )
    op.create_table(
        "audit_records",
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("first_event", sa.BigInteger(), nullable=False),
        sa.Column("last_event", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
    )
    op.create_table(
        "audit_checkpoints",
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
    )
    op.create_table(
        "case_numbers",
        sa.Column("prefix", sa.String(), primary_key=True),
        sa.Column("day", sa.String(), primary_key=True),
        sa.Column("last", sa.Integer(), nullable=False),
    )
