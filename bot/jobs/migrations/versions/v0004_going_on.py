"""Results to go on from: where a job came from, what its texts became; what people set for themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Files that were uploaded before have names of their own; nobody has set anything."""
    op.add_column("jobs", sa.Column("upload_slot", sa.Integer))
    op.add_column("jobs", sa.Column("by_token", sa.Boolean))
    op.add_column("jobs", sa.Column("origin", sa.Text))
    op.add_column("jobs", sa.Column("notes", sa.JSON))
    op.add_column("jobs", sa.Column("expanded", sa.JSON))
    op.add_column("jobs", sa.Column("removed_by", sa.BigInteger))
    op.create_index("ix_jobs_user_id_created_at", "jobs", ["user_id", "created_at"])
    op.create_table(
        "preferences",
        sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("values", sa.JSON, nullable=False),
        sa.Column("presets", sa.JSON, nullable=False),
    )
