"""Drafts, payments and ratings."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the tables."""
    _create_drafts()
    op.create_table(
        "filings",
        sa.Column("case_code", sa.String(), sa.ForeignKey("cases.code"), primary_key=True),
        sa.Column("owner", sa.String()),
    )
    op.create_index("filings_by_owner", "filings", ["owner"])
    _create_payments()
    op.create_table(
        "ratings",
        sa.Column("case_code", sa.String(), sa.ForeignKey("cases.code"), primary_key=True),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("comment", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
    )


def _create_drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("digest", sa.String(), primary_key=True),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("owner", sa.String()),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("drafts_by_age", "drafts", ["updated_at"])
    op.create_table(
        "draft_attachments",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("draft", sa.String(), sa.ForeignKey("drafts.digest"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("about", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("draft", "number", name="one_draft_attachment_a_number"),
    )


def _create_payments() -> None:
    op.create_table(
        "payments",
        sa.Column("reference", sa.String(), primary_key=True),
        sa.Column("case_code", sa.String(), sa.ForeignKey("cases.code"), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("amount", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("qr_text", sa.String()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("received", sa.String(), nullable=False),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger()),
        sa.UniqueConstraint("case_code", "event", name="one_payment_a_request"),
    )
    op.create_index("payments_by_state", "payments", ["state"])
