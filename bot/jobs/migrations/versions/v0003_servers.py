"""Servers with rules of their own, who is blocked, what was used, and what moderators did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Nothing is limited, nobody is blocked."""
    op.add_column("jobs", sa.Column("spoiler", sa.Boolean))
    op.add_column("jobs", sa.Column("reason", sa.Text))
    op.create_index("ix_jobs_channel_id_message_id", "jobs", ["channel_id", "message_id"])
    op.create_table(
        "servers",
        sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("paused_by", sa.BigInteger),
        sa.Column("paused_at", TIME),
        sa.Column("rules", sa.JSON, nullable=False),
    )
    op.create_table(
        "uses",
        sa.Column("job_id", sa.String(36), primary_key=True),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("workflow", sa.String(64), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("cost", sa.Double, nullable=False),
    )
    op.create_index("ix_uses_user_id_at", "uses", ["user_id", "at"])
    op.create_index("ix_uses_guild_id_at", "uses", ["guild_id", "at"])
    op.create_table(
        "blocks",
        sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("by", sa.BigInteger, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("until", TIME),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_table(
        "strikes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("at", TIME, nullable=False),
    )
    op.create_index("ix_strikes_user_id_guild_id_at", "strikes", ["user_id", "guild_id", "at"])
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("actor_id", sa.BigInteger, nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("user_id", sa.BigInteger),
        sa.Column("job_id", sa.String(36)),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("ix_audit_guild_id_at", "audit", ["guild_id", "at"])
