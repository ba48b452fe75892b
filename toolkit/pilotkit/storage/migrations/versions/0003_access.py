"""Credentials, sessions and failed logins."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables."""
    _create_credentials()
    _create_sessions()


def _create_credentials() -> None:
    op.create_table(
        "credentials",
        sa.Column("login", sa.String(), primary_key=True),
        sa.Column("password", sa.String(), nullable=False),
        sa.Column("totp_key_id", sa.String()),
        sa.Column("totp", sa.LargeBinary()),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.Column("enrolled_at", sa.BigInteger(), nullable=False),
        sa.Column("disabled_at", sa.BigInteger()),
    )


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(), primary_key=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("key_id", sa.String()),
        sa.Column("person", sa.LargeBinary()),
    )
    op.create_index("sessions_by_subject", "sessions", ["subject"])
    op.create_index("sessions_by_end", "sessions", ["ends_at"])
    op.create_table(
        "sign_in_failures",
        sa.Column("subject", sa.String(), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("sign_in_failures_by_time", "sign_in_failures", ["last_at"])
    op.create_table(
        "known_devices",
        sa.Column("login", sa.String(), primary_key=True),
        sa.Column("digest", sa.String(), primary_key=True),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("known_devices_by_time", "known_devices", ["seen_at"])
