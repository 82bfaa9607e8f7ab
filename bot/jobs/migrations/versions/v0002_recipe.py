"""What a job's graph needs besides itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Older jobs have none."""
    op.add_column("jobs", sa.Column("recipe", sa.JSON))
