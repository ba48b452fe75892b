"""Personal files, attachments, their access log, and the outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    _create_personal()
    _create_outbox()


def _create_personal() -> None:
    op.create_table(
        "personal_files",
        sa.Column("case_code", sa.String(), sa.ForeignKey("cases.code"), primary_key=True),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("identity_index", sa.String()),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    op.create_index("personal_files_by_key", "personal_files", ["key_id"])
    op.create_index("personal_files_by_identity", "personal_files", ["identity_index"])
    op.create_table(
        "attachments",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("case_code", sa.String(), sa.ForeignKey("cases.code"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("about", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("case_code", "number", name="one_attachment_a_number"),
    )
    op.create_index("attachments_by_key", "attachments", ["key_id"])
    op.create_table(
        "file_reads",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("case_code", sa.String(), sa.ForeignKey("cases.code"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
    )
    op.create_index("file_reads_by_case", "file_reads", ["case_code", "at"])


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("event_id", _KEY, primary_key=True, autoincrement=False),
        sa.Column("case_id", _KEY, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.String(), nullable=False),
    )
    op.create_index("outbox_by_next", "outbox", ["next_at", "event_id"])
    op.create_index("outbox_by_case", "outbox", ["case_id", "event_id"])
