"""A fair queue over several backends and processes: what a job takes and needs; who holds which backend."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Jobs that wait keep their order; what they need is unknown, so that any backend may take them."""
    op.add_column("jobs", sa.Column("cost", sa.Double))
    op.add_column("jobs", sa.Column("first", sa.Boolean))
    op.add_column("jobs", sa.Column("needs", sa.JSON))
    op.add_column("jobs", sa.Column("moved", sa.Boolean))
    op.create_table(
        "backends",
        sa.Column("name", sa.String(255), primary_key=True),
        sa.Column("worker", sa.String(64)),
        sa.Column("lease", sa.DateTime(timezone=True)),
        sa.Column("state", sa.String(16)),
        sa.Column("away_since", sa.DateTime(timezone=True)),
        sa.Column("version", sa.String(64)),
        sa.Column("queue", sa.Integer),
        sa.Column("loaded", sa.JSON),
        sa.Column("catalogue", sa.String(64)),
        sa.Column("cost", sa.Double),
        sa.Column("paused_by", sa.BigInteger),
        sa.Column("paused_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "strays",
        sa.Column("backend", sa.String(255), primary_key=True),
        sa.Column("job_id", sa.String(36), primary_key=True),
        sa.Column("remote_id", sa.String(255)),
        sa.Column("slot", sa.Integer),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "uploads",
        sa.Column("path", sa.String(255), primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "spending",
        sa.Column("job_id", sa.String(36), primary_key=True),
        sa.Column("backend", sa.String(255), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cost", sa.Double, nullable=False),
    )
    op.create_index("ix_spending_at", "spending", ["at"])
    op.create_table(
        "catalogues",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "errands",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("backend", sa.String(255), nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("answer", sa.JSON),
        sa.Column("data", sa.LargeBinary),
    )
    if op.get_context().dialect.name == "postgresql":  # compared sign by sign, as everywhere else
        op.alter_column("jobs", "id", type_=sa.String(36, collation="C"))
        op.alter_column("facts", "key", type_=sa.String(255, collation="C"))
