"""Jobs, and facts to remember."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The first schema."""
    time = sa.DateTime(timezone=True)
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("tag", sa.Double, nullable=False),
        sa.Column("workflow", sa.String(64), nullable=False),
        sa.Column("guild_id", sa.BigInteger),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("visible", sa.Boolean, nullable=False),
        sa.Column("created_at", time, nullable=False),
        sa.Column("submitted_at", time),
        sa.Column("started_at", time),
        sa.Column("finished_at", time),
        sa.Column("delivered_at", time),
        sa.Column("seconds", sa.Double),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("submits", sa.Integer, nullable=False),
        sa.Column("cancelled_by", sa.BigInteger),
        sa.Column("parent", sa.String(36)),
        sa.Column("remote_id", sa.String(255)),
        sa.Column("backend", sa.Text),
        sa.Column("application_id", sa.BigInteger, nullable=False),
        sa.Column("interaction_id", sa.BigInteger, nullable=False),
        sa.Column("token_expires", time, nullable=False),
        sa.Column("filesize_limit", sa.BigInteger, nullable=False),
        sa.Column("locale", sa.String(16), nullable=False),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("parts", sa.JSON, nullable=False),
        sa.Column("used", sa.JSON, nullable=False),
        sa.Column("values", sa.JSON, nullable=False),
        sa.Column("outcome", sa.JSON, nullable=False),
        sa.Column("files", sa.JSON),
        sa.Column("graph", sa.JSON),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
    )
    for columns in (
        ["state"],
        ["guild_id", "state"],
        ["user_id", "state"],
        ["workflow", "finished_at"],
        ["delivered_at"],
    ):
        op.create_index(f"ix_jobs_{'_'.join(columns)}", "jobs", columns)
    op.create_table(
        "facts",
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_facts"),
    )
