"""Names of uploaded files that one job after another has."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Files that were uploaded before have names of their own."""
    op.add_column("jobs", sa.Column("upload_slot", sa.Integer))
