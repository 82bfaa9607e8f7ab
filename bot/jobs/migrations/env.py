"""What Alembic runs around the steps: the caller's connection and transaction."""

from __future__ import annotations

from alembic import context

from bot.jobs.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
