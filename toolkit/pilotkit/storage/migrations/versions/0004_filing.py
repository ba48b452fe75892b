"""Drafts, payments and ratings."""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create them."""
